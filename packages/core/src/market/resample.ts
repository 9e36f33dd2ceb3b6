import { allocateColumns, type CandleColumns, sliceColumns } from "./candles.ts";
import { DAY_MS, type Timeframe, timeframeMs, timeframeRatio, WEEK_MS } from "./timeframe.ts";

/** Offset of weekly bars from the epoch (a Thursday) for venues that start the week on Monday 00:00 UTC. */
export const MONDAY_ANCHOR_MS = 4 * DAY_MS;

/** Open time of the bar of `lengthMs` that holds `timeMs`; bars are aligned to the epoch plus `anchorMs`. */
export function bucketOpen(timeMs: number, lengthMs: number, anchorMs = 0): number {
  return Math.floor((timeMs - anchorMs) / lengthMs) * lengthMs + anchorMs;
}

export interface ResampleOptions {
  /** Offset of the higher bars from the epoch; by default 0, for weeks Monday. */
  readonly anchorMs?: number;
  /** Only bars that have closed by then are returned; by default all whose last moment the input covers. */
  readonly closedByMs?: number;
}

/**
 * Aggregates bars into a longer timeframe that is a multiple of theirs: first open, highest high, lowest low,
 * last close, summed volume (in row order, so that the sum is reproducible).
 * A bucket with missing rows is built from the rows it has; a bucket that had not closed by `closedByMs`
 * (by default: by the close of the last row) is left out.
 * @throws RangeError when `to` is not a multiple of `from`
 */
export function resample(
  columns: CandleColumns,
  from: Timeframe,
  to: Timeframe,
  options: ResampleOptions = {},
): CandleColumns {
  timeframeRatio(from, to);
  const fromMs = timeframeMs(from);
  const toMs = timeframeMs(to);
  const anchorMs = options.anchorMs ?? (toMs === WEEK_MS ? MONDAY_ANCHOR_MS : 0);
  const closedByMs = options.closedByMs ?? (columns.length === 0 ? 0 : columns.time[columns.length - 1]! + fromMs);

  const out = allocateColumns(mostBuckets(columns, toMs, anchorMs));
  let rows = 0;
  for (let i = 0; i < columns.length; i++) {
    const bucket = bucketOpen(columns.time[i]!, toMs, anchorMs);
    if (bucket + toMs > closedByMs) break;
    if (rows === 0 || out.time[rows - 1] !== bucket) {
      out.time[rows] = bucket;
      out.open[rows] = columns.open[i]!;
      out.high[rows] = columns.high[i]!;
      out.low[rows] = columns.low[i]!;
      rows++;
    }
    const row = rows - 1;
    if (columns.high[i]! > out.high[row]!) out.high[row] = columns.high[i]!;
    if (columns.low[i]! < out.low[row]!) out.low[row] = columns.low[i]!;
    out.close[row] = columns.close[i]!;
    out.volume[row] = out.volume[row]! + columns.volume[i]!;
  }
  return sliceColumns(out, 0, rows);
}

/** How many buckets of `lengthMs` the rows can touch. */
function mostBuckets({ length, time }: CandleColumns, lengthMs: number, anchorMs: number): number {
  if (length === 0) return 0;
  const spanMs = bucketOpen(time[length - 1]!, lengthMs, anchorMs) - bucketOpen(time[0]!, lengthMs, anchorMs);
  return Math.min(length, spanMs / lengthMs + 1);
}
