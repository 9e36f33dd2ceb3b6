import type { OrderTerms } from "@powertrader/core/engine";
import { describe, expect, it } from "vitest";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, START_MS, still } from "../fixtures/scripted-run.ts";

const HOUR = 3_600_000;
/** A bar open, high, low, close with volume enough for anything. */
const bar = (open: number, high: number, low: number, close: number, volume = 1e9): Bar => [
  open,
  high,
  low,
  close,
  volume,
];
const buy = (terms: Partial<OrderTerms>, sizeShare = 0.5): IntentDraft => ({
  kind: "enter",
  side: "buy",
  sizeShare,
  terms,
});
const sell = (qty: number, terms: Partial<OrderTerms>): IntentDraft => ({ kind: "exit", side: "sell", qty, terms });
const enter: IntentDraft = { kind: "enter", side: "buy", sizeShare: 0.5 };
const brief = (fills: readonly { rule: string; price: number; barMs: number; qty: number }[]) =>
  fills.map(({ rule, price, barMs }) => [(barMs - START_MS) / HOUR, rule, price]);

describe("a limit order", () => {
  it("fills at its price when a bar trades to it, as a maker without slippage", async () => {
    const { fills } = await runOrders({
      bars: [still(100), bar(101, 102, 100, 101), bar(101, 101, 98.5, 99)],
      orders: { 0: [buy({ orderType: "limit", limitPrice: 99 })] },
      model: { slippage_bps: 50, fee_bps: 20, maker_fee_bps: 10 },
    });
    expect(brief(fills)).toEqual([[2, "limit", 99]]);
    expect(fills[0]!.fees).toBeCloseTo(fills[0]!.qty * 99 * 0.001, 10);
    expect(fills[0]!.slippageBps).toBe(0);
  });

  it("fills at the open when the open is better", async () => {
    const { fills } = await runOrders({
      bars: [still(100), bar(101, 102, 100, 101), bar(97, 99, 96, 98)],
      orders: { 0: [buy({ orderType: "limit", limitPrice: 99 })] },
    });
    expect(brief(fills)).toEqual([[2, "limit", 97]]);
  });

  it("takes liquidity when it is marketable on arrival, never beyond its limit", async () => {
    const { fills } = await runOrders({
      bars: [still(100), bar(100, 103, 99, 101)],
      orders: { 0: [buy({ orderType: "limit", limitPrice: 100.2 })] },
      model: { slippage_model: "fixed", slippage_bps: 100, fee_bps: 20, maker_fee_bps: 0 },
    });
    expect(brief(fills)).toEqual([[1, "limit", 100.2]]);
    expect(fills[0]!.fees).toBeGreaterThan(0);
  });

  it("waits for a trade through its price with limit_fill: through", async () => {
    const run = (low: number) =>
      runOrders({
        bars: [still(100), bar(100, 101, low, 100)],
        orders: { 0: [buy({ orderType: "limit", limitPrice: 99 })] },
        model: { limit_fill: "through" },
      });
    expect((await run(99)).fills).toEqual([]);
    expect(brief((await run(98.9)).fills)).toEqual([[1, "limit", 99]]);
  });

  it("takes several bars where their volume is thin, and can be cancelled and placed anew", async () => {
    const thin = bar(100, 100, 98, 99, 10);
    const { fills, events, orders } = await runOrders({
      bars: [still(100), thin, thin, thin, thin],
      orders: {
        0: [buy({ orderType: "limit", limitPrice: 99 })],
        2: [{ kind: "cancel", reason: "repriced" }, buy({ orderType: "limit", limitPrice: 98 }, 0.1)],
      },
    });
    expect(fills.map(({ clientOrderId, qty, state }) => [clientOrderId, qty, state])).toEqual([
      ["BTC-USDT-1", 10, "partial"],
      ["BTC-USDT-1", 10, "partial"],
      ["BTC-USDT-2", expect.closeTo(10, 0), "partial"],
      ["BTC-USDT-2", expect.closeTo(0.2, 0), "filled"],
    ]);
    expect(events.map(({ clientOrderId, reason }) => [clientOrderId, reason])).toEqual([["BTC-USDT-1", "repriced"]]);
    expect(orders[1]!.terms).toMatchObject({ orderType: "limit", limitPrice: 98 });
  });

  it("post-only is refused when it would take, and fills as a maker else", async () => {
    const place = (limitPrice: number) =>
      runOrders({
        bars: [still(100), bar(100, 101, 98, 100)],
        orders: { 0: [buy({ orderType: "limit", limitPrice, postOnly: true })] },
      });
    const taking = await place(100.5);
    expect(taking.fills).toEqual([]);
    expect(taking.events[0]).toMatchObject({ event: "refused", reason: "post_only" });
    expect(brief((await place(99)).fills)).toEqual([[1, "limit", 99]]);
  });
});

