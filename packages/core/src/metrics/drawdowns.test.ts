import { describe, expect, it } from "vitest";
import { measureDrawdowns } from "./drawdowns.ts";

const measure = (equity: readonly number[], keep = 5) =>
  measureDrawdowns(
    Float64Array.from(equity, (_, i) => i),
    Float64Array.from(equity),
    equity.length,
    keep,
  );

describe("measureDrawdowns", () => {
  it("finds 20 % in 100 → 80 → 102", () => {
    expect(measure([100, 80, 102])).toEqual({
      maxShare: 0.2,
      longestMs: 2,
      deepest: [{ share: 0.2, peakMs: 0, troughMs: 1, recoveryMs: 2, durationMs: 2 }],
    });
  });

  it("finds none in a curve that never falls", () => {
    expect(measure([100, 100, 101, 101, 105])).toEqual({ maxShare: 0, longestMs: 0, deepest: [] });
  });

  it("lasts until the last row when it has not recovered", () => {
    expect(measure([100, 110, 99, 105])).toEqual({
      maxShare: 0.1,
      longestMs: 2,
      deepest: [{ share: 0.1, peakMs: 1, troughMs: 2, recoveryMs: undefined, durationMs: 2 }],
    });
  });

  it("starts at the last row of a flat peak and recovers when the peak is reached again", () => {
    expect(measure([100, 100, 90, 100, 100]).deepest).toEqual([
      { share: 0.1, peakMs: 1, troughMs: 2, recoveryMs: 3, durationMs: 2 },
    ]);
  });

  it("keeps the deepest ones, deepest first, the earlier of two equals before the later", () => {
    const { deepest } = measure([100, 95, 100, 80, 100, 90, 100, 80, 100], 3);
    expect(deepest.map(({ share, peakMs }) => [share, peakMs])).toEqual([
      [0.2, 2],
      [0.2, 6],
      [0.1, 4],
    ]);
  });

  it("tells the longest time under water apart from the deepest fall", () => {
    const { maxShare, longestMs } = measure([100, 50, 100, 99, 99, 99, 99, 100]);
    expect({ maxShare, longestMs }).toEqual({ maxShare: 0.5, longestMs: 5 });
  });

  it("counts no fall from a peak without money", () => {
    expect(measure([0, -5, 0]).deepest).toEqual([]);
  });

  it("goes beyond one where equity falls below zero", () => {
    expect(measure([100, -20]).maxShare).toBeCloseTo(1.2, 12);
  });
});
