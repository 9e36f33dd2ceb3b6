import { executionModelSchema, toExecutionModel } from "@powertrader/core/config";
import {
  createRun,
  type ExitPlan,
  INTRABAR_MODES,
  type IntrabarMode,
  NO_EXITS,
  runBacktest,
} from "@powertrader/core/engine";
import { describe, expect, it } from "vitest";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, columnsOf, FREE, MemoryRecorder, START_MS, still } from "../fixtures/scripted-run.ts";

const HOUR = 3_600_000;
const bar = (open: number, high: number, low: number, close: number, volume = 1e9): Bar => [
  open,
  high,
  low,
  close,
  volume,
];
const flat = still(100);
const plan = (part: Partial<ExitPlan>): ExitPlan => ({ ...NO_EXITS, ...part });
type Enter = Extract<IntentDraft, { kind: "enter" }>;
const buy = (more: Partial<Enter> = {}): IntentDraft => ({ kind: "enter", side: "buy", sizeShare: 0.5, ...more });
const sell = (more: Partial<Enter> = {}): IntentDraft => ({ kind: "enter", side: "sell", sizeShare: 0.5, ...more });
const trail = { distanceShare: 0.05, activationShare: null, activeDistanceShare: null };
const brief = (fills: readonly { rule: string; price: number; barMs: number; qty: number; side: string }[]) =>
  fills.map(
    ({ rule, price, barMs, qty, side }) =>
      `${(barMs - START_MS) / HOUR} ${side} ${+qty.toFixed(6)} ${rule} ${+price.toFixed(6)}`,
  );
const ev = (events: readonly { clientOrderId: string; event: string; reason: string }[]) =>
  events.map((e) => `${e.clientOrderId} ${e.event} ${e.reason}`);

