/**
 * Whether training with this cutoff may see a candle: it has closed by then. Judging by the open would leak up to one
 * candle, a week of a weekly one.
 */
export function cutoffAllows(openMs: number, timeframeMs: number, cutoffMs: number): boolean {
  return openMs + timeframeMs <= cutoffMs;
}

/**
 * Whether training with this cutoff may learn from a row whose label is the next candle: that one has closed too.
 * @param nextOpenMs - the open of the next candle in the series, later than the next in time where there is a gap;
 *   `undefined` after the last one
 */
export function labelAllowed(nextOpenMs: number | undefined, timeframeMs: number, cutoffMs: number): boolean {
  return nextOpenMs !== undefined && cutoffAllows(nextOpenMs, timeframeMs, cutoffMs);
}
