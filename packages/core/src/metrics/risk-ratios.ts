import type { Metric } from "./metric.ts";
import { deviation, mean } from "./returns.ts";

/** Crypto trades every day of the year. */
export const DAYS_PER_YEAR = 365;

/** Below this a deviation of daily returns is rounding noise of the equity, not variation. */
const NO_DEVIATION = 1e-12;

const TOO_FEW = { reason: "fewer than two daily returns" };

export interface RatioOptions {
  /** Risk-free rate per year, a fraction. */
  readonly riskFree?: number;
  /** Daily returns in a year: 365, or 252 where markets have sessions. */
  readonly daysPerYear?: number;
}

/** Annualised volatility: sample standard deviation of daily returns × √daysPerYear. A fraction. */
export function volatility(returns: Float64Array, { daysPerYear = DAYS_PER_YEAR }: RatioOptions = {}): Metric {
  return returns.length < 2 ? TOO_FEW : deviation(returns) * Math.sqrt(daysPerYear);
}

/**
 * Annualised Sharpe ratio of daily simple returns: mean excess ÷ sample standard deviation (n − 1) × √daysPerYear.
 * Source: W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21(1), 1994.
 */
export function sharpeRatio(returns: Float64Array, options: RatioOptions = {}): Metric {
  if (returns.length < 2) return TOO_FEW;
  const spread = deviation(returns);
  if (!(spread > NO_DEVIATION)) return { reason: "daily returns do not vary" };
  const { daysPerYear = DAYS_PER_YEAR } = options;
  return ((mean(returns) - dailyRate(options)) / spread) * Math.sqrt(daysPerYear);
}

/**
 * Annualised Sortino ratio: mean excess ÷ √mean(min(excess, 0)²) × √daysPerYear, the mean taken over all returns.
 * Source: F. A. Sortino and L. N. Price, "Performance Measurement in a Downside Risk Framework", Journal of
 * Investing 3(3), 1994, with the risk-free rate as target.
 */
export function sortinoRatio(returns: Float64Array, options: RatioOptions = {}): Metric {
  if (returns.length < 2) return TOO_FEW;
  const target = dailyRate(options);
  let squares = 0;
  for (let i = 0; i < returns.length; i++) squares += Math.min(returns[i]! - target, 0) ** 2;
  const downside = Math.sqrt(squares / returns.length);
  if (!(downside > NO_DEVIATION)) return { reason: "no daily return below the risk-free rate" };
  const { daysPerYear = DAYS_PER_YEAR } = options;
  return ((mean(returns) - target) / downside) * Math.sqrt(daysPerYear);
}

/** What the risk-free rate earns in one of the year's returns: (1 + rf)^(1 ÷ daysPerYear) − 1. */
function dailyRate({ riskFree = 0, daysPerYear = DAYS_PER_YEAR }: RatioOptions): number {
  return riskFree === 0 ? 0 : (1 + riskFree) ** (1 / daysPerYear) - 1;
}
