import { describe, expect, it } from "vitest";
import { boundsOf, listBounds } from "./bounds.ts";
import type { MaybeLines } from "./expected-lines.ts";
import { profitMarginPct, stanceOf } from "./stance.ts";

const LOWS = [99, 98.9, 98, 97, 96, 95, 94];
const HIGHS = [101, 101.1, 102, 103, 104, 105, 106];
const LINES: readonly MaybeLines[] = LOWS.map((low, i) => ({ low, high: HIGHS[i]! }));

/** What PowerTrader itself makes of these lines. */
const LOW_BOUNDS = [98.505, 98.257966, 97.51, 96.515, 95.52, 94.288924, 92.877414];
const HIGH_BOUNDS = [101.505, 101.808863, 102.51, 103.515, 104.57226, 105.894892, 107.546602];

function expectPrices(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((price, i) => void expect(actual[i]).toBeCloseTo(price, 6));
}

describe("boundsOf", () => {
  it("stands half a percent outside the lines and widens its gaps step by step", () => {
    const { lows, highs } = boundsOf(LINES);
    expectPrices(lows, LOW_BOUNDS);
    expectPrices(highs, HIGH_BOUNDS);
  });

  it("leaves a single line at that distance", () => {
    const { lows, highs } = boundsOf([{ high: 204.65, low: 198.733333 }]);
    expectPrices([highs[0]!, lows[0]!], [205.67325, 197.739666]);
  });

  it("spaces by price and leaves every bound with its timeframe", () => {
    const turn = <T>(list: readonly T[]) => [3, 0, 6, 1, 5, 2, 4].map((i) => list[i]!);
    const { lows, highs } = boundsOf(turn(LINES));
    expectPrices(lows, turn(LOW_BOUNDS));
    expectPrices(highs, turn(HIGH_BOUNDS));
  });

  it("keeps bounds where they belong when two timeframes are inactive", () => {
    const holed = LINES.map((one, i) => (i === 2 || i === 5 ? undefined : one));
    const { lows, highs } = boundsOf(holed);
    expect([lows[2], lows[5], highs[2], highs[5]]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expectPrices([lows[0]!, lows[1]!, lows[3]!, lows[4]!], [98.505, 98.257966, 96.515, 95.52]);
    expect(lows[6]).toBeCloseTo(94 * 0.995, 6);
    expect(highs[6]).toBeCloseTo(106 * 1.005, 6);
  });

  it("has none without lines", () => {
    const { lows, highs } = boundsOf(LINES.map(() => undefined));
    expect([...lows, ...highs].every(Number.isNaN)).toBe(true);
  });

  it("parts bounds that fall together", () => {
    const { lows, highs } = boundsOf(LINES.map(() => ({ low: 99, high: 101 })));
    for (let k = 0; k < 6; k++) {
      const gaps = [lows, highs].map((b) => (200 * Math.abs(b[k]! - b[k + 1]!)) / (b[k]! + b[k + 1]!));
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(0.25 * (k + 1));
      for (const gap of gaps) expect(gap).toBeLessThan(0.25 * (k + 1) + 0.051);
    }
    expect(lows[6]).toBeLessThan(lows[0]!);
    expect(highs[6]).toBeGreaterThan(highs[0]!);
  });
});

describe("listBounds", () => {
  it("lists lows from the highest down and highs from the lowest up, nothing for what is inactive", () => {
    const bounds = [96, Number.NaN, 98, 97];
    expect(listBounds(bounds, "down")).toEqual([98, 97, 96, null]);
    expect(listBounds(bounds, "up")).toEqual([96, 97, 98, null]);
  });
});

describe("stanceOf", () => {
  const bounds = boundsOf(LINES);
  const stances = (price: number, lines = LINES) => lines.map((one, i) => stanceOf(one, bounds, i, price));
  const count = (price: number, side: string) => stances(price).filter((stance) => stance === side).length;

  it.each([
    [100, 0, 0],
    [98.4, 1, 0],
    [97, 3, 0],
    [96, 4, 0],
    [92, 7, 0],
    [101.6, 0, 1],
    [108, 0, 7],
  ])("at a price of %d counts %d long and %d short", (price, long, short) => {
    expect([count(price, "long"), count(price, "short")]).toEqual([long, short]);
  });

  it("is on neither side at the bound itself", () => {
    expect(stances(bounds.lows[0]!)[0]).toBe("within");
    expect(stances(bounds.highs[0]!)[0]).toBe("within");
  });

  it("says nothing where a timeframe is inactive, or expects a candle without range", () => {
    expect(stances(92, [undefined, { low: 99, high: 99 }])).toEqual(["inactive", "within"]);
  });

  it("measures the margin as the mean distance to the lines that were left, a quarter percent at least", () => {
    expect(profitMarginPct(LINES, stances(97.9), 97.9)).toBeCloseTo((100 * (1.1 / 97.9 + 1 / 97.9)) / 2, 12);
    expect(profitMarginPct(LINES, stances(108), 108)).toBeCloseTo(
      HIGHS.reduce((sum, high) => sum + (100 * (108 - high)) / 108 / 7, 0),
      12,
    );
    expect(profitMarginPct(LINES, stances(100), 100)).toBe(0.25);
    const near: readonly MaybeLines[] = [{ low: 99.9, high: 101 }];
    expect(profitMarginPct(near, ["long"], 99.8)).toBe(0.25);
  });
});
