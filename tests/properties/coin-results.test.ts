import {
  type ExecutionModelConfig,
  executionModelSchema,
  exitsSchema,
  toExecutionModel,
  toExitPlan,
} from "@powertrader/core/config";
import { createRun, runBacktest } from "@powertrader/core/engine";
import { createFundingSchedule } from "@powertrader/core/funding";
import { coinResults, slippageCost, tradeSlippage } from "@powertrader/core/metrics";
import { createSignalPolicy } from "@powertrader/core/strategy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bar, columnsOf, FREE, MemoryRecorder, START_MS } from "../fixtures/scripted-run.ts";

const numRuns = Number(process.env.PT_PROPERTY_RUNS ?? 150);
const HOUR = 3_600_000;
const CAPITAL = 10_000;
const NAMES = ["AAA-USDT", "BBB-USDT"];

/** Moves small enough for leverage to survive some of them. */
const bar: fc.Arbitrary<Bar> = fc
  .tuple(
    fc.double({ min: 85, max: 115, noNaN: true }),
    fc.double({ min: 85, max: 115, noNaN: true }),
    fc.double({ min: 0, max: 0.1, noNaN: true }),
    fc.constantFrom(0, 50, 1e4, 1e7),
  )
  .map(([open, close, range, volume]) => [
    open,
    Math.max(open, close) * (1 + range),
    Math.min(open, close) * (1 - range),
    close,
    volume,
  ]);

