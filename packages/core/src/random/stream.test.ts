import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStream, hashKey } from "./stream.ts";

const DRAWS = 20_000;
const take = (seed: number, label: string, count = 8) => {
  const stream = createStream(seed, label);
  return Array.from({ length: count }, () => stream.uniform());
};
const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** Pearson's correlation of two samples. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

describe("createStream", () => {
  it("gives the same numbers for the same key, for ever", () => {
    expect(take(1, "latency BTC-USDT-1")).toEqual(take(1, "latency BTC-USDT-1"));
    const stream = createStream(1, "latency BTC-USDT-1");
    expect([stream.integer(50, 500), stream.integer(50, 500), stream.integer(50, 500)]).toEqual([71, 352, 68]);
    expect(stream.uniform()).toBe(0.7966717332118258);
  });

  it("gives other numbers for another seed or label", () => {
    const first = take(1, "a");
    for (const [otherSeed, label] of [
      [2, "a"],
      [1, "b"],
      [1, ""],
      [1, "a "],
      [2 ** 32 + 1, "a"], // differs in the upper half only
      [Number.MAX_SAFE_INTEGER, "a"],
    ] as const) {
      expect(take(otherSeed, label)).not.toEqual(first);
    }
  });

  it("does not shift one stream by drawing from another", () => {
    const alone = take(7, "mine", 4);
    const mine = createStream(7, "mine");
    const other = createStream(7, "other");
    const mixed = [0, 1, 2, 3].map((i) => {
      for (let n = 0; n < i; n++) other.uniform();
      return mine.uniform();
    });
    expect(mixed).toEqual(alone);
  });

  it.each([
    ["neighbouring seeds", take(1, "x", DRAWS), take(2, "x", DRAWS)],
    ["neighbouring labels", take(1, "order-1", DRAWS), take(1, "order-2", DRAWS)],
  ])("is not correlated between %s", (_, a, b) => {
    expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(DRAWS)); // 4 standard errors
  });

  it("is not correlated between the first draws of many labels", () => {
    const first = Array.from({ length: DRAWS }, (_, i) => createStream(1, `BTC-USDT-${i}`).uniform());
    expect(Math.abs(correlation(first.slice(0, -1), first.slice(1)))).toBeLessThan(4 / Math.sqrt(DRAWS));
    expect(first.reduce((sum, value) => sum + value, 0) / DRAWS).toBeCloseTo(0.5, 1);
  });
});

describe("uniform", () => {
  it("fills its range evenly", () => {
    const buckets = new Array<number>(10).fill(0);
    for (const value of take(3, "even", DRAWS)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      buckets[Math.floor(value * 10)]!++;
    }
    const chiSquare = buckets.reduce((sum, count) => sum + (count - DRAWS / 10) ** 2 / (DRAWS / 10), 0);
    expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom, one in a thousand
  });
});

describe("integer", () => {
  it("reaches both ends and nothing beyond", () => {
    const stream = createStream(5, "ends");
    const seen = new Set(Array.from({ length: 500 }, () => stream.integer(50, 55)));
    expect([...seen].sort((a, b) => a - b)).toEqual([50, 51, 52, 53, 54, 55]);
  });

  it("stays in its range, whatever the seed", () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 0, max: 3_600_000 }), fc.nat(3_600_000), (key, min, width) => {
        const value = createStream(key, "range").integer(min, min + width);
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(min + width);
      }),
    );
  });

  it("is the one number of a range of one", () => {
    expect(createStream(1, "one").integer(42, 42)).toBe(42);
  });
});

describe("normal", () => {
  it("has mean 0, variance 1 and no skew", () => {
    const stream = createStream(11, "normal");
    const values = Array.from({ length: DRAWS }, () => stream.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / DRAWS;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(3))).toBeLessThan(0.1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.3);
  });
});

describe("hashKey", () => {
  it("spreads neighbouring keys over all 32 bits", () => {
    const keys = new Set<number>();
    for (let i = 0; i < 100; i++) for (let n = 0; n < 100; n++) keys.add(hashKey(i, `BTC-USDT-${n}`));
    expect(keys.size).toBeGreaterThan(9_995); // of 10,000; 0.01 collisions expected
    const bits = [...keys].reduce((set, key) => set | key, 0);
    expect(bits).toBe(-1);
  });
});
