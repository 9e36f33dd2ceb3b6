import { type ExecutionModelConfig, executionModelSchema, toExecutionModel } from "@powertrader/core/config";
import { type Fill, type OrderEvent, type OrderTerms, processOrders, type Series } from "@powertrader/core/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IntentDraft, runOrders, SYMBOL } from "../fixtures/policy-run.ts";
import { type Bar, columnsOf, type FinishedRun, FREE, runScripted } from "../fixtures/scripted-run.ts";

const numRuns = Number(process.env.PT_PROPERTY_RUNS ?? 150);

const bar: fc.Arbitrary<Bar> = fc
  .record({
    open: fc.double({ min: 0.8, max: 1.2, noNaN: true }),
    close: fc.double({ min: 0.8, max: 1.2, noNaN: true }),
    above: fc.double({ min: 0, max: 0.1, noNaN: true }),
    below: fc.double({ min: 0, max: 0.1, noNaN: true }),
    volume: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e5, noNaN: true }), fc.constant(1e9)),
  })
  .map(({ open, close, above, below, volume }) => {
    const high = Math.max(open, close) * (1 + above);
    return [open * 100, high * 100, Math.min(open, close) * (1 - below) * 100, close * 100, volume];
  });

const model: fc.Arbitrary<Partial<ExecutionModelConfig>> = fc.record({
  slippage_model: fc.constantFrom("volatility" as const, "fixed" as const, "square-root" as const),
  slippage_bps: fc.constantFrom(0, 5, 50),
  fee_bps: fc.constantFrom(0, 10),
  maker_fee_bps: fc.constantFrom(null, 0, 5),
  fee_per_order: fc.constantFrom(0, 2.5),
  latency_ms: fc.constantFrom<[number, number]>([0, 0], [50, 500], [0, 3_600_000]),
  max_volume_pct: fc.constantFrom(1, 50, 100),
  partial_fill_threshold: fc.constantFrom(0, 0.01, 0.3),
  qty_step: fc.constantFrom(0, 1e-8, 0.01),
  price_tick: fc.constantFrom(0, 0.01),
  min_notional: fc.constantFrom(0, 10, 2_000),
  fill_at: fc.constantFrom("next-open" as const, "close" as const),
  size_at: fc.constantFrom("fill" as const, "decision" as const),
  remainder: fc.constantFrom("carry" as const, "cancel" as const),
});

interface Processed {
  readonly fills: readonly Fill[];
  readonly events: readonly OrderEvent[];
}

/** The orders that a run wrote down, given to nobody's account. */
async function again(
  { orders, run: { settings } }: FinishedRun,
  bars: Readonly<Record<string, readonly Bar[]>>,
  execution: Partial<ExecutionModelConfig>,
): Promise<Processed> {
  const fills: Fill[] = [];
  const events: OrderEvent[] = [];
  await processOrders({
    orders,
    series: Object.entries(bars).map(
      ([symbol, rows]): Series => ({ symbol, timeframe: "1hour", columns: columnsOf(rows), warmUpRows: 0 }),
    ),
    model: toExecutionModel(executionModelSchema.parse({ ...FREE, ...execution })),
    seed: settings.seed,
    initialCapital: settings.initialCapital,
    recorder: { fill: (fill) => void fills.push(fill), orderEvent: (event) => void events.push(event) },
  });
  return { fills, events };
}

/** What an account or a change of mind decides, and the orders alone do not tell. */
const NOT_IN_ORDERS = ["cut_to_cash", "superseded", "above_holdings", "reduce_only", "liquidated", "fee_reserve"];
const isToldByOrders = ({ events, run }: FinishedRun) =>
  run.status === "completed" && events.every(({ reason }) => !NOT_IN_ORDERS.includes(reason));

const byOrder = (events: readonly OrderEvent[]) =>
  [...events].sort((a, b) => a.tsMs - b.tsMs || (a.clientOrderId < b.clientOrderId ? -1 : 1));

describe("the orders of a run, processed as anybody's", () => {
  it("fill as they did in the run where no account decided, signals in, both ways, several coins", async () => {
    const names = ["AAA-USDT", "BBB-USDT"];
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(bar, bar), { minLength: 2, maxLength: 30 }),
        fc.array(fc.constantFrom("long" as const, "short" as const, "close" as const, undefined, undefined), {
          minLength: 7,
          maxLength: 31,
        }),
        model,
        fc.nat(),
        async (bars, says, execution, seed) => {
          const coins = Object.fromEntries(names.map((name, i) => [name, bars.map((row) => row[i]!)]));
          const result = await runScripted({
            coins,
            script: (symbol, row) => says[(row * 3 + names.indexOf(symbol)) % says.length],
            model: execution,
            size: 0.2,
            initialCapital: 100_000,
            seed,
          });
          fc.pre(isToldByOrders(result) && result.orders.every(({ qty }) => qty !== 0));
          compared += result.fills.length;
          const { fills, events } = await again(result, coins, execution);
          expect(fills).toEqual(result.fills);
          expect(byOrder(events)).toEqual(byOrder(result.events));
        },
      ),
      { numRuns },
    );
    expect(compared).toBeGreaterThan(numRuns);
  });

  it("fill as they did, resting ones too", async () => {
    const price = fc.double({ min: 75, max: 125, noNaN: true });
    const terms: fc.Arbitrary<Partial<OrderTerms>> = fc.oneof(
      fc.constant({}),
      fc.record({ orderType: fc.constant("limit" as const), limitPrice: price }),
      fc.record({ orderType: fc.constant("limit" as const), limitPrice: price, postOnly: fc.constant(true) }),
      fc.record({
        orderType: fc.constant("limit" as const),
        limitPrice: price,
        timeInForce: fc.constant("DAY" as const),
      }),
      fc.record({ orderType: fc.constant("stop-market" as const), stopPrice: price }),
      fc.record({ orderType: fc.constant("take-profit" as const), stopPrice: price }),
      fc.record({ orderType: fc.constant("stop-limit" as const), stopPrice: price, limitPrice: price }),
      fc.record({ orderType: fc.constant("trailing-stop" as const), trailShare: fc.constantFrom(0.01, 0.1) }),
    );
    const enter = fc
      .record({ side: fc.constantFrom("buy" as const, "sell" as const), terms })
      .map((one): IntentDraft => ({ kind: "enter", sizeShare: 0.01, ...one }));
    const intrabar = fc.constantFrom("pessimistic" as const, "ohlc-path" as const, "optimistic" as const);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(bar, { minLength: 2, maxLength: 40 }),
        fc.array(fc.array(enter, { maxLength: 3 }), { minLength: 5, maxLength: 40 }),
        model,
        intrabar,
        async (bars, orders, some, mode) => {
          const execution = { ...some, intrabar: mode };
          const result = await runOrders({ bars, orders, model: execution, initialCapital: 100_000 });
          fc.pre(isToldByOrders(result) && result.orders.every(({ qty }) => qty !== 0));
          compared += result.fills.length;
          const { fills, events } = await again(result, { [SYMBOL]: bars }, execution);
          expect(fills).toEqual(result.fills);
          expect(byOrder(events)).toEqual(byOrder(result.events));
        },
      ),
      { numRuns },
    );
    expect(compared).toBeGreaterThan(numRuns);
  });
});
