import type { DriveOptions, Run, Series, TickListener } from "@powertrader/core/engine";
import { createStream } from "@powertrader/core/random";
import { riskConfigSchema } from "@powertrader/core/risk";
import type { Direction } from "@powertrader/core/strategy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, numRuns } from "../fixtures/random-orders.ts";
import {
  type Bar,
  columnsOf,
  type FinishedRun,
  runScripted,
  type ScriptedRun,
  START_MS,
} from "../fixtures/scripted-run.ts";

/** A listener that wants every tick: each is done by `step`, none in a stretch. */
const everyTick: DriveOptions = { listener: { dueMs: -Infinity, onTick: () => {} } };

const market = fc.record({
  seed: fc.nat(),
  coins: fc.integer({ min: 1, max: 3 }),
  hours: fc.integer({ min: 1, max: 240 }),
  /** Share of bars that bring a signal. */
  busy: fc.constantFrom(0, 0.02, 0.2),
  /** Standard deviation of an hour's return: the wild ones ruin who is short. */
  wild: fc.constantFrom(0.002, 0.05, 0.3),
  size: fc.constantFrom(0.1, 0.5, 1),
  leverage: fc.constantFrom(1, 1, 3),
  warmUpBars: fc.constantFrom(0, 7, 60),
  /** Bars that each coin begins after the one before. */
  late: fc.constantFrom(0, 0, 5),
  latencyMs: fc.constantFrom(0, 500, 2 * HOUR),
  hasRisk: fc.boolean(),
  borrowRate: fc.constantFrom(0, 0, 0.5),
  closeAtEnd: fc.boolean(),
});

type Scenario = typeof market extends fc.Arbitrary<infer T> ? T : never;

/** One coin's random walk. */
function walk({ seed, hours, wild }: Scenario, coin: number): Bar[] {
  const stream = createStream(seed, `coin ${coin}`);
  let close = 100;
  return Array.from({ length: hours }, () => {
    const open = close;
    close = open * Math.exp(wild * stream.normal());
    return [open, Math.max(open, close) * 1.001, Math.min(open, close) * 0.999, close, 10 * stream.uniform()];
  });
}

function seriesOf(symbol: string, bars: readonly Bar[], late: number): Series {
  return { symbol, timeframe: "1hour", columns: columnsOf(bars, "1hour", START_MS + late * HOUR), warmUpRows: 0 };
}

function scripted(one: Scenario, options: DriveOptions): Promise<FinishedRun> {
  const symbols = ["BTC-USDT", "ETH-USDT", "DOGE-USDT"].slice(0, one.coins);
  const opinions = new Map(
    symbols.map((symbol) => {
      const stream = createStream(one.seed, `opinions on ${symbol}`);
      const directions: readonly Direction[] = ["long", "short", "close"];
      const say = () => (stream.uniform() < one.busy ? directions[stream.integer(0, 2)] : undefined);
      return [symbol, Array.from({ length: one.hours }, say)];
    }),
  );
  const run: ScriptedRun = {
    coins: Object.fromEntries(
      symbols.map((symbol, coin) => [symbol, seriesOf(symbol, walk(one, coin), coin * one.late)]),
    ),
    script: (symbol, row) => opinions.get(symbol)![row],
    model: { slippage_bps: 5, fee_bps: 10, latency_ms: [0, one.latencyMs] },
    size: one.size,
    leverage: one.leverage,
    warmUpBars: one.warmUpBars,
    closeAtEnd: one.closeAtEnd,
    options,
    ...(one.borrowRate > 0 && { carry: { funding: new Map(), borrowRate: one.borrowRate } }),
    ...(one.hasRisk && {
      risk: riskConfigSchema.parse({ limits: { daily_loss_share: 0.05, drawdown_halt_share: 0.3 } }),
    }),
  };
  return runScripted(run);
}

const told = ({ signals, orders, events, fills, trades, flows, equity, cash, run }: FinishedRun) => ({
  ...{ signals, orders, events, fills, trades, flows, equity, cash },
  end: [
    run.status,
    run.nowMs,
    run.trades,
    run.markets.map(({ row, mark, firstDecisionMs }) => [row, mark, firstDecisionMs]),
  ],
});

describe("ticks at which nothing happens, done in a stretch,", () => {
  it("are what each by itself would be, to the last bit", async () => {
    let calmest = 0;
    let ruined = 0;
    await fc.assert(
      fc.asyncProperty(market, async (one) => {
        const stretched = await scripted(one, {});
        expect(told(stretched)).toEqual(told(await scripted(one, everyTick)));
        if (stretched.run.status === "ruined") ruined++;
        else calmest = Math.max(calmest, stretched.equity.length - stretched.fills.length);
      }),
      { numRuns: 4 * numRuns },
    );
    // Else nothing was put to the test.
    expect(calmest).toBeGreaterThan(50);
    expect(ruined).toBeGreaterThan(0);
  });

  it("tell a listener of the first tick it is due at, between two signals too", async () => {
    const heard: number[] = [];
    const listener = new (class implements TickListener {
      dueMs = START_MS + 17.5 * HOUR;
      onTick({ nowMs, curve }: Run) {
        heard.push((nowMs - START_MS) / HOUR, curve.length - 1);
        this.dueMs = nowMs + 60 * HOUR;
      }
    })();
    const bars = Array.from({ length: 100 }, (): Bar => [100, 101, 99, 100, 10]);
    await runScripted({ coins: { "BTC-USDT": bars }, options: { listener } });
    expect(heard).toEqual([18, 18, 78, 78]);
  });
});