describe("the engine keeps its word at the corners:", () => {
  it("a delayed entry is never left before it was made; what the bar did around it stays in doubt", async () => {
    const { fills, run } = await runOrders({
      bars: [flat, bar(100, 120, 100, 120)],
      orders: { 0: [buy({ exits: plan({ stopShare: 0.05 }) })] },
      model: { latency_ms: [HOUR / 2, HOUR / 2] },
    });
    expect(brief(fills)).toEqual(["1 buy 45.454545 next_open 110", "1 sell 45.454545 stop_loss 104.5"]);
    expect(fills[1]!.tsMs).toBeGreaterThan(fills[0]!.tsMs);
    expect(run.doubts.bars).toBe(1);
  });
  it("an exit that finer candles place is never before its entry", async () => {
    const finer = [
      {
        timeframeMs: HOUR / 4,
        columns: columnsOf(
          [bar(100, 100, 94, 94), bar(94, 94, 92, 92), bar(92, 99, 92, 99), bar(99, 99, 98, 98)],
          "15min",
          START_MS + HOUR,
        ),
      },
    ];
    const r = await runOrders({
      bars: [flat, bar(100, 100, 92, 98)],
      finer,
      orders: {
        0: [
          buy({
            terms: { orderType: "limit", limitPrice: 95 },
            exits: plan({ stopShare: 0.02, targets: [{ price: 97, gainShare: null, positionShare: 1 }] }),
          }),
        ],
      },
      model: { intrabar: "drill-down" },
    });
    expect(r.trades.map((t) => t.exitMs >= t.entryMs)).toEqual([true]);
  });
  it("entries that cancel each other leave no exits behind", async () => {
    const r = await runOrders({
      bars: [flat, flat, flat, flat],
      leverage: 2,
      orders: {
        0: [
          sell({ sizeShare: 0.3, exits: plan({ maxBars: 1 }) }),
          buy({ sizeShare: 0.3, exits: plan({ maxBars: 1 }) }),
        ],
      },
    });
    expect(r.orders.map((o) => o.qty)).toEqual([null, null]);
  });
  it("a position that an entry turns loses the exits of its other side", async () => {
    const r = await runOrders({
      bars: [flat, flat, flat, bar(100, 101, 99, 100), flat],
      leverage: 1,
      orders: { 0: [buy({ sizeShare: 0.3, exits: plan({ stopShare: 0.005 }) })], 1: [sell({ sizeShare: 0.5 })] },
    });
    expect([ev(r.events), r.orders.length]).toEqual([[], 2]);
  });
  it("the plan of an entry against the position does not become the position's", async () => {
    const r = await runOrders({
      bars: [flat, flat, flat, flat],
      orders: { 0: [buy({ sizeShare: 0.5 })], 1: [sell({ sizeShare: 0.1, exits: plan({ stopPrice: 105 }) })] },
    });
    expect(brief(r.fills)).toEqual(["1 buy 50 next_open 100", "2 sell 10 next_open 100"]);
  });
  it("a target that lies behind an entry inside the bar fills where the entry did", async () => {
    const s = await runOrders({
      bars: [flat, bar(100, 100, 55, 57), bar(52, 52, 40, 41), bar(41, 41, 26, 26)],
      orders: {
        0: [sell({ sizeShare: 0.05 })],
        2: [
          sell({
            sizeShare: 0.05,
            terms: { orderType: "stop-market", stopPrice: 38 },
            exits: plan({ targets: [{ price: null, gainShare: 0.05, positionShare: 1 }] }),
          }),
        ],
      },
    });
    for (const f of s.fills.filter((f) => f.barMs === START_MS + 3 * HOUR)) expect(f.price).toBeLessThanOrEqual(41);
  });
  it("an order that arrives after its end does not fill", async () => {
    const r = await runOrders({
      bars: [flat, flat, flat, flat, flat],
      orders: {
        0: [
          buy({ terms: { orderType: "limit", limitPrice: 100, timeInForce: "GTD", expiresMs: START_MS + 2 * HOUR } }),
        ],
      },
      model: { latency_ms: [2.5 * HOUR, 2.5 * HOUR] },
    });
    expect([brief(r.fills), ev(r.events)]).toEqual([[], ["BTC-USDT-1 expired time_in_force"]]);
  });
  it("a stop that was reached and finds no volume ends its group", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 103, 100, 103, 0), bar(103, 103, 94, 95)],
      orders: {
        1: [
          buy({ sizeShare: 0.2, terms: { orderType: "stop-market", stopPrice: 102, ocoGroup: "a" } }),
          buy({ sizeShare: 0.2, terms: { orderType: "limit", limitPrice: 95, ocoGroup: "a" } }),
        ],
      },
    });
    expect(r.fills).toHaveLength(1);
  });
  it("a trailing stop does not follow prices from before an entry inside the bar", async () => {
    const r = await runOrders({
      bars: [flat, bar(100, 110, 94, 96), bar(96, 97, 95, 96), flat],
      orders: { 0: [buy({ terms: { orderType: "limit", limitPrice: 95 }, exits: plan({ trailing: trail }) })] },
    });
    expect(brief(r.fills)).toEqual(["1 buy 52.631579 limit 95"]);
  });
  it("a target that fills in parts sells its share once", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 105, 100, 105, 10), bar(105, 105, 105, 105)],
      orders: {
        0: [
          buy({
            exits: plan({
              targets: [
                { price: 105, gainShare: null, positionShare: 0.5 },
                { price: 120, gainShare: null, positionShare: 0.5 },
              ],
            }),
          }),
        ],
      },
    });
    expect(r.fills.slice(1).reduce((s, f) => s + f.qty, 0)).toBeCloseTo(25);
  });
  it("an entry by trailing stop is reached from below like one by stop", async () => {
    const run = (orderType: "trailing-stop" | "stop-market") =>
      runOrders({
        bars: [flat, flat, bar(100, 104, 97, 101)],
        orders: {
          0: [
            buy({
              terms: orderType === "trailing-stop" ? { orderType, trailShare: 0.02 } : { orderType, stopPrice: 102 },
              exits: plan({ targets: [{ price: 103, gainShare: null, positionShare: 1 }] }),
            }),
          ],
        },
      });
    expect(
      brief((await run("trailing-stop")).fills)
        .at(-1)!
        .slice(0, 6),
    ).toBe(
      brief((await run("stop-market")).fills)
        .at(-1)!
        .slice(0, 6),
    );
  });
  it("a rebate is no margin", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 100, 98, 99)],
      leverage: 100,
      model: { maker_fee_bps: -100, fee_bps: 10 },
      orders: { 0: [buy({ sizeShare: 0.1, terms: { orderType: "limit", limitPrice: 99 } })] },
    });
    for (const f of r.fills) expect(f.qty * f.price).toBeLessThanOrEqual(100 * 10_000 * 0.1 * 1.2);
  });
  it("cancelling what is left of a stop leaves the position guarded", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 100, 94, 94, 10), bar(94, 94, 50, 50), bar(50, 50, 1, 1)],
      leverage: 2,
      orders: { 0: [buy({ exits: plan({ stopShare: 0.05 }) })], 2: [{ kind: "cancel", reason: "superseded" }] },
    });
    expect(r.fills.length).toBeGreaterThan(2);
  });
  it("with trail_from: this-bar a resting trailing stop is met behind the bar's extreme", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 110, 99, 109)],
      model: { trail_from: "this-bar" },
      orders: {
        0: [buy()],
        1: [{ kind: "exit", side: "sell", qty: 10, terms: { orderType: "trailing-stop", trailShare: 0.05 } }],
      },
    });
    expect(r.fills[1]!.price).toBeCloseTo(104.5);
  });
  it("an order that ends inside a bar fills at its open or not at all", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 100, 94, 95)],
      orders: {
        1: [
          buy({
            terms: { orderType: "limit", limitPrice: 95, timeInForce: "GTD", expiresMs: START_MS + 2 * HOUR + 60_000 },
          }),
        ],
      },
    });
    for (const f of r.fills) expect((f.tsMs - START_MS) / HOUR).toBeLessThan(2 + 1 / 60);
  });
  it("a tick coarser than the bar rounds nothing", async () => {
    const r = await runOrders({
      bars: [still(0.4), still(0.4), still(0.4)],
      model: { price_tick: 1 },
      orders: { 0: [buy()], 1: [{ kind: "exit", side: "sell", qty: 1000 }] },
    });
    for (const f of r.fills) expect(f.price).toBe(0.4);
  });
  it("a time target below an entry inside the bar leaves at the entry", async () => {
    const r = await runOrders({
      bars: [flat, bar(100, 100, 94, 96)],
      orders: {
        0: [
          buy({
            terms: { orderType: "limit", limitPrice: 95 },
            exits: plan({ timeTargets: [{ afterMs: 0, gainShare: -0.05 }] }),
          }),
        ],
      },
      model: { intrabar: "optimistic" },
    });
    for (const f of r.fills) expect(f.price).toBeGreaterThanOrEqual(94);
  });
  it("a plan with numbers that mean nothing is refused", async () => {
    const targets = [{ price: 105, gainShare: null, positionShare: Number.NaN }];
    const { events, fills } = await runOrders({
      bars: [flat, flat],
      orders: { 0: [buy({ exits: plan({ targets }) })] },
    });
    expect([ev(events), fills]).toEqual([["BTC-USDT-1 refused invalid_exits"], []]);
  });
  it("a stop that the open has jumped over goes before an order that waits inside the bar", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(90, 91, 85, 86), still(86)],
      orders: {
        0: [buy({ sizeShare: 0.3, exits: plan({ stopPrice: 95 }) })],
        1: [buy({ sizeShare: 0.3, terms: { orderType: "limit", limitPrice: 88 } })],
      },
    });
    expect(r.fills[1]!.price).toBe(90);
  });
  it("a protective stop goes before an exit that rests on the other side, and the doubt is counted", async () => {
    const r = await runOrders({
      bars: [flat, flat, bar(100, 106, 94, 100), flat],
      orders: {
        0: [buy({ exits: plan({ stopPrice: 95 }) })],
        1: [{ kind: "exit", side: "sell", qty: 50, terms: { orderType: "limit", limitPrice: 105 } }],
      },
    });
    expect(r.fills[1]!.rule).toBe("stop_loss");
  });
  it("an order that ended in a hole of the candles does not fill behind it", async () => {
    const columns = columnsOf([flat, flat, flat]);
    columns.time[2] = START_MS + 5 * HOUR;
    const log: unknown[] = [];
    const run = createRun({
      settings: {
        startMs: START_MS,
        initialCapital: 10_000,
        seed: 1,
        closeAtEnd: false,
        leverage: 1,
        model: toExecutionModel(executionModelSchema.parse(FREE)),
      },
      series: [{ symbol: "BTC-USDT", timeframe: "1hour", columns, warmUpRows: 0 }],
      source: { name: "none", warmUpBars: 0, watch: () => () => undefined },
      policy: {
        name: "p",
        onTick: (_, { nowMs }) =>
          nowMs === START_MS + 2 * HOUR
            ? [
                {
                  kind: "enter",
                  symbol: "BTC-USDT",
                  side: "buy",
                  sizeShare: 0.5,
                  signalId: undefined,
                  terms: { orderType: "limit", limitPrice: 100, timeInForce: "GTD", expiresMs: START_MS + 3 * HOUR },
                },
              ]
            : [],
      },
      recorder: Object.assign(new MemoryRecorder(), { fill: (one: unknown) => void log.push(one) }),
    });
    await runBacktest(run);
    expect(log).toEqual([]);
  });
  it("a stop that the open has jumped over is met in every mode, at-stop too", async () => {
    const at = async (intrabar: IntrabarMode) =>
      brief(
        (
          await runOrders({
            bars: [flat, flat, bar(93, 100.2, 83, 92)],
            orders: {
              0: [
                buy({ exits: plan({ stopPrice: 99, targets: [{ price: 100.1, gainShare: null, positionShare: 1 }] }) }),
              ],
            },
            model: { stop_fill: "at-stop", intrabar },
          })
        ).fills,
      )[1];
    const [first, ...others] = await Promise.all(INTRABAR_MODES.map(at));
    expect(others).toEqual(others.map(() => first));
  });
  it("an order that ended while the venue was closed does not fill when it opens", async () => {
    const r = await runOrders({
      bars: Array.from({ length: 40 }, () => flat),
      orders: {
        0: [
          buy({ terms: { orderType: "limit", limitPrice: 101, timeInForce: "GTD", expiresMs: START_MS + 3 * HOUR } }),
        ],
      },
      model: { session: "us-equities" },
    });
    expect(r.fills).toEqual([]);
  });

  it("a delayed entry begins the path of its bar: low first in a rising bar, whatever the delay", async () => {
    const rising = bar(100, 106, 94, 104);
    const left = async (latencyMs: number) => {
      const { fills } = await runOrders({
        bars: [flat, rising],
        orders: {
          0: [buy({ exits: plan({ stopPrice: 95, targets: [{ price: 105, gainShare: null, positionShare: 1 }] }) })],
        },
        model: { intrabar: "ohlc-path", latency_ms: [latencyMs, latencyMs] },
      });
      return fills[1]!.rule;
    };
    expect([await left(0), await left(1), await left(500)]).toEqual(["stop_loss", "stop_loss", "stop_loss"]);
  });
});