describe("a stop order", () => {
  it("triggers at its price and pays slippage from there", async () => {
    const { fills } = await runOrders({
      bars: [still(101), bar(101, 101, 101, 101), bar(101, 102.5, 101, 102)],
      orders: { 0: [buy({ orderType: "stop-market", stopPrice: 101.5 })] },
      model: { slippage_model: "fixed", slippage_bps: 10 },
    });
    expect(brief(fills)).toEqual([[2, "stop", expect.closeTo(101.5 * 1.001, 10)]]);
    expect(fills[0]!.referencePrice).toBe(101.5);
  });

  it("fills at the open when the open has jumped over it; at its price only on request", async () => {
    const run = (stop_fill: "open-if-gapped" | "at-stop") =>
      runOrders({
        bars: [still(300), still(300), bar(290.5, 292, 289.5, 290.5)],
        orders: { 0: [enter], 1: [sell(1, { orderType: "stop-market", stopPrice: 291.5 })] },
        model: { stop_fill },
      });
    expect(brief((await run("open-if-gapped")).fills).at(-1)).toEqual([2, "stop", 290.5]);
    expect(brief((await run("at-stop")).fills).at(-1)).toEqual([2, "stop", 291.5]);
  });

  it("with a limit becomes a limit order once it was reached", async () => {
    const place = (limitPrice: number, second: Bar) =>
      runOrders({
        bars: [still(100), bar(100, 103, 100, 102.5), second],
        orders: { 0: [buy({ orderType: "stop-limit", stopPrice: 102, limitPrice })] },
      });
    expect(brief((await place(102.1, still(110))).fills)).toEqual([[1, "stop", 102]]);
    // Reached at 102, but 101 is wanted: the bar closes above, so nothing says it came back.
    expect(brief((await place(101, bar(103, 103, 100, 102))).fills)).toEqual([[2, "limit", 101]]);
    expect((await place(101, still(103))).fills).toEqual([]);
  });

  it("trails behind the best price of earlier bars", async () => {
    const { fills } = await runOrders({
      bars: [still(100), still(100), bar(100, 110, 100, 109), bar(109, 109, 100, 101)],
      orders: { 0: [enter], 1: [sell(1, { orderType: "trailing-stop", trailShare: 0.05 })] },
    });
    expect(brief(fills).at(-1)).toEqual([3, "trailing_stop", 110 * 0.95]);
  });

  it("trails at the distance its first level had when it has no share", async () => {
    const { fills } = await runOrders({
      bars: [still(100), still(100), bar(100, 110, 100, 109), bar(109, 109, 100, 101)],
      orders: { 0: [enter], 1: [sell(1, { orderType: "trailing-stop", stopPrice: 97 })] },
    });
    expect(brief(fills).at(-1)).toEqual([3, "trailing_stop", 107]);
  });

  it("that a thin bar cannot fill goes on as a market order", async () => {
    const { fills } = await runOrders({
      bars: [still(100), still(100), bar(100, 100, 90, 95, 20), bar(99, 99, 99, 99)],
      orders: { 0: [enter], 1: [sell(50, { orderType: "stop-market", stopPrice: 95 })] },
    });
    expect(fills.slice(1).map(({ qty, price, rule }) => [qty, price, rule])).toEqual([
      [20, 95, "stop"],
      [30, 99, "next_open"],
    ]);
  });
});

