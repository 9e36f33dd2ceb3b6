import { NO_EXITS } from "@powertrader/core/engine";
import { createFundingSchedule } from "@powertrader/core/funding";
import { describe, expect, it } from "vitest";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, columnsOf, START_MS, still } from "../fixtures/scripted-run.ts";

const HOUR = 3_600_000;
const bar = (open: number, high: number, low: number, close: number, volume = 1e9): Bar => [
  open,
  high,
  low,
  close,
  volume,
];
const long: IntentDraft = { kind: "enter", side: "buy", sizeShare: 0.5 };
const short: IntentDraft = { kind: "enter", side: "sell", sizeShare: 0.5 };
const flat = still(100);

describe("leverage", () => {
  it("buys a notional of size × leverage, fees out of the margin's money", async () => {
    const { fills, run } = await runOrders({ bars: [flat, flat], orders: { 0: [long] }, leverage: 5 });
    expect(fills[0]).toMatchObject({ qty: 250, price: 100 });
    expect(run.freeMoney()).toBe(5_000);
    const costly = await runOrders({
      bars: [flat, flat],
      orders: { 0: [{ ...long, sizeShare: 1 }] },
      leverage: 5,
      model: { fee_bps: 100 },
    });
    const { qty, fees } = costly.fills[0]!;
    expect((qty * 100) / 5 + fees).toBeCloseTo(10_000, 6);
  });

  it("is bound by what the margins of all positions leave", async () => {
    const { events, fills } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [{ ...long, sizeShare: 0.8 }], 1: [{ ...long, sizeShare: 0.8 }] },
      leverage: 2,
    });
    expect(fills.map(({ qty }) => qty)).toEqual([160, 40]);
    expect(events).toMatchObject([{ event: "cancelled", reason: "cut_to_cash" }]);
  });

  it("liquidates where the margin falls to the maintenance margin, no later than it is used up", async () => {
    // Margin 1/5 of 100: used up at 80, maintenance 0.5 %: 80 ÷ 0.995.
    const { fills, trades, cash } = await runOrders({
      bars: [flat, flat, bar(100, 100, 70, 90)],
      orders: { 0: [long] },
      leverage: 5,
      model: { maintenance_margin: 0.005, liquidation_fee_bps: 50 },
    });
    expect(fills[1]).toMatchObject({ rule: "liquidation", price: 80 / 0.995 });
    expect(fills[1]!.fees).toBeCloseTo((250 * 80 * 0.005) / 0.995, 9);
    expect(trades).toMatchObject([{ exitReason: "liquidation" }]);
    expect(cash.at(-1)).toBeCloseTo(10_000 - 250 * (100 - 80 / 0.995) - fills[1]!.fees, 6);

    const gap = await runOrders({ bars: [flat, flat, bar(50, 60, 40, 50)], orders: { 0: [long] }, leverage: 5 });
    expect(gap.fills[1]!.price).toBe(80);
    expect(gap.equity.at(-1)).toBe(5_000); // the margin of 5,000 is lost, no more
  });

  it("liquidates shorts above the entry", async () => {
    const { fills } = await runOrders({
      bars: [flat, flat, bar(100, 125, 100, 120)],
      orders: { 0: [short] },
      leverage: 5,
      model: { maintenance_margin: 0.005 },
    });
    expect(fills[1]).toMatchObject({ rule: "liquidation", price: expect.closeTo(120 / 1.005, 9) });
  });

  it("lets a stop that is nearer go first", async () => {
    const exits = { ...NO_EXITS, stopPrice: 95 };
    const { fills } = await runOrders({
      bars: [flat, flat, bar(100, 100, 70, 90)],
      orders: { 0: [{ ...long, exits }] },
      leverage: 5,
    });
    expect(fills[1]).toMatchObject({ rule: "stop_loss", price: 95 });
  });
});

