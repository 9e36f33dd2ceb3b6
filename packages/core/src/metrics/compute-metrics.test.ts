import { describe, expect, it } from "vitest";
import { volatilitySlippage } from "../engine/slippage.ts";
import { DAY_MS, HOUR_MS } from "../market/timeframe.ts";
import { computeMetrics } from "./compute-metrics.ts";
import { deviation, mean } from "./returns.ts";
import { slippageAsked } from "./slippage-asked.ts";
import { tradingCosts } from "./trading-costs.ts";

const daily = (equity: readonly number[], cash: readonly number[] = equity) => ({
  timeMs: Float64Array.from(equity, (_, day) => day * DAY_MS),
  equity: Float64Array.from(equity),
  cash: Float64Array.from(cash),
  length: equity.length,
  trades: [],
  costs: tradingCosts([]),
});

describe("computeMetrics", () => {
  it("names every metric as result.json does", () => {
    const { values } = computeMetrics({
      ...daily([1000, 1100, 1050], [1000, 100, 1050]),
      costs: tradingCosts([{ side: "buy", qty: 2, price: 100, referencePrice: 99.5, fees: 0.4 }]),
      trades: [{ side: "long", entryMs: 0, exitMs: HOUR_MS, pnl: 50, pnlPct: 5 }],
      benchmarkEquity: Float64Array.of(1000, 1000, 1020),
    });
    expect(values).toMatchObject({
      total_return: expect.closeTo(0.05, 12),
      max_drawdown: expect.closeTo(50 / 1100, 12),
      max_drawdown_days: 1,
      best_day: expect.closeTo(0.1, 12),
      worst_day: expect.closeTo(-50 / 1100, 12),
      exposure: 0.5,
      trades: 1,
      win_rate: 1,
      average_holding_hours: 1,
      fees: 0.4,
      slippage_cost: 1, // 0.5 a unit
      turnover: 200,
      turnover_ratio: expect.closeTo(200 / 1050, 12), // mean equity 1050
      benchmark_return: expect.closeTo(0.02, 12),
      excess_return: expect.closeTo(0.03, 12),
      profit_factor: null,
    });
  });

  it("gives every null a reason and nothing else one", () => {
    for (const input of [daily([1000]), daily([1000, 1100]), daily([1000, 1000, 1000]), daily([1000, 500, -1])]) {
      const metrics = computeMetrics(input);
      const nulls = Object.keys(metrics.values).filter((name) => metrics.values[name] === null);
      expect(Object.keys(metrics.undefined).sort()).toEqual(nulls.sort());
    }
  });

  it("says what a run without ticks cannot know", () => {
    expect(computeMetrics(daily([1000]))).toMatchObject({
      values: { total_return: 0, max_drawdown: 0, sharpe: null, cagr: null, exposure: null },
      undefined: { sharpe: "fewer than two daily returns", cagr: "no time passed", exposure: "no ticks" },
    });
  });

  it("has no ratios once equity was lost, but the loss and the drawdown", () => {
    expect(computeMetrics(daily([1000, 1200, -60]))).toMatchObject({
      values: { total_return: -1.06, max_drawdown: 1.05, sharpe: null, volatility: null, cagr: null, calmar: null },
      undefined: { sharpe: "equity fell to zero or below", calmar: "equity fell to zero or below" },
    });
  });

  it("has nothing to say about a start without capital", () => {
    expect(computeMetrics(daily([0, 10])).undefined.total_return).toBe("equity starts at zero or below");
  });

  it("calls a number beyond doubles undefined", () => {
    const { values, undefined: reasons } = computeMetrics({
      ...daily([1000, 1000]),
      trades: [1e308, -1e-300].map((pnl) => ({ side: "long", entryMs: 0, exitMs: 0, pnl, pnlPct: 0 })),
    });
    expect([values.profit_factor, reasons.profit_factor]).toEqual([null, "too large for a number"]);
  });
});

describe("computeMetrics of a venue with sessions", () => {
  it("takes 252 returns of trading days for a year, and the same as ever without", () => {
    // From Thursday 1970-01-01 on; the weekend stands still.
    const input = daily([1000, 1010, 1030, 1030, 1030, 1000, 1020]);
    const returns = Float64Array.of(0.01, 1030 / 1010 - 1, 1000 / 1030 - 1, 0.02);
    const { values } = computeMetrics({ ...input, session: "us-equities" });
    expect(values.sharpe).toBeCloseTo((mean(returns) / deviation(returns)) * Math.sqrt(252), 12);
    expect(values.volatility).toBeCloseTo(deviation(returns) * Math.sqrt(252), 12);
    expect(computeMetrics({ ...input, session: "24/7" })).toEqual(computeMetrics(input));
    expect(values.cagr).toBe(computeMetrics(input).values.cagr);
  });
});

describe("tradingCosts", () => {
  it("counts slippage against the order, and for it where insurance settled a liquidation", () => {
    const fill = { qty: 2, price: 101, referencePrice: 100, fees: 1 };
    expect(tradingCosts([{ ...fill, side: "buy" }])).toMatchObject({ slippage: 2, fees: 1, turnover: 202 });
    expect(tradingCosts([{ ...fill, side: "sell" }]).slippage).toBe(-2);
  });
});

describe("slippageAsked", () => {
  it("doubles in a wild bar", () => {
    const bar = { open: 100, high: 103, low: 100, close: 100, volume: 1 }; // range 3 % of the close
    expect(slippageAsked(2, 100, bar, volatilitySlippage(5))).toBeCloseTo(2 * 100 * 10 * 1e-4, 12);
  });
});
