import { describe, expect, it } from "vitest";
import { summarizeFolds } from "./summarize-folds.ts";

const summarize = (train: readonly number[], test: readonly number[]) =>
  summarizeFolds(train.map((score, i) => ({ train: score, test: test[i]! })));

describe("summarizeFolds", () => {
  it("gives mean, population deviation, extremes, ratio and share of winning tests", () => {
    expect(summarize([2, 4, 4, 4, 5, 5, 7, 9], [1, 3, -1, 5, 0, 2, 4, 6])).toEqual({
      train: { mean: 5, deviation: 2, min: 2, max: 9 },
      test: { mean: 2.5, deviation: Math.sqrt(5.25), min: -1, max: 6 },
      overfittingRatio: 2,
      consistencyShare: 0.75,
    });
  });

  it("says so of a single fold", () => {
    expect(summarize([1], [1])).toMatchObject({
      test: { mean: 1, deviation: 0 },
      overfittingRatio: 1,
      consistencyShare: 1,
    });
  });

  it("calls tests that only lose inconsistent, and their ratio undefined", () => {
    expect(summarize([3, 3], [-1, -1])).toMatchObject({
      overfittingRatio: { reason: "the mean test score is not above 0" },
      consistencyShare: 0,
    });
  });

  it.each([
    [[-2, -2], [-1, -1], "the mean test score is not above 0"],
    [[1, 1], [0, 0], "the mean test score is not above 0"],
    [[-1, 0], [1, 1], "the mean train score is not above 0"],
    [[1e300], [1e-300], "too large for a number"],
  ])("knows no ratio of %o to %o", (train, test, reason) => {
    expect(summarize(train, test).overfittingRatio).toEqual({ reason });
  });

  it("refuses no folds and scores that are no numbers", () => {
    expect(() => summarize([], [])).toThrow(new RangeError("there are no folds to summarize"));
    expect(() => summarize([1], [Number.NaN])).toThrow(new RangeError("a score must be finite, was NaN"));
    expect(() => summarize([Infinity], [1])).toThrow(new RangeError("a score must be finite, was Infinity"));
  });
});
