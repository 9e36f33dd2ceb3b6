import type { SeriesRows } from "@powertrader/core/files";
import type { TimeRange } from "@powertrader/core/market";

/** Holes in the rows of a series, where it was asked for them. */
export interface GapReport {
  /** Number of holes. */
  readonly count: number;
  /** Bars missing in all holes together. */
  readonly bars: number;
  /** The first of the longest holes. */
  readonly largest: TimeRange | undefined;
}

/**
 * The stretches of `covered` that no row fills, disjoint and ascending. A settlement of funding fills the interval after it.
 * @param covered - disjoint and ascending
 */
export function gapsIn(columns: SeriesRows, timeframeMs: number, covered: readonly TimeRange[]): readonly TimeRange[] {
  const gaps: TimeRange[] = [];
  let row = 0;
  for (const range of covered) {
    let fromMs = range.fromMs;
    while (row < columns.length && columns.time[row]! < range.toMs) {
      const openMs = columns.time[row]!;
      if (openMs > fromMs) gaps.push({ fromMs, toMs: openMs });
      fromMs = Math.max(fromMs, openMs + timeframeMs);
      row++;
    }
    if (fromMs < range.toMs) gaps.push({ fromMs, toMs: range.toMs });
  }
  return gaps;
}

/** A stretch shorter than a bar (the odd end of a session) is no gap. */
export function reportGaps(gaps: readonly TimeRange[], timeframeMs: number): GapReport {
  let [count, bars, longest] = [0, 0, 0];
  let largest: TimeRange | undefined;
  for (const gap of gaps) {
    const missing = Math.floor((gap.toMs - gap.fromMs) / timeframeMs);
    if (missing === 0) continue;
    count++;
    bars += missing;
    if (missing > longest) [longest, largest] = [missing, gap];
  }
  return { count, bars, largest };
}
