/** A fall from a peak of the curve and the way back. */
export interface Drawdown {
  /** Deepest fall as a share of the peak, positive; above 1 where equity went below zero. */
  readonly share: number;
  /** Last row at the peak, epoch milliseconds. */
  readonly peakMs: number;
  readonly troughMs: number;
  /** First row back at the peak; `undefined` while it has not come back. */
  readonly recoveryMs: number | undefined;
  /** From the peak to the recovery, or to the last row. */
  readonly durationMs: number;
}

export interface DrawdownSummary {
  /** Deepest fall as a share of its peak; 0 for a curve that never falls. */
  readonly maxShare: number;
  /** Longest time below a peak, whichever drawdown it belongs to. */
  readonly longestMs: number;
  /** The deepest ones, deepest first. */
  readonly deepest: readonly Drawdown[];
}

/**
 * All drawdowns of a curve, every row counted. A fall from a peak of zero or below has no share and is none.
 *
 * @param length - rows used, at least 1; the first is a peak
 * @param keep - how many of the deepest to describe
 */
export function measureDrawdowns(
  timeMs: Float64Array,
  equity: Float64Array,
  length: number = timeMs.length,
  keep = 1,
): DrawdownSummary {
  const deepest: Drawdown[] = [];
  let maxShare = 0;
  let longestMs = 0;

  const end = (peakRow: number, troughRow: number, row: number, recovered: boolean) => {
    const peak = equity[peakRow]!;
    if (!(peak > 0)) return;
    const share = (peak - equity[troughRow]!) / peak;
    const durationMs = timeMs[row]! - timeMs[peakRow]!;
    if (share > maxShare) maxShare = share;
    if (durationMs > longestMs) longestMs = durationMs;
    if (deepest.length === keep && !(share > (deepest[keep - 1]?.share ?? Infinity))) return;
    const at = deepest.findIndex((other) => other.share < share);
    deepest.splice(at === -1 ? deepest.length : at, 0, {
      share,
      peakMs: timeMs[peakRow]!,
      troughMs: timeMs[troughRow]!,
      recoveryMs: recovered ? timeMs[row]! : undefined,
      durationMs,
    });
    if (deepest.length > keep) deepest.pop();
  };

  let peakRow = 0;
  let troughRow = 0;
  for (let row = 1; row < length; row++) {
    const value = equity[row]!;
    if (value >= equity[peakRow]!) {
      if (troughRow > peakRow) end(peakRow, troughRow, row, true);
      peakRow = row;
      troughRow = row;
    } else if (value < equity[troughRow]!) {
      troughRow = row;
    }
  }
  if (troughRow > peakRow) end(peakRow, troughRow, length - 1, false);
  return { maxShare, longestMs, deepest };
}
