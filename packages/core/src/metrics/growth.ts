import { DAY_MS } from "../market/timeframe.ts";
import { isDefined, type Metric } from "./metric.ts";

const YEAR_MS = 365.25 * DAY_MS;

/** Last value ÷ first − 1, a fraction. */
export function totalReturn(first: number, last: number): Metric {
  return first > 0 ? last / first - 1 : { reason: "equity starts at zero or below" };
}

/** Compound annual growth rate, a fraction: (last ÷ first)^(1 ÷ years) − 1 with years of 365.25 days. */
export function annualGrowth(first: number, last: number, durationMs: number): Metric {
  if (!(first > 0 && last > 0)) return { reason: "equity fell to zero or below" };
  if (!(durationMs > 0)) return { reason: "no time passed" };
  const rate = (last / first) ** (YEAR_MS / durationMs) - 1;
  return Number.isFinite(rate) ? rate : { reason: "the range is too short to annualise its return" };
}

/**
 * Annual growth ÷ maximum drawdown.
 * Source: T. W. Young, "Calmar Ratio: A Smoother Tool", Futures 20(1), 1991, over the whole range.
 */
export function calmarRatio(growth: Metric, maxDrawdown: Metric): Metric {
  if (!isDefined(growth)) return growth;
  if (!isDefined(maxDrawdown)) return maxDrawdown;
  return maxDrawdown > 0 ? growth / maxDrawdown : { reason: "no drawdown" };
}
