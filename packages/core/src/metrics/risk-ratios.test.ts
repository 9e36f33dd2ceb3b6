import { describe, expect, it } from "vitest";
import { simpleReturns } from "./returns.ts";
import { sharpeRatio, sortinoRatio, volatility } from "./risk-ratios.ts";

const returns = simpleReturns(Float64Array.of(10_000, 10_100, 10_050, 10_200));

describe("sharpeRatio", () => {
  it("annualises the mean over the sample deviation of daily returns with 365 days", () => {
    expect(sharpeRatio(returns)).toBeCloseTo(12.289606, 6);
  });

  it("subtracts the daily part of the yearly risk-free rate, compounded", () => {
    const daily = 1.05 ** (1 / 365) - 1;
    expect(sharpeRatio(returns, { riskFree: 0.05 })).toBeCloseTo(
      sharpeRatio(returns.map((r) => r - daily)) as number,
      9,
    );
  });

  it("annualises with 252 days where markets have sessions", () => {
    expect(sharpeRatio(returns, { daysPerYear: 252 })).toBeCloseTo(
      (12.28960638480746 * Math.sqrt(252)) / Math.sqrt(365),
      9,
    );
  });

  it("does not exist for fewer than two returns", () => {
    expect(sharpeRatio(Float64Array.of(0.01))).toEqual({ reason: "fewer than two daily returns" });
  });

  it("does not exist for returns that differ by rounding only", () => {
    const growing = Float64Array.from({ length: 50 }, (_, i) => 10_000 * 1.01 ** i);
    expect(sharpeRatio(simpleReturns(growing))).toEqual({ reason: "daily returns do not vary" });
  });
});

describe("sortinoRatio", () => {
  it("divides by the root of the mean squared shortfall over all returns", () => {
    const r = Float64Array.of(0.02, -0.01, 0.03, -0.02);
    const downside = Math.sqrt((0.01 ** 2 + 0.02 ** 2) / 4);
    expect(sortinoRatio(r)).toBeCloseTo((0.005 / downside) * Math.sqrt(365), 9);
  });

  it("does not exist without a day below the risk-free rate", () => {
    expect(sortinoRatio(Float64Array.of(0.01, 0.02))).toEqual({ reason: "no daily return below the risk-free rate" });
    expect(sortinoRatio(Float64Array.of(0.01, 0.02), { riskFree: 400 })).toBeTypeOf("number"); // 1.66 % a day
  });
});

describe("volatility", () => {
  it("is the sample deviation times the root of 365", () => {
    expect(volatility(Float64Array.of(0.01, -0.01))).toBeCloseTo(Math.sqrt(2) * 0.01 * Math.sqrt(365), 12);
  });

  it("is zero for a flat curve and undefined for a single return", () => {
    expect(volatility(Float64Array.of(0, 0, 0))).toBe(0);
    expect(volatility(Float64Array.of(0))).toEqual({ reason: "fewer than two daily returns" });
  });
});
