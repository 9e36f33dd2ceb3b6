import { type ExitsConfig, exitsSchema, toExitPlan } from "@powertrader/core/config";
import { describe, expect, it } from "vitest";
import { type IntentDraft, type PolicyRun, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, columnsOf, START_MS, still } from "../fixtures/scripted-run.ts";

const HOUR = 3_600_000;
const bar = (open: number, high: number, low: number, close: number, volume = 1e9): Bar => [
  open,
  high,
  low,
  close,
  volume,
];

type Draft = Extract<IntentDraft, { kind: "enter" }>;
const enter = (exits: Partial<ExitsConfig>, more: Partial<Draft> = {}): IntentDraft => ({
  kind: "enter",
  side: "buy",
  sizeShare: 0.5,
  exits: toExitPlan(exitsSchema.parse(exits)),
  ...more,
});

/** Entries at 100 in bar 1, then the given bars. Says how it left: bar, rule, price. */
async function exitsOf(
  exits: Partial<ExitsConfig>,
  bars: readonly Bar[],
  more: Partial<PolicyRun> & { order?: Partial<Draft> } = {},
) {
  const { order, ...run } = more;
  const result = await runOrders({ bars: [still(100), ...bars], orders: { 0: [enter(exits, order)] }, ...run });
  return result.fills.slice(1).map(({ rule, price, barMs }) => [(barMs - START_MS) / HOUR, rule, price]);
}

const flat = still(100);

describe("a stop-loss", () => {
  it("leaves at its price, with slippage, and the trade says why", async () => {
    const { trades, fills, orders } = await runOrders({
      bars: [flat, flat, bar(100, 100, 94, 96)],
      orders: { 0: [enter({ stop_loss: 0.05 })] },
      model: { slippage_model: "fixed", slippage_bps: 10 },
    });
    const entry = fills[0]!.price;
    expect(fills[1]).toMatchObject({ rule: "stop_loss", referencePrice: entry * 0.95, barMs: START_MS + 2 * HOUR });
    expect(fills[1]!.price).toBeCloseTo(entry * 0.95 * 0.999, 10);
    expect(trades).toMatchObject([{ exitReason: "stop_loss", qty: fills[0]!.qty }]);
    expect(orders[1]).toMatchObject({ side: "sell", tsMs: START_MS + 2 * HOUR, terms: { orderType: "stop-market" } });
  });

  it("works in the bar of the entry too", async () => {
    expect(await exitsOf({ stop_loss: 0.05 }, [bar(100, 101, 94, 96)])).toEqual([[1, "stop_loss", 95]]);
  });

  it("fills at the open when the open is beyond it", async () => {
    expect(await exitsOf({ stop_loss: 0.05 }, [flat, bar(90, 92, 89, 91)])).toEqual([[2, "stop_loss", 90]]);
    const atStop = { model: { stop_fill: "at-stop" as const } };
    expect(await exitsOf({ stop_loss: 0.05 }, [flat, bar(90, 96, 89, 91)], atStop)).toEqual([[2, "stop_loss", 95]]);
    expect(await exitsOf({ stop_loss: 0.05 }, [flat, bar(90, 94, 89, 91)], atStop)).toEqual([[2, "stop_loss", 90]]);
  });

  it("of a short position lies above", async () => {
    const short = { order: { side: "sell" as const } };
    expect(await exitsOf({ stop_loss: 0.05 }, [flat, bar(100, 106, 99, 104)], short)).toEqual([[2, "stop_loss", 105]]);
    expect(await exitsOf({ take_profit: 0.05 }, [flat, bar(100, 101, 94, 96)], short)).toEqual([
      [2, "take_profit", 95],
    ]);
  });

  it("that a thin bar cannot fill goes on at the next open", async () => {
    const result = await runOrders({
      bars: [flat, flat, bar(100, 100, 94, 96, 20), bar(97, 97, 97, 97)],
      orders: { 0: [enter({ stop_loss: 0.05 })] },
    });
    expect(result.fills.slice(1).map(({ qty, price, rule }) => [qty, price, rule])).toEqual([
      [20, 95, "stop_loss"],
      [30, 97, "next_open"],
    ]);
    expect(result.trades).toHaveLength(1);
  });

  it("is refused with the entry when it lies on the winning side", async () => {
    const stop = (stopPrice: number) => ({
      ...toExitPlan(exitsSchema.parse({ stop_loss: 0.1 }))!,
      stopShare: null,
      stopPrice,
    });
    const { events, fills } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [enter({}, { exits: stop(101) })] },
    });
    expect(events).toMatchObject([{ event: "refused", reason: "invalid_stop_loss" }]);
    expect(fills).toEqual([]);
  });

  it("takes orders that would only leave or enlarge the position with it", async () => {
    const { events, fills } = await runOrders({
      bars: [flat, flat, bar(100, 100, 94, 96), flat, flat],
      orders: {
        0: [enter({ stop_loss: 0.05 })],
        1: [{ kind: "exit", side: "sell", qty: 50, terms: { orderType: "limit", limitPrice: 120 } }],
      },
    });
    expect(fills).toHaveLength(2);
    expect(events).toMatchObject([{ clientOrderId: "BTC-USDT-2", event: "cancelled", reason: "position_closed" }]);
  });
});

