import { DAY_MS, timeframeMs } from "../market/timeframe.ts";
import { deviation, mean } from "../metrics/returns.ts";
import { DAYS_PER_YEAR } from "../metrics/risk-ratios.ts";
import type { HistoryView } from "../strategy/history-view.ts";

/** Below this a deviation of log returns is rounding noise of the prices, not variation. */
const NO_DEVIATION = 1e-12;

/**
 * Volatility of the last `bars` closes: sample deviation (n − 1) of their log returns × √(bars per year), a fraction.
 * `undefined` where there are fewer closes, or where they do not vary.
 */
export function realisedVolatility(history: HistoryView, bars: number): number | undefined {
  if (bars < 3 || history.length < bars) return undefined;
  const closes = Float64Array.from({ length: bars }, (_, i) => history.close(bars - 1 - i));
  const spread = deviation(logReturns(closes));
  return spread > NO_DEVIATION
    ? spread * Math.sqrt((DAYS_PER_YEAR * DAY_MS) / timeframeMs(history.timeframe))
    : undefined;
}

/**
 * Pearson correlation of the log returns between the last `bars` closed bars that both series have, in [−1, 1].
 * `undefined` where they share fewer bars, or where one of them does not vary. Both are of one timeframe.
 */
export function correlation(one: HistoryView, other: HistoryView, bars: number): number | undefined {
  if (bars < 3) return undefined;
  const a = new Float64Array(bars);
  const b = new Float64Array(bars);
  let missing = bars;
  let i = 0;
  let j = 0;
  while (missing > 0 && i < one.length && j < other.length) {
    const lead = one.time(i) - other.time(j);
    if (lead === 0) {
      missing--;
      a[missing] = one.close(i++);
      b[missing] = other.close(j++);
    } else if (lead > 0) i++;
    else j++;
  }
  return missing > 0 ? undefined : pearson(logReturns(a), logReturns(b));
}

function logReturns(closes: Float64Array): Float64Array {
  const returns = new Float64Array(closes.length - 1);
  for (let i = 0; i < returns.length; i++) returns[i] = Math.log(closes[i + 1]! / closes[i]!);
  return returns;
}

function pearson(a: Float64Array, b: Float64Array): number | undefined {
  const [spreadA, spreadB] = [deviation(a), deviation(b)];
  if (!(spreadA > NO_DEVIATION && spreadB > NO_DEVIATION)) return undefined;
  const [meanA, meanB] = [mean(a), mean(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i]! - meanA) / spreadA) * ((b[i]! - meanB) / spreadB);
  return Math.min(1, Math.max(-1, sum / (a.length - 1)));
}
