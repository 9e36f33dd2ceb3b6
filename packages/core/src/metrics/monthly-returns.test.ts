import { describe, expect, it } from "vitest";
import { monthlyReturns } from "./monthly-returns.ts";

const points = (...days: [date: string, equity: number][]) => ({
  timeMs: Float64Array.from(days, ([date]) => Date.parse(date)),
  equity: Float64Array.from(days, ([, equity]) => equity),
});

describe("monthlyReturns", () => {
  it("ends a month with the point at its last midnight", () => {
    const months = monthlyReturns(
      points(["2023-12-30", 100], ["2023-12-31", 105], ["2024-01-01", 110], ["2024-01-02", 120], ["2024-02-01", 132]),
    );
    expect(months).toEqual([
      { year: 2023, month: 12, value: expect.closeTo(0.1, 12) },
      { year: 2024, month: 1, value: expect.closeTo(0.2, 12) },
    ]);
  });

  it("has no value after equity was lost", () => {
    expect(monthlyReturns(points(["2024-01-31", 100], ["2024-02-01", 0], ["2024-02-02", 5]))).toEqual([
      { year: 2024, month: 1, value: -1 },
      { year: 2024, month: 2, value: null },
    ]);
  });

  it("is empty for a run without ticks", () => {
    expect(monthlyReturns(points(["2024-01-31", 100]))).toEqual([]);
  });
});