describe("a target", () => {
  it("fills at its price without slippage, at the open when that is better", async () => {
    const model = { model: { slippage_bps: 50 } };
    const gap = await exitsOf({ take_profit: 0.05 }, [flat, bar(107, 108, 106, 107)], model);
    expect(gap).toEqual([[2, "take_profit", 107]]);
    const inside = await runOrders({
      bars: [flat, flat, bar(100, 106, 99, 104)],
      orders: { 0: [enter({ take_profit: 0.05 })] },
      ...model,
    });
    expect(inside.fills[1]!.price).toBe(inside.fills[0]!.price * 1.05);
  });

  it("may leave in parts, several in one bar", async () => {
    const { fills, trades } = await runOrders({
      bars: [flat, flat, bar(100, 105.5, 99, 105), bar(105, 121, 105, 120)],
      orders: { 0: [enter({ take_profit: { 0.05: 0.5, 0.1: 0.25, 0.2: 0.25 } })] },
    });
    expect(fills.map(({ qty, price, rule }) => [qty, price, rule])).toEqual([
      [50, 100, "next_open"],
      [25, 105, "take_profit"],
      [12.5, expect.closeTo(110, 9), "take_profit"],
      [12.5, 120, "take_profit"],
    ]);
    expect(trades).toMatchObject([{ qty: 50, exitReason: "take_profit", pnl: expect.closeTo(125 + 125 + 250, 9) }]);
  });

  it("moves with time, and at −1 leaves at the open", async () => {
    const steps = { time_targets: { 0: 0.1, 120: 0.02, 180: -1 } };
    expect(await exitsOf(steps, [flat, bar(100, 103, 100, 101), bar(101, 103, 101, 102)])).toEqual([
      [3, "take_profit", 102],
    ]);
    expect(await exitsOf(steps, [flat, flat, flat, bar(100.5, 101, 100, 101)])).toEqual([[4, "time_exit", 100.5]]);
  });
});

describe("a trailing stop", () => {
  it("follows the best price of earlier bars", async () => {
    const bars = [flat, bar(105, 110, 105, 109), bar(109, 112, 104, 107)];
    expect(await exitsOf({ trailing_stop: 0.05 }, bars)).toEqual([[3, "trailing_stop", 110 * 0.95]]);
    expect(await exitsOf({ trailing_stop: 0.05 }, bars, { model: { trail_from: "this-bar" } })).toEqual([
      [3, "trailing_stop", 112 * 0.95],
    ]);
  });

  it("is hit for certain when the close lies behind the bar's own extreme", async () => {
    expect(await exitsOf({ trailing_stop: 0.05 }, [flat, bar(100, 110, 99, 103)])).toEqual([
      [2, "trailing_stop", 110 * 0.95],
    ]);
  });

  it("with trail_from: this-bar goes to the extreme first: past the target, and back to the stop that follows", async () => {
    const model = { model: { trail_from: "this-bar" as const } };
    const wild = bar(100, 112, 90, 95);
    expect(await exitsOf({ trailing_stop: 0.05, stop_loss: 0.08 }, [flat, wild], model)).toEqual([
      [2, "trailing_stop", 112 * 0.95],
    ]);
    expect(await exitsOf({ trailing_stop: 0.05, take_profit: 0.1 }, [flat, wild], model)).toEqual([
      [2, "take_profit", expect.closeTo(110, 9)],
    ]);
  });

  it("may begin at a gain, and tighten there", async () => {
    const bars = [flat, bar(100, 103, 96, 102), bar(102, 106, 102, 106), bar(106, 106, 103, 104)];
    expect(await exitsOf({ trailing_stop: 0.02, trailing_from: 0.05 }, bars)).toEqual([
      [4, "trailing_stop", 106 * 0.98],
    ]);
    const tighter = { trailing_stop: 0.1, trailing_from: 0.05, trailing_then: 0.02 };
    expect(await exitsOf(tighter, bars)).toEqual([[4, "trailing_stop", 106 * 0.98]]);
    expect(await exitsOf(tighter, [flat, bar(100, 103, 92, 92.5)])).toEqual([[2, "trailing_stop", 103 * 0.9]]);
  });
});

it("break-even moves the stop to the entry, plus an offset", async () => {
  const exits = { stop_loss: 0.05, break_even_at: 0.03, break_even_offset: 0.001 };
  expect(await exitsOf(exits, [flat, bar(100, 104, 100.5, 103), bar(103, 103, 99, 99)])).toEqual([
    [3, "break_even", expect.closeTo(100.1, 9)],
  ]);
  expect(await exitsOf(exits, [flat, bar(100, 102, 99, 101), bar(101, 101, 94, 95)])).toEqual([[3, "stop_loss", 95]]);
});

it("max_bars leaves at the open after so many bars, the entry bar counted", async () => {
  expect(await exitsOf({ max_bars: 2 }, [flat, flat, bar(101, 102, 100, 101)])).toEqual([[3, "time_exit", 101]]);
});

