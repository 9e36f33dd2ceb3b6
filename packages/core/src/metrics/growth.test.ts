import { describe, expect, it } from "vitest";
import { DAY_MS } from "../market/timeframe.ts";
import { annualGrowth, calmarRatio, totalReturn } from "./growth.ts";

describe("annualGrowth", () => {
  it("counts years of 365.25 days", () => {
    expect(annualGrowth(100, 121, 2 * 365.25 * DAY_MS)).toBeCloseTo(0.1, 12); // 1.1² = 1.21
  });

  it.each([
    ["equity at zero", 100, 0, DAY_MS, "equity fell to zero or below"],
    ["a start at zero", 0, 100, DAY_MS, "equity fell to zero or below"],
    ["no time", 100, 110, 0, "no time passed"],
    ["a range too short for a yearly number", 100, 200, 1, "the range is too short to annualise its return"],
  ])("does not exist for %s", (_, first, last, durationMs, reason) => {
    expect(annualGrowth(first, last, durationMs)).toEqual({ reason });
  });
});

describe("totalReturn", () => {
  it("is last over first minus one", () => {
    expect(totalReturn(100, 80)).toBeCloseTo(-0.2, 12);
  });

  it("does not exist without a positive start", () => {
    expect(totalReturn(0, 80)).toEqual({ reason: "equity starts at zero or below" });
  });
});

describe("calmarRatio", () => {
  it("divides growth by the drawdown", () => {
    expect(calmarRatio(0.3, 0.2)).toBeCloseTo(1.5, 12);
  });

  it("does not exist without a drawdown, and inherits the reason of an undefined growth", () => {
    expect(calmarRatio(0.3, 0)).toEqual({ reason: "no drawdown" });
    expect(calmarRatio({ reason: "no time passed" }, 0.2)).toEqual({ reason: "no time passed" });
    expect(calmarRatio(0.3, { reason: "no benchmark" })).toEqual({ reason: "no benchmark" });
  });
});
