import type { SignalDraft } from "@powertrader/core/strategy";
import { describe, expect, it } from "vitest";
import { type Bar, type FinishedRun, runScripted, START_MS, still } from "../fixtures/scripted-run.ts";

const HOUR = 3_600_000;
const bar = (open: number, high: number, low: number, close: number): Bar => [open, high, low, close, 1e9];

/** A run of one coin with the signals of some rows. */
const follow = (bars: readonly Bar[], signals: Readonly<Record<number, SignalDraft | SignalDraft["direction"]>>) =>
  runScripted({ coins: { "BTC-USDT": bars }, script: (_, row) => signals[row], size: 0.5 });
const long = (data: Readonly<Record<string, number>>): SignalDraft => ({ direction: "long", data });
const close = (data: Readonly<Record<string, number>>): SignalDraft => ({ direction: "close", data });

const fillsOf = ({ fills }: FinishedRun) =>
  fills.map(({ side, rule, price, barMs }) => [(barMs - START_MS) / HOUR, side, rule, price]);
const endsOf = ({ events }: FinishedRun) =>
  events.map(({ tsMs, clientOrderId, event, reason }) => [(tsMs - START_MS) / HOUR, clientOrderId, event, reason]);

const dip = bar(100, 101, 94, 100);

describe("a signal with a limit price", () => {
  it("enters at it when a bar comes to it", async () => {
    const run = await follow([still(100), still(100), dip], { 0: long({ limit_price: 95 }) });
    expect(fillsOf(run)).toEqual([[2, "buy", "limit", 95]]);
    expect(run.orders[0]!.terms).toMatchObject({ orderType: "limit", limitPrice: 95, timeInForce: "GTC" });
  });

  it("is withdrawn when its time is over", async () => {
    const run = await follow([still(100), still(100), still(100), dip], {
      0: long({ limit_price: 95, valid_minutes: 120 }),
    });
    expect(fillsOf(run)).toEqual([]);
    expect(endsOf(run)).toEqual([[3, "BTC-USDT-1", "expired", "time_in_force"]]);
  });

  it("is withdrawn by another opinion", async () => {
    const run = await follow([still(100), still(100), dip], { 0: long({ limit_price: 95 }), 1: "close" });
    expect(fillsOf(run)).toEqual([]);
    expect(endsOf(run)).toEqual([[2, "BTC-USDT-1", "cancelled", "superseded"]]);
  });

  it("moves to its second price at the next tick, within the same time", async () => {
    const run = await follow([still(100), still(100), bar(100, 100, 97, 98), dip], {
      0: long({ limit_price: 95, reprice: 98, valid_minutes: 600 }),
    });
    expect(endsOf(run)).toEqual([[2, "BTC-USDT-1", "cancelled", "repriced"]]);
    expect(fillsOf(run)).toEqual([[2, "buy", "limit", 98]]);
    expect(run.orders.map(({ terms }) => terms.expiresMs)).toEqual(Array(2).fill(START_MS + 11 * HOUR));
    expect(new Set(run.orders.map((order) => order.signalId))).toEqual(new Set(["BTC-USDT-s1"]));
  });

  it("does not move once it has begun to fill", async () => {
    const thin: Bar = [100, 100, 94, 100, 10];
    const run = await follow([still(100), thin, thin, still(100)], { 0: long({ limit_price: 95, reprice: 99 }) });
    expect(run.orders).toHaveLength(1);
    expect(fillsOf(run).map(([, , , price]) => price)).toEqual([95, 95]);
  });

  it("said again is ignored; with another price it moves there", async () => {
    const bars = [still(100), still(100), still(100), bar(100, 100, 97, 98)];
    const again = await follow(bars, { 0: long({ limit_price: 95 }), 1: long({ limit_price: 95 }) });
    expect(again.orders).toHaveLength(1);
    const moved = await follow(bars, { 0: long({ limit_price: 95 }), 1: long({ limit_price: 98 }) });
    expect(endsOf(moved)).toEqual([[2, "BTC-USDT-1", "cancelled", "repriced"]]);
    expect(fillsOf(moved)).toEqual([[3, "buy", "limit", 98]]);
    const atMarket = await follow(bars, { 0: long({ limit_price: 95 }), 1: "long" });
    expect(fillsOf(atMarket)).toEqual([[2, "buy", "next_open", 100]]);
  });

  it("said again while it moves anyway does not move it back", async () => {
    const say = long({ limit_price: 95, reprice: 98 });
    const run = await follow([still(100), still(100), still(100), still(100)], { 0: say, 1: say, 2: say });
    expect(run.orders.map(({ terms }) => terms.limitPrice)).toEqual([95, 98]);
  });

  it("said again for a position that is held is ignored", async () => {
    const run = await follow([still(100), dip, still(100), still(100)], {
      0: long({ limit_price: 95 }),
      2: long({ limit_price: 90 }),
    });
    expect(run.orders).toHaveLength(1);
  });

  it("reverses by closing at the market and waiting for the entry", async () => {
    const run = await follow([still(100), still(100), still(100), bar(100, 106, 100, 100)], {
      0: "long",
      1: { direction: "short", data: { limit_price: 105 } },
    });
    expect(fillsOf(run)).toEqual([
      [1, "buy", "next_open", 100],
      [2, "sell", "next_open", 100],
      [3, "sell", "limit", 105],
    ]);
  });

  it("holds only for the order's own kind: an exit price means nothing to an entry", async () => {
    const run = await follow([still(100), still(100), still(100)], {
      0: long({ exit_price: 90 }),
      1: close({ limit_price: 200 }),
    });
    expect(fillsOf(run).map(([, side, rule]) => [side, rule])).toEqual([
      ["buy", "next_open"],
      ["sell", "next_open"],
    ]);
  });
});

describe("a signal to close with an exit price", () => {
  it("leaves there when a bar comes to it", async () => {
    const run = await follow([still(100), still(100), still(100), bar(100, 106, 100, 104)], {
      0: "long",
      1: close({ exit_price: 105 }),
    });
    expect(fillsOf(run).at(-1)).toEqual([3, "sell", "limit", 105]);
    expect(run.trades).toHaveLength(1);
  });

  it("leaves at the market when that is said later", async () => {
    const run = await follow([still(100), still(100), still(100), still(99), still(98)], {
      0: "long",
      1: close({ exit_price: 105 }),
      3: "close",
    });
    expect(endsOf(run)).toEqual([[4, "BTC-USDT-2", "cancelled", "repriced"]]);
    expect(fillsOf(run).at(-1)).toEqual([4, "sell", "next_open", 98]);
  });

  it("is given up when holding is the opinion again", async () => {
    const run = await follow([still(100), still(100), still(100), bar(100, 106, 100, 104)], {
      0: "long",
      1: close({ exit_price: 105 }),
      2: "long",
    });
    expect(endsOf(run)).toEqual([[3, "BTC-USDT-2", "cancelled", "superseded"]]);
    expect(run.trades).toEqual([]);
  });

  it("holds on after its time", async () => {
    const run = await follow([still(100), still(100), still(100), bar(100, 106, 100, 104)], {
      0: "long",
      1: close({ exit_price: 105, valid_minutes: 60 }),
    });
    expect(endsOf(run)).toEqual([[3, "BTC-USDT-2", "expired", "time_in_force"]]);
    expect(run.trades).toEqual([]);
  });
});