describe("funding", () => {
  const rates = (...of: readonly (readonly [hour: number, rate: number])[]) => ({
    timeMs: Float64Array.from(of, ([hour]) => START_MS + hour * HOUR),
    rate: Float64Array.from(of, ([, rate]) => rate),
  });
  const carry = (funding: ReturnType<typeof rates>, mark: readonly Bar[]) => ({
    borrowRate: 0,
    funding: new Map([["BTC-USDT", createFundingSchedule(funding, columnsOf(mark), HOUR)]]),
  });

  it("is −side × quantity × mark close × rate at each settlement, and part of the trade", async () => {
    const mark = [101, 102, 103, 104, 105].map((price) => still(price));
    const { flows, trades, equity } = await runOrders({
      bars: [flat, flat, flat, flat, flat],
      orders: { 0: [long], 3: [{ kind: "exit", side: "sell", qty: 50 }] },
      carry: carry(rates([1, 0.01], [2, 0.001], [3, -0.002], [4, 0.001]), mark),
    });
    // Nothing is held at hour 1: the entry fills after it. The exit fills after hour 4.
    expect(flows).toEqual([
      { tsMs: START_MS + 2 * HOUR, symbol: "BTC-USDT", kind: "funding", amount: -(50 * 102 * 0.001) },
      { tsMs: START_MS + 3 * HOUR, symbol: "BTC-USDT", kind: "funding", amount: 50 * 103 * 0.002 },
      { tsMs: START_MS + 4 * HOUR, symbol: "BTC-USDT", kind: "funding", amount: -(50 * 104 * 0.001) },
    ]);
    const sum = -5.1 + 10.3 - 5.2;
    expect(trades).toMatchObject([{ flows: expect.closeTo(sum, 9), pnl: expect.closeTo(sum, 9) }]);
    expect(equity.at(-1)).toBeCloseTo(10_000 + sum, 9);
  });

  it("is paid at the traded close where there is no mark candle", async () => {
    const { flows } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [short] },
      carry: carry(rates([3, 0.001]), []),
    });
    expect(flows).toMatchObject([{ amount: 50 * 100 * 0.001 }]);
  });
});

it("interest on a short is paid at midnight, by days", async () => {
  const bars = Array.from({ length: 50 }, () => flat);
  const { flows } = await runOrders({
    bars,
    orders: { 0: [short] },
    carry: { funding: new Map(), borrowRate: 0.365 },
  });
  expect(flows).toEqual([
    { tsMs: START_MS + 24 * HOUR, symbol: "BTC-USDT", kind: "borrow", amount: -(50 * 100 * 0.001) },
    { tsMs: START_MS + 48 * HOUR, symbol: "BTC-USDT", kind: "borrow", amount: -(50 * 100 * 0.001) },
  ]);
});

it("interest on cash below zero is owed by the account", async () => {
  const bars = Array.from({ length: 30 }, () => flat);
  const { flows } = await runOrders({
    bars,
    orders: { 0: [{ ...long, sizeShare: 1 }] },
    leverage: 3,
    carry: { funding: new Map(), borrowRate: 0.365 },
  });
  expect(flows).toEqual([{ tsMs: START_MS + 24 * HOUR, symbol: "", kind: "borrow", amount: -20 }]);
});

describe("a trade", () => {
  it("says how long it was held and how far the price went for and against it", async () => {
    const { trades } = await runOrders({
      bars: [flat, bar(100, 104, 98, 101), bar(101, 110, 97, 105), bar(106, 120, 90, 110)],
      orders: { 0: [long], 2: [{ kind: "exit", side: "sell", qty: 50 }] },
    });
    // The bar of the exit counts with the fill at its open only.
    expect(trades).toMatchObject([{ barsHeld: 2, maePct: 3, mfePct: 10, exitPrice: 106 }]);
  });

  it("of a short mirrors it", async () => {
    const { trades } = await runOrders({
      bars: [flat, bar(100, 104, 98, 101), bar(101, 110, 97, 105)],
      orders: { 0: [short], 1: [{ kind: "exit", side: "buy", qty: 50 }] },
    });
    expect(trades).toMatchObject([{ barsHeld: 1, maePct: 4, mfePct: 2, pnl: -50 }]);
  });
});
