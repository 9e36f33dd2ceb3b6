import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floorToStep } from "./liquidity.ts";
import { type FillRequest, simulateFill } from "./simulate-fill.ts";
import { affordableQty } from "./sizing.ts";
import { volatilityFactor } from "./slippage.ts";

const HOUR = 3_600_000;
const calm = { open: 100, high: 101, low: 99.8, close: 100.5, volume: 1_000 };
const model = { slippageBps: 5, feeBps: 20, partialFillThreshold: 0.01, qtyStep: 0 };

function fill(request: Partial<FillRequest>) {
  const qty = request.qty ?? 1;
  return simulateFill({
    side: "buy",
    qty,
    orderQty: qty,
    candle: calm,
    timeframeMs: HOUR,
    latencyMs: 0,
    capacity: 10,
    model,
    ...request,
  });
}

describe("simulateFill", () => {
  it("moves a buy above the open and charges the fee on the slipped price", () => {
    expect(fill({})).toEqual({
      status: "filled",
      fillQty: 1,
      fillPrice: expect.closeTo(100.05, 10), // 100 × (1 + 5 bps); the range of 1.19 % counts as calm
      referencePrice: 100,
      slippageBps: expect.closeTo(5, 8),
      fees: expect.closeTo(0.2001, 10), // 100.05 × 20 bps
    });
  });

  it("moves a sell below the open", () => {
    expect(fill({ side: "sell" }).fillPrice).toBeCloseTo(99.95, 10);
  });

  it("slips more on a volatile bar, up to twice as much", () => {
    const wild = { open: 100, high: 110, low: 90, close: 100, volume: 1_000 };
    expect(fill({ candle: wild }).slippageBps).toBeCloseTo(10, 8);
    const livelier = { open: 100, high: 102.25, low: 100, close: 100, volume: 1_000 };
    expect(volatilityFactor(livelier)).toBeCloseTo(1.5, 12); // r = 2.25 %: 1 + (2.25 − 1.5) ÷ 1.5
  });

  it("never fills outside the bar, and says the slippage that was really paid", () => {
    const openIsHigh = { open: 100, high: 100, low: 99, close: 99.5, volume: 1_000 };
    expect(fill({ candle: openIsHigh })).toMatchObject({ fillPrice: 100, slippageBps: 0 });
    const tight = { open: 100, high: 100.02, low: 99, close: 99.5, volume: 1_000 };
    expect(fill({ candle: tight }).slippageBps).toBeCloseTo(2, 8);
  });

  it("lets latency cost when the price runs away, and never lets it help", () => {
    const rising = { open: 100, high: 104, low: 100, close: 104, volume: 1_000 };
    expect(fill({ candle: rising, latencyMs: HOUR / 4 }).referencePrice).toBe(101); // a quarter of the way to the close
    expect(fill({ candle: rising, latencyMs: HOUR / 4, side: "sell" }).referencePrice).toBe(100);
    expect(fill({ candle: rising, latencyMs: 9 * HOUR }).referencePrice).toBe(104);
  });

  it("fills a large order as far as the bar's volume goes", () => {
    expect(fill({ qty: 25, capacity: 10 })).toMatchObject({ status: "partial", fillQty: 10 });
    expect(fill({ qty: 10, capacity: 10 })).toMatchObject({ status: "filled", fillQty: 10 });
  });

  it("keeps the part of a large order on the quantity step", () => {
    expect(fill({ qty: 25, capacity: 10.79, model: { ...model, qtyStep: 0.25 } }).fillQty).toBe(10.75);
  });

  it("makes no fill below the threshold, unless it completes the order", () => {
    expect(fill({ qty: 25, orderQty: 2_000, capacity: 10 })).toMatchObject({ status: "unfilled", fillQty: 0, fees: 0 });
    expect(fill({ qty: 5, orderQty: 2_000, capacity: 10 })).toMatchObject({ status: "filled", fillQty: 5 });
  });

  it("leaves an order unfilled on a bar without volume", () => {
    expect(fill({ capacity: 0 }).status).toBe("unfilled");
  });

  it.each([0, -1, Number.NaN, Infinity])("rejects a quantity of %s", (qty) => {
    expect(() => fill({ qty })).toThrow(RangeError);
  });
});

describe("floorToStep", () => {
  it.each([
    [0.3, 0.1, 0.3], // 0.3 ÷ 0.1 is 2.9999… in doubles
    [0.29, 0.1, 0.2],
    [4.35, 0.01, 4.35],
    [7, 3, 6],
    [1.24, 0.25, 1],
    [1e-9, 1e-8, 0],
    [5, 0, 5],
  ])("takes %s on a step of %s down to %s", (qty, step, expected) => {
    expect(floorToStep(qty, step)).toBe(expected);
  });
});

describe("any magnitude", () => {
  const magnitude = (low: number, high: number) =>
    fc.double({ min: low, max: high, noNaN: true }).map((exponent) => 10 ** exponent);
  const step = fc.constantFrom(0, 1e-8, 1e-4, 0.05, 0.1, 0.25, 1, 3, 1000);

  it("has a floor on the step: not above, and less than a step below", () => {
    fc.assert(
      fc.property(magnitude(-9, 20), step, (qty, qtyStep) => {
        const floored = floorToStep(qty, qtyStep);
        expect(floored).toBeLessThanOrEqual(qty);
        expect(qty - floored).toBeLessThanOrEqual(qtyStep * (1 + 1e-9) + qty * 1e-15);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is paid for in full, and hardly any money is left that could buy a step more", () => {
    fc.assert(
      fc.property(
        magnitude(-2, 15),
        magnitude(-10, 7),
        fc.constantFrom(0, 10, 20, 300),
        step,
        (money, price, fee, qtyStep) => {
          const qty = affordableQty(money, price, fee, qtyStep);
          const cost = (some: number) => some * price + (some * price * fee) / 10_000;
          expect(cost(qty)).toBeLessThanOrEqual(money * (1 + 1e-15));
          expect(cost(qty + qtyStep) + money * 1e-12).toBeGreaterThanOrEqual(money);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe("affordableQty", () => {
  it("spends the money, fee included, and not a cent more", () => {
    const qty = affordableQty(1_000, 3, 20, 0);
    const cost = qty * 3 + qty * 3 * 0.002;
    expect(cost).toBeLessThanOrEqual(1_000);
    expect(cost).toBeCloseTo(1_000, 9);
  });

  it.each([0, -5, Number.NaN])("buys nothing with %s", (money) => {
    expect(affordableQty(money, 3, 20, 0)).toBe(0);
  });
});