describe("a bar that reaches stop and target", () => {
  const exits = { stop_loss: 0.05, take_profit: 0.05 };
  const both = (close: number) => bar(100, 106, 94, close);

  it.each([
    ["pessimistic", both(100), "stop_loss"],
    ["optimistic", both(100), "take_profit"],
    ["ohlc-path", both(101), "stop_loss"],
    ["ohlc-path", both(99), "take_profit"],
    ["nearest-extreme", bar(100, 105.5, 94, 99), "take_profit"],
    ["nearest-extreme", bar(100, 107, 94.5, 99), "stop_loss"],
    ["drill-down", both(100), "stop_loss"], // nothing finer is there
  ] as const)("%s: %j leaves by %s", async (intrabar, last, rule) => {
    const left = await exitsOf(exits, [flat, last], { model: { intrabar } });
    expect(left.map(([at, by]) => [at, by])).toEqual([[2, rule]]);
  });

  it("is counted, with what it could have been", async () => {
    const { run, equity } = await runOrders({
      bars: [flat, flat, both(100), flat],
      orders: { 0: [enter(exits)] },
    });
    expect(run.doubts).toMatchObject({ bars: 1, worst: 0, best: 50 * 10 });
    expect(equity.at(-1)).toBe(10_000 - 250);
  });

  const quarters = (...bars: Bar[]) => [
    { timeframeMs: 900_000, columns: columnsOf(bars, "15min", START_MS + 2 * HOUR) },
  ];

  it.each([
    [[bar(100, 101, 99, 100), bar(100, 105.5, 100, 101), bar(101, 101, 94, 95)], "take_profit"],
    [[bar(100, 101, 94.5, 99), bar(99, 106, 99, 106)], "stop_loss"],
    [[bar(100, 106, 94, 100)], "stop_loss"], // both in one finer bar again
  ] as const)("is looked into with drill-down", async (bars, rule) => {
    const finer = quarters(...(bars as readonly Bar[]));
    const result = await runOrders({
      bars: [flat, flat, both(100), flat],
      orders: { 0: [enter(exits)] },
      model: { intrabar: "drill-down" },
      finer,
    });
    expect(result.fills.at(-1)!.rule).toBe(rule);
    expect(result.run.doubts.bars).toBe(bars.length === 1 ? 1 : 0);
  });

  it("is not missed where finer candles have holes", async () => {
    const finer = quarters(bar(100, 101, 99, 100));
    const left = await exitsOf(exits, [flat, both(100)], { model: { intrabar: "drill-down" }, finer });
    expect(left).toEqual([[2, "stop_loss", 95]]);
  });

  it("is looked into as deep as candles go", async () => {
    const finer = [
      ...quarters(bar(100, 106, 94, 100)),
      {
        timeframeMs: 300_000,
        columns: columnsOf([bar(100, 105, 100, 104), bar(104, 104, 94, 95)], "5min", START_MS + 2 * HOUR),
      },
    ];
    const left = await exitsOf(exits, [flat, both(100)], { model: { intrabar: "drill-down" }, finer });
    expect(left).toEqual([[2, "take_profit", 105]]);
  });
});

describe("an entry inside a bar", () => {
  const limit = { terms: { orderType: "limit", limitPrice: 95 } } as const;
  const stop = { terms: { orderType: "stop-market", stopPrice: 105 } } as const;

  it("by a limit is stopped in the same bar when the low lies beyond the stop", async () => {
    expect(await exitsOf({ stop_loss: 0.02 }, [bar(100, 101, 92, 96)], { order: limit })).toEqual([
      [1, "stop_loss", expect.closeTo(93.1, 9)],
    ]);
  });

  it("by a limit reaches its target there only when the close says so", async () => {
    expect(await exitsOf({ take_profit: 0.02 }, [bar(100, 101, 94, 96)], { order: limit })).toEqual([]);
    expect(await exitsOf({ take_profit: 0.02 }, [bar(100, 101, 94, 98)], { order: limit })).toEqual([
      [1, "take_profit", expect.closeTo(96.9, 9)],
    ]);
    const optimistic = { order: limit, model: { intrabar: "optimistic" as const } };
    expect(await exitsOf({ take_profit: 0.02 }, [bar(100, 101, 94, 96)], optimistic)).toEqual([
      [1, "take_profit", expect.closeTo(96.9, 9)],
    ]);
  });

  it("by a stop reaches its target for certain, its stop perhaps", async () => {
    expect(await exitsOf({ take_profit: 0.01 }, [bar(100, 107, 99, 105)], { order: stop })).toEqual([
      [1, "take_profit", expect.closeTo(106.05, 9)],
    ]);
    const low = bar(100, 105.5, 99, 105.2);
    expect(await exitsOf({ stop_loss: 0.05 }, [low], { order: stop })).toEqual([
      [1, "stop_loss", expect.closeTo(99.75, 9)],
    ]);
    // A falling first leg is believed to have come before the entry.
    expect(await exitsOf({ stop_loss: 0.05 }, [low], { order: stop, model: { intrabar: "ohlc-path" } })).toEqual([]);
  });
});
