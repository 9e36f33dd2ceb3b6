import { describe, expect, it } from "vitest";
import { type MemoryRecord, PatternMemory } from "./pattern-memory.ts";
import { predict } from "./predict.ts";
import type { TimeframeModel } from "./timeframe-model.ts";

function record(body: number, values: Partial<MemoryRecord>): MemoryRecord {
  return { timeMs: 0, body, close: 0, high: 0, low: 0, closeWeight: 1, highWeight: 1, lowWeight: 1, ...values };
}

function model(...records: readonly MemoryRecord[]): TimeframeModel {
  return { timeframe: "1hour", threshold: 1, memory: PatternMemory.of(records), normalizeWeights: false };
}

const FOUR = model(
  record(2, { high: 2.4, low: -0.8 }),
  record(2.02, { high: 1.8, low: -1.2, highWeight: 1.25, lowWeight: 0.75 }),
  record(1.99, { high: 3, low: -0.4, highWeight: 0, lowWeight: 0.5 }),
  record(2.5, { high: 9, low: -9 }),
);

describe("predict", () => {
  it("leaves weights of 0 out of the mean and its divisor", () => {
    const lines = predict(FOUR, 2, 200);
    expect(lines).toMatchObject({ isActive: true, matches: 3, close: 200 });
    expect(lines.high).toBeCloseTo(204.65, 10);
    expect(lines.low).toBeCloseTo(198.733333, 6);
  });

  it("divides by the sum of the weights when told to", () => {
    const lines = predict({ ...FOUR, normalizeWeights: true }, 2, 200);
    expect(lines.high).toBeCloseTo(200 * (1 + 0.0465 / 2.25), 10);
    expect(lines.low).toBeCloseTo(200 * (1 - 0.019 / 2.25), 10);
  });

  it("says the price itself where nothing alike is remembered", () => {
    const nothing = { isActive: false, close: 50, high: 50, low: 50, matches: 0 };
    expect(predict(FOUR, -2, 50)).toEqual(nothing);
    expect(predict(FOUR, 0, 50)).toEqual(nothing);
    expect(predict(model(), 2, 50)).toEqual(nothing);
  });

  it.each(["closeWeight", "highWeight", "lowWeight"] as const)("is inactive when no %s is left", (name) => {
    const lines = predict(model(record(1, { high: 1, [name]: 0 })), 1, 10);
    expect(lines).toEqual({ isActive: false, close: 10, high: 10, low: 10, matches: 1 });
  });

  it("turns a move round where the weight of a close is negative", () => {
    const opposed = model(record(1, { close: 2, high: 3, low: -1, closeWeight: -0.5 }));
    expect(predict(opposed, 1, 100).close).toBe(99);
    expect(predict({ ...opposed, normalizeWeights: true }, 1, 100).close).toBe(98);
  });
});
