import { type Segment, type SeriesRows, seriesKey } from "@powertrader/core/files";
import type { CandleColumns, Timeframe, TimeRange } from "@powertrader/core/market";

/** One series of an exchange. */
export interface SeriesId {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** Final rows of one series as they came from one source at one time. */
export interface Batch<R extends SeriesRows = CandleColumns> {
  /** Ascending, sound, each inside one of the ranges of `covers`. */
  readonly columns: R;
  /** Half-open ranges that were asked for and answered. */
  readonly covers: readonly TimeRange[];
  /** Stretches of `covers` that the source confirmed to hold no row. */
  readonly askedEmpty: readonly TimeRange[];
  /** `ccxt:<exchange>`, `import:<file>` or `synthetic:<generator>`. */
  readonly source: string;
  /** When it was fetched. Where two batches differ on a row, the later fetch is right. */
  readonly fetchedMs: number;
}

export function isOfSeries(segment: Segment, series: SeriesId): boolean {
  return segment.symbol === series.symbol && segment.timeframe === series.timeframe;
}

/** Segments by series key, the series in the order of their names, the segments of each oldest first. */
export function groupBySeries(segments: readonly Segment[]): ReadonlyMap<string, readonly Segment[]> {
  const groups = new Map<string, Segment[]>();
  const byName = [...segments].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const segment of byName) {
    const group = groups.get(keyOf(segment));
    if (group === undefined) groups.set(keyOf(segment), [segment]);
    else group.push(segment);
  }
  for (const group of groups.values()) group.sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
  return groups;
}

function keyOf(segment: Segment): string {
  return seriesKey(segment.symbol, segment.timeframe);
}

const JOINT = " + ";

/** The sources of merged rows as one text, each once, in order. */
export function joinSources(sources: readonly string[]): string {
  return [...new Set(sources.flatMap((source) => source.split(JOINT)))].sort().join(JOINT);
}
