import { describe, expect, it } from "vitest";
import { peakDeployed, returnOnDeployed } from "./deployed.ts";

const of = (...values: number[]) => Float64Array.from(values);

describe("what was at work", () => {
  it("is the most that positions were worth, long or short, and the gain is a share of it", () => {
    const equity = of(10_000, 10_000, 10_004, 10_002, 10_005);
    const cash = of(10_000, 9_990, 9_984, 10_017, 10_005);
    expect(peakDeployed(equity, cash)).toBe(20);
    expect(returnOnDeployed(equity, 5, 20)).toBe(0.25);
    expect(peakDeployed(equity, cash, 2)).toBe(10);
  });

  it("is nothing without a position, of which no gain is a share", () => {
    const flat = of(100, 100);
    expect(peakDeployed(flat, flat)).toBe(0);
    expect(returnOnDeployed(flat, 2, 0)).toEqual({ reason: "nothing was at work" });
  });
});
