import {
  allocateColumns,
  type CandleColumns,
  sliceColumns,
  TIMEFRAMES,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";

export interface SampledCandles {
  readonly columns: CandleColumns;
  /** Length of one candle shown; the length of a bar when nothing was merged. */
  readonly lengthMs: number;
}

/**
 * At most about `limit` candles that draw the same picture: neighbouring bars are merged into longer ones, on the clock,
 * so that opens, closes and extremes stay true.
 */
export function sampleCandles(columns: CandleColumns, barMs: number, limit: number): SampledCandles {
  const wantedMs = (columns.length / limit) * barMs;
  if (wantedMs <= barMs) return { columns, lengthMs: barMs };
  const longer = TIMEFRAMES.map(timeframeMs).find((lengthMs) => lengthMs >= wantedMs && lengthMs % barMs === 0);
  const lengthMs = longer ?? Math.ceil(wantedMs / WEEK_MS) * WEEK_MS;
  return { columns: merge(columns, lengthMs), lengthMs };
}

function merge(bars: CandleColumns, lengthMs: number): CandleColumns {
  const merged = allocateColumns(bars.length);
  let count = 0;
  let bucket = Number.NaN;
  for (let row = 0; row < bars.length; row++) {
    const openMs = Math.floor(bars.time[row]! / lengthMs) * lengthMs;
    if (openMs !== bucket) {
      bucket = openMs;
      merged.time[count] = openMs;
      merged.open[count] = bars.open[row]!;
      merged.high[count] = bars.high[row]!;
      merged.low[count] = bars.low[row]!;
      count++;
    }
    const at = count - 1;
    if (bars.high[row]! > merged.high[at]!) merged.high[at] = bars.high[row]!;
    if (bars.low[row]! < merged.low[at]!) merged.low[at] = bars.low[row]!;
    merged.close[at] = bars.close[row]!;
    merged.volume[at]! += bars.volume[row]!;
  }
  return sliceColumns(merged, 0, count);
}