const scenario = fc.record({
  bars: fc.array(fc.tuple(bar, bar), { minLength: 3, maxLength: 60, size: "max" }),
  says: fc.array(fc.constantFrom("long" as const, "short" as const, "close" as const, undefined, undefined), {
    minLength: 7,
    maxLength: 31,
  }),
  model: fc.record({
    slippage_bps: fc.constantFrom(0, 50),
    fee_bps: fc.constantFrom(0, 200),
    maker_fee_bps: fc.constantFrom(-20, null),
    fee_per_order: fc.constantFrom(0, 3),
    fee_in: fc.constantFrom("quote" as const, "received" as const),
    max_volume_pct: fc.constantFrom(1, 100),
    intrabar: fc.constantFrom("pessimistic" as const, "optimistic" as const, "ohlc-path" as const),
    remainder: fc.constantFrom("carry" as const, "cancel" as const),
    fill_at: fc.constantFrom("next-open" as const, "close" as const),
    liquidation_fee_bps: fc.constantFrom(0, 100),
  }),
  exits: fc.record({
    stop_loss: fc.constantFrom(null, 0.05),
    take_profit: fc.constantFrom(null, 0.04, { "0.02": 0.5, "0.05": 0.3 }),
    trailing_stop: fc.constantFrom(null, 0.06),
    max_bars: fc.constantFrom(null, 4),
  }),
  size: fc.constantFrom(0.1, 0.5, 1),
  leverage: fc.constantFrom(1, 3, 20),
  fundingRate: fc.constantFrom(0, 0.003, -0.01),
  borrowRate: fc.constantFrom(0, 5),
  closeAtEnd: fc.boolean(),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

async function runOf(one: Scenario) {
  const recorder = new MemoryRecorder();
  const exits = toExitPlan(exitsSchema.parse(one.exits));
  const model: Partial<ExecutionModelConfig> = { ...FREE, ...one.model };
  const funding = createFundingSchedule(
    {
      timeMs: Float64Array.from(one.bars, (_, row) => START_MS + row * HOUR),
      rate: new Float64Array(one.bars.length).fill(one.fundingRate),
    },
    columnsOf([]),
    HOUR,
  );
  const run = createRun({
    settings: {
      startMs: START_MS,
      initialCapital: CAPITAL,
      seed: 1,
      closeAtEnd: one.closeAtEnd,
      leverage: one.leverage,
      model: toExecutionModel(executionModelSchema.parse(model)),
      carry: { funding: new Map([[NAMES[0]!, funding]]), borrowRate: one.borrowRate },
    },
    series: NAMES.map((symbol, i) => ({
      symbol,
      timeframe: "1hour" as const,
      columns: columnsOf(one.bars.map((row) => row[i]!)),
      warmUpRows: 0,
    })),
    source: {
      name: "scripted",
      warmUpBars: 0,
      watch: (history) => () => {
        const said = one.says[((history.length - 1) * 2 + NAMES.indexOf(history.symbol)) % one.says.length];
        return said === undefined ? undefined : { direction: said };
      },
    },
    policy: createSignalPolicy(one.size, exits),
    recorder,
  });
  await runBacktest(run);
  const positions = run.markets
    .filter(({ position }) => position.qty !== 0)
    .map(({ symbol, position: { qty, entryPrice }, mark }) => ({
      symbol,
      side: qty > 0 ? ("long" as const) : ("short" as const),
      qty: Math.abs(qty),
      entryPrice,
      mark,
    }));
  const { equity } = run.curve.toColumns();
  return { recorder, positions, finalEquity: equity[run.curve.toColumns().length - 1]! };
}

describe("the results of the coins of any run", () => {
  it("add up to what the account gained or lost: realised, unrealised, and what no coin owes", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const { recorder, positions, finalEquity } = await runOf(one);
        const { coins, accountFlows } = coinResults(NAMES, recorder.fills, recorder.flows, positions);
        const sum = coins.reduce((all, coin) => all + coin.realisedPnl + coin.unrealisedPnl, accountFlows);
        expect(Math.abs(sum - (finalEquity - CAPITAL))).toBeLessThanOrEqual(1e-9 * Math.max(CAPITAL, finalEquity));
      }),
      { numRuns },
    );
  });

  it("are those of the trades where nothing is left open, and their slippage is that of the fills", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const { recorder, positions } = await runOf(one);
        const { fills, flows, trades } = recorder;
        const slippageOf = tradeSlippage(fills);
        expect([...slippageOf.keys()].sort()).toEqual(trades.map((trade) => trade.tradeId).sort());
        for (const coin of coinResults(NAMES, fills, flows, positions).coins) {
          if (positions.some(({ symbol }) => symbol === coin.symbol)) continue;
          const own = trades.filter(({ symbol }) => symbol === coin.symbol);
          const sum = (amountOf: (trade: (typeof own)[number]) => number) =>
            own.reduce((all, trade) => all + amountOf(trade), 0);
          // A rest that is only rounding is dropped with the end of a trade.
          expect(sum((trade) => trade.pnl)).toBeCloseTo(coin.realisedPnl, 4);
          expect(sum((trade) => trade.fees)).toBeCloseTo(coin.fees, 9);
          expect(sum((trade) => trade.flows)).toBeCloseTo(coin.flows, 9);
          expect(sum((trade) => slippageOf.get(trade.tradeId)!)).toBeCloseTo(coin.slippage, 6);
          const ofFills = fills.filter(({ symbol }) => symbol === coin.symbol);
          expect(ofFills.reduce((all, fill) => all + slippageCost(fill), 0)).toBeCloseTo(coin.slippage, 9);
        }
      }),
      { numRuns },
    );
  });

  it("are asked of runs with leverage, liquidations, funding, interest, targets, stops and open positions", async () => {
    const seen = new Set<string>();
    for (const one of fc.sample(scenario, { seed: 1, numRuns: 300 })) {
      const { recorder, positions } = await runOf(one);
      for (const { rule } of recorder.fills) seen.add(rule);
      for (const { kind, symbol } of recorder.flows) seen.add(`${kind} of ${symbol === "" ? "the account" : "a coin"}`);
      if (positions.length > 0) seen.add("open");
    }
    const wanted = [
      "liquidation",
      "take_profit",
      "stop_loss",
      "trailing_stop",
      "time_exit",
      "open",
      "funding of a coin",
    ];
    expect([...seen]).toEqual(expect.arrayContaining([...wanted, "borrow of a coin", "borrow of the account"]));
  });
});
