import { NO_EXITS } from "@powertrader/core/engine";
import { describe, expect, it } from "vitest";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, still } from "../fixtures/scripted-run.ts";

const flat = still(100);
const enter = (side: "buy" | "sell", positionId: string, more: object = {}): IntentDraft => ({
  kind: "enter",
  side,
  sizeShare: 0.2,
  terms: { positionId },
  ...more,
});
const stopAt = (stopPrice: number) => ({
  exits: { ...NO_EXITS, stopPrice },
});

describe("positions with names", () => {
  it("stand side by side in one symbol, long and short, each its own round trip", async () => {
    const { trades, run } = await runOrders({
      bars: [flat, flat, still(110), still(120)],
      orders: {
        0: [enter("buy", "a"), enter("sell", "b")],
        2: [{ kind: "exit", side: "sell", qty: 20, terms: { positionId: "a" } }],
      },
    });
    expect(run.marketOf("BTC-USDT").positions.map(({ id, qty }) => [id, qty])).toEqual([
      [null, 0],
      ["a", 0],
      ["b", -20],
    ]);
    expect(trades).toMatchObject([{ tradeId: "BTC-USDT-t1", positionId: "a", side: "long", pnl: 400 }]);
    expect(run.equity).toBe(10_000 + 400 - 400);
  });

  it("bind free money with what each is worth, not with the difference", async () => {
    const { run } = await runOrders({ bars: [flat, flat], orders: { 0: [enter("buy", "a"), enter("sell", "b")] } });
    expect(run.marketOf("BTC-USDT").value).toBe(0);
    expect(run.freeMoney()).toBe(6_000);
  });

  it("have exits of their own", async () => {
    const dip: Bar = [100, 100, 93, 99, 1e9];
    const { fills, run } = await runOrders({
      bars: [flat, flat, dip, flat],
      orders: { 0: [enter("buy", "near", stopAt(95)), enter("buy", "far", stopAt(90))] },
    });
    expect(fills.slice(2).map(({ clientOrderId, price, rule }) => [clientOrderId, price, rule])).toEqual([
      ["BTC-USDT-3", 95, "stop_loss"],
    ]);
    expect(run.marketOf("BTC-USDT").positions.map(({ qty }) => qty)).toEqual([0, 0, 20]);
  });

  it("are left by exits of their own name only", async () => {
    const { events } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [enter("buy", "a")], 1: [{ kind: "exit", side: "sell", qty: 20, terms: { positionId: "b" } }] },
    });
    expect(events).toMatchObject([{ event: "refused", reason: "above_holdings" }]);
  });

  it("are all closed at the end", async () => {
    const { trades, run } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [enter("buy", "a"), enter("sell", "b"), { kind: "enter", side: "buy", sizeShare: 0.1 }] },
      closeAtEnd: true,
    });
    expect(trades.map(({ positionId, exitReason }) => [positionId, exitReason])).toEqual([
      [null, "end_of_run"],
      ["a", "end_of_run"],
      ["b", "end_of_run"],
    ]);
    expect(run.equity).toBe(10_000);
  });
});

it("without names an opposite order reduces the position", async () => {
  const { run } = await runOrders({
    bars: [flat, flat, flat],
    orders: {
      0: [{ kind: "enter", side: "buy", sizeShare: 0.2 }],
      1: [{ kind: "enter", side: "sell", sizeShare: 0.3 }],
    },
  });
  expect(run.positionOf("BTC-USDT")).toBe(-10);
});