describe("time in force", () => {
  const limit = { orderType: "limit", limitPrice: 95 } as const;
  const bars = [still(100), still(100), still(100), bar(100, 100, 94, 95)];

  it.each([
    ["GTC", {}, [[3, "limit", 95]], []],
    ["IOC", { timeInForce: "IOC" }, [], ["cancelled time_in_force"]],
    ["GTD before", { timeInForce: "GTD", expiresMs: START_MS + 3 * HOUR }, [], ["expired time_in_force"]],
    ["GTD after", { timeInForce: "GTD", expiresMs: START_MS + 4 * HOUR }, [[3, "limit", 95]], []],
  ] as const)("%s", async (_, terms, fills, ends) => {
    const result = await runOrders({ bars, orders: { 0: [buy({ ...limit, ...terms })] } });
    expect(brief(result.fills)).toEqual(fills);
    expect(result.events.map(({ event, reason }) => `${event} ${reason}`)).toEqual(ends);
  });

  it("DAY ends at midnight UTC", async () => {
    const day = Array.from({ length: 26 }, () => still(100));
    const { events } = await runOrders({ bars: day, orders: { 3: [buy({ ...limit, timeInForce: "DAY" })] } });
    expect(events).toMatchObject([{ event: "expired", reason: "time_in_force", tsMs: START_MS + 24 * HOUR }]);
  });
});

describe("orders of one OCO group", () => {
  it("end with the first fill of any of them", async () => {
    const pair = [
      sell(10, { orderType: "stop-market", stopPrice: 95, ocoGroup: "out" }),
      sell(10, { orderType: "take-profit", stopPrice: 105, ocoGroup: "out" }),
    ];
    const { fills, events } = await runOrders({
      bars: [still(100), still(100), bar(100, 106, 99, 105)],
      orders: { 0: [enter], 1: pair },
    });
    expect(brief(fills).at(-1)).toEqual([2, "take_profit", 105]);
    expect(events).toMatchObject([{ clientOrderId: "BTC-USDT-2", event: "cancelled", reason: "oco" }]);
  });

  it.each([
    ["pessimistic", bar(100, 106, 94, 100), "stop"],
    ["optimistic", bar(100, 106, 94, 100), "take_profit"],
    ["ohlc-path", bar(100, 106, 94, 101), "stop"],
    ["ohlc-path", bar(100, 106, 94, 99), "take_profit"],
    ["nearest-extreme", bar(100, 105.5, 94, 99), "take_profit"],
    ["nearest-extreme", bar(100, 107, 94, 99), "stop"],
  ] as const)("%s decides what came first in a bar that reaches both", async (intrabar, both, rule) => {
    const { fills } = await runOrders({
      bars: [still(100), still(100), both],
      orders: {
        0: [enter],
        1: [
          sell(10, { orderType: "take-profit", stopPrice: 105, ocoGroup: "out" }),
          sell(10, { orderType: "stop-market", stopPrice: 95, ocoGroup: "out" }),
        ],
      },
      model: { intrabar },
    });
    expect(fills.at(-1)!.rule).toBe(rule);
    expect(fills).toHaveLength(2);
  });
});

