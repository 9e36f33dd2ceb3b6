import { describe, expect, it } from "vitest";
import { type IntentDraft, type PolicyRun, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, still } from "../fixtures/scripted-run.ts";

const enter = (sizeShare = 0.5): IntentDraft => ({ kind: "enter", side: "buy", sizeShare });
const run = (
  model: NonNullable<PolicyRun["model"]>,
  bars: readonly Bar[] = [still(100), still(100)],
  sizeShare = 0.5,
) => runOrders({ bars, orders: { 0: [enter(sizeShare)] }, model });
const wide = (volume = 1e9): Bar => [100, 110, 90, 100, volume];

describe("fees", () => {
  it("may be kept back from what a buy receives: the same money buys the same, less the fee in coins", async () => {
    const quote = await run({ fee_bps: 100 });
    const received = await run({ fee_bps: 100, fee_in: "received" });
    expect(quote.fills[0]!.qty).toBeCloseTo(50 / 1.01, 9);
    expect(received.fills[0]).toMatchObject({ qty: expect.closeTo(50 * 0.99, 9), fees: expect.closeTo(50, 9) });
    expect(received.cash.at(-1)).toBeCloseTo(5_000, 9);
    expect(received.equity.at(-1)).toBeCloseTo(10_000 - 50, 9);
  });

  it("may be fixed per order, once however many fills it takes", async () => {
    const thin: Bar = [100, 100, 100, 100, 20];
    const { fills } = await run({ fee_per_order: 2.5 }, [still(100), thin, thin, thin]);
    expect(fills.map(({ fees }) => fees)).toEqual([2.5, 0, 0]);
  });
});

it("fees of a coin may be its own", async () => {
  const of = async (coin: string) => (await run({ fee_bps: 10, per_coin: { [coin]: { fee_bps: 50 } } })).fills[0]!;
  const [own, other] = [await of("BTC"), await of("ETH")];
  expect(own.fees / (own.qty * own.price)).toBeCloseTo(0.005, 12);
  expect(other.fees / (other.qty * other.price)).toBeCloseTo(0.001, 12);
});

describe("slippage", () => {
  it.each([
    ["volatility on a wild bar", { slippage_model: "volatility", slippage_bps: 10 }, 20],
    ["fixed", { slippage_model: "fixed", slippage_bps: 10 }, 10],
    // Half of a 30 bps spread on top.
    ["spread", { slippage_model: "spread", slippage_bps: 10, spread_bps: 30 }, 25],
  ] as const)("%s", async (_, model, bps) => {
    const { fills } = await run(model, [still(100), wide()]);
    expect(fills[0]!.slippageBps).toBeCloseTo(bps, 8);
  });

  it("volume-share grows with the square of the share of the bar's volume", async () => {
    // 50 of 1,000 units: 0.1 × 0.05² = 2.5 bps
    const { fills } = await run({ slippage_model: "volume-share", slippage_bps: 0, impact: 0.1 }, [
      still(100),
      wide(1_000),
    ]);
    expect(fills[0]!.slippageBps).toBeCloseTo(2.5, 8);
  });

  it("square-root grows with volatility and the root of the share", async () => {
    // 0.1 × 20 % × √0.05
    const { fills } = await run({ slippage_model: "square-root", slippage_bps: 0, impact: 0.1 }, [
      still(100),
      wide(1_000),
    ]);
    expect(fills[0]!.slippageBps).toBeCloseTo(0.1 * 0.2 * Math.sqrt(0.05) * 1e4, 6);
  });
});

describe("a price tick", () => {
  it("rounds against the order, and leaves prices on it alone", async () => {
    const bought = await run({ slippage_model: "fixed", slippage_bps: 1, price_tick: 0.05 }, [still(100), wide()]);
    expect(bought.fills[0]!.price).toBe(100.05);
    const exact = await run({ slippage_bps: 0, price_tick: 0.05 }, [still(100), [99.95, 110, 90, 100, 1e9]]);
    expect(exact.fills[0]!.price).toBe(99.95);
    const { fills } = await runOrders({
      bars: [still(100), wide(), wide()],
      orders: { 0: [enter()], 1: [{ kind: "exit", side: "sell", qty: 1 }] },
      model: { slippage_model: "fixed", slippage_bps: 1, price_tick: 0.05 },
    });
    expect(fills[1]!.price).toBe(99.95);
  });
});

it("the plan's crypto trade nets 18.740025: buy 2 at 100, sell at 110, 0.05 % slippage, 0.25 % commission", async () => {
  const { trades } = await runOrders({
    bars: [still(100), [100, 101, 99, 100, 1e9], [110, 111, 109, 110, 1e9]],
    orders: { 0: [enter(0.0200601)], 1: [{ kind: "exit", side: "sell", qty: 2 }] },
    model: { slippage_model: "fixed", slippage_bps: 5, fee_bps: 25, qty_step: 1 },
  });
  expect(trades).toMatchObject([{ qty: 2, entryPrice: expect.closeTo(100.05, 9), pnl: expect.closeTo(18.740025, 9) }]);
});

it("equity with an open position is cash plus its worth: 10,010, not the 9,910 of the seed's origin", async () => {
  const { equity } = await runOrders({ bars: [still(100), [100, 110, 100, 110, 1e9]], orders: { 0: [enter(0.01)] } });
  expect(equity.at(-1)).toBe(10_010);
});

it("outside the session nothing fills, and orders wait for it", async () => {
  // The runs start on Monday 2024-01-01 at 00:00 UTC; New York opens at 14:30 UTC, in the bar of 15:00 for whole hours.
  const bars = Array.from({ length: 20 }, () => still(100));
  const { fills } = await runOrders({ bars, orders: { 0: [enter()] }, model: { session: "us-equities" } });
  expect(new Date(fills[0]!.barMs).toISOString()).toBe("2024-01-01T15:00:00.000Z");
});

describe("parts of an own model", () => {
  it("may be handed in: slippage as a function of bar and participation, fees as a function of who waited", async () => {
    const { fills } = await runOrders({
      bars: [still(100), wide(1_000)],
      orders: { 0: [enter()] },
      parts: {
        slippage: (bar, participation) => (bar.high - bar.low) * participation,
        fees: { bps: (isMaker) => (isMaker ? 1 : 30), perOrder: 1, isInReceived: false },
        session: { isOpen: () => true, endAfter: (nowMs) => nowMs + 1 },
      },
    });
    const { qty, price, slippageBps, fees } = fills[0]!;
    expect(slippageBps).toBeCloseTo((20 * 50) / 1_000, 1);
    expect(fees).toBeCloseTo(qty * price * 0.003 + 1, 9);
  });
});