describe("a bad order is refused with a reason, and the books stay as they were:", () => {
  it.each([
    [{ orderType: "limit" }, "invalid_limit_price"],
    [{ orderType: "limit", limitPrice: Number.NaN }, "invalid_limit_price"],
    [{ orderType: "limit", limitPrice: 0 }, "invalid_limit_price"],
    [{ orderType: "limit", limitPrice: -1 }, "invalid_limit_price"],
    [{ orderType: "limit", limitPrice: Infinity }, "invalid_limit_price"],
    [{ orderType: "market", limitPrice: 100 }, "invalid_limit_price"],
    [{ orderType: "stop-market" }, "invalid_stop_price"],
    [{ orderType: "take-profit", stopPrice: -5 }, "invalid_stop_price"],
    [{ orderType: "stop-limit", stopPrice: 100 }, "invalid_limit_price"],
    [{ orderType: "trailing-stop" }, "invalid_trail"],
    [{ orderType: "trailing-stop", trailShare: 1 }, "invalid_trail"],
    [{ orderType: "limit", limitPrice: 99, timeInForce: "GTD" }, "invalid_expiry"],
    [{ orderType: "limit", limitPrice: 99, timeInForce: "GTD", expiresMs: START_MS }, "invalid_expiry"],
    [{ orderType: "limit", limitPrice: 99, expiresMs: START_MS + 9 * HOUR }, "invalid_expiry"],
    [{ orderType: "market", postOnly: true }, "invalid_post_only"],
    [{ orderType: "market", ocoGroup: "a" }, "invalid_oco_group"],
  ] as const)("%j", async (terms, reason) => {
    const { events, fills, equity } = await runOrders({
      bars: [still(100), still(100), still(100)],
      orders: { 0: [buy(terms)] },
    });
    expect(events).toMatchObject([{ event: "refused", reason }]);
    expect(fills).toEqual([]);
    expect(equity).toEqual([10_000, 10_000, 10_000, 10_000]);
  });
});

describe("a delay longer than a bar", () => {
  it("makes an order meet the bar in which it arrives", async () => {
    const { fills } = await runOrders({
      bars: [still(100), still(101), bar(102, 106, 102, 106), still(103)],
      orders: { 0: [enter] },
      model: { latency_ms: [1.5 * HOUR, 1.5 * HOUR] },
    });
    expect(brief(fills)).toEqual([[2, "next_open", 104]]); // half of the way from 102 to 106
    expect(fills[0]!.tsMs).toBe(START_MS + 2.5 * HOUR);
  });
});

describe("an order id that the policy gives", () => {
  it("is one order: the same id again is refused and changes nothing", async () => {
    const entry = { kind: "enter", side: "buy", sizeShare: 0.5 } as const;
    const mine = { ...entry, clientOrderId: "dca-1" };
    const { orders, events, fills } = await runOrders({
      bars: [still(100), still(100), still(100)],
      orders: { 0: [mine, mine], 1: [mine, { ...entry, clientOrderId: "BTC-USDT-9" }] },
    });
    expect(orders.map(({ clientOrderId }) => clientOrderId)).toEqual(["dca-1"]);
    expect(events.map(({ clientOrderId, event, reason }) => [clientOrderId, event, reason])).toEqual([
      ["dca-1", "refused", "duplicate_id"],
      ["dca-1", "refused", "duplicate_id"],
      ["BTC-USDT-9", "refused", "reserved_id"],
    ]);
    expect(fills).toHaveLength(1);
  });

  it("cancels that order alone", async () => {
    const rest = (clientOrderId: string, limitPrice: number): IntentDraft => ({
      kind: "enter",
      side: "buy",
      sizeShare: 0.1,
      terms: { orderType: "limit", limitPrice },
      clientOrderId,
    });
    const { fills, events } = await runOrders({
      bars: [still(100), still(100), bar(100, 100, 90, 95)],
      orders: {
        0: [rest("a", 95), rest("b", 94)],
        1: [{ kind: "cancel", reason: "changed my mind", clientOrderId: "a" }],
      },
    });
    expect(events).toMatchObject([{ clientOrderId: "a", reason: "changed my mind" }]);
    expect(fills.map(({ clientOrderId }) => clientOrderId)).toEqual(["b"]);
  });
});
