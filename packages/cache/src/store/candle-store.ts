import { join } from "node:path";
import {
  MAX_SEGMENT_CANDLES,
  parseSegmentFileName,
  readSegment,
  type Segment,
  segmentFileName,
  sha256OfFile,
} from "@powertrader/core/files";
import {
  type CandleColumns,
  firstRowAt,
  sliceColumns,
  type TimeRange,
  timeframeMs,
  unionRanges,
} from "@powertrader/core/market";
import { refreshIndex } from "./cache-index.ts";
import { commitSegment, deleteSegment, type SegmentDraft, setAside } from "./commit-segment.ts";
import { gapsIn } from "./gaps.ts";
import { concatCandles, mergeCandles } from "./merge-candles.ts";
import { fromWire, intersectRanges, sameRanges, subtractRanges } from "./ranges.ts";
import { type CandleBatch, isOfSeries, joinSources, type SeriesId } from "./series.ts";
import { splitDraft } from "./split-draft.ts";
import { segmentOfMeta, surveyFolder } from "./survey-folder.ts";

/** What a write did, in candles. */
export interface WriteReport {
  /** Rows that were not in the cache. */
  readonly added: number;
  /** Rows that differed from the cache and replaced its copy. */
  readonly revised: number;
  /** Rows that differed from the cache, which has a later copy. */
  readonly outdated: number;
  /** Rows that the cache holds like that already. */
  readonly unchanged: number;
}

/**
 * The candles of one exchange on disk, for the one who writes them; `withCacheLock` hands it out. Readers need no
 * store: see `readSeries` of core/files. Its segments never overlap, each write is committed when it returns, and
 * a writer that dies anywhere leaves what was committed.
 */
export class CandleStore {
  readonly folder: string;
  readonly #maxCandles: number;
  #segments: readonly Segment[];

  /**
   * @param segments - all committed segments of the folder, tidied
   * @param maxCandles - the most that a segment may hold
   */
  constructor(folder: string, segments: readonly Segment[], maxCandles = MAX_SEGMENT_CANDLES) {
    this.folder = folder;
    this.#segments = segments;
    this.#maxCandles = maxCandles;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** The committed segments of a series, oldest first. */
  segmentsOf(series: SeriesId): readonly Segment[] {
    return this.#segments
      .filter((segment) => isOfSeries(segment, series))
      .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
  }

  /** What was asked for and answered, disjoint and ascending. */
  coverage(series: SeriesId): readonly TimeRange[] {
    return unionRanges(this.segmentsOf(series).flatMap((segment) => fromWire(segment.meta.covers)));
  }

  /** Open time of the first candle, `undefined` without any. */
  firstOpenMs(series: SeriesId): number | undefined {
    const first = this.segmentsOf(series).find((segment) => segment.meta.candle_count !== 0);
    return first === undefined ? undefined : readSegment(this.folder, first).time[0];
  }

  /**
   * Moves damaged files of a series aside: what they covered counts as never fetched from then on. Candles are
   * compared with the hash in their sidecar, not read.
   * @returns the names that the damaged files have now
   */
  dropDamaged(series: SeriesId, nowMs: number): readonly string[] {
    const sidecars = surveyFolder(this.folder).damagedSidecars.filter(({ file }) => {
      const name = parseSegmentFileName(segmentOfMeta(file));
      return name?.symbol === series.symbol && name.timeframe === series.timeframe;
    });
    const segments = this.segmentsOf(series).filter(
      ({ file, meta }) => sha256OfFile(join(this.folder, file)) !== meta.sha256,
    );
    const damaged = [...sidecars, ...segments].map(({ file }) => setAside(this.folder, file, "corrupt", nowMs));
    for (const { file } of segments) deleteSegment(this.folder, file);
    if (segments.length > 0) this.#list(segments, []);
    return damaged;
  }

  /**
   * Merges a batch into a series: new candles are added, of two differing copies of a bar the later fetch stays.
   * What is there already changes nothing, so that a repeated import or warm leaves every byte as it was.
   *
   * @throws PtError E_CACHE_CORRUPT when a segment it must merge with is damaged (see `dropDamaged`), E_DISK_FULL, E_PERM
   */
  write(series: SeriesId, batch: CandleBatch): WriteReport {
    const total = { added: 0, revised: 0, outdated: 0 };
    const before = this.segmentsOf(series);
    before.forEach((segment, i) => {
      const ownedUntilMs = Math.min(segment.toMs, before[i + 1]?.fromMs ?? Infinity);
      const rows = rowsBetween(batch.columns, segment.fromMs, ownedUntilMs);
      const merged = this.#mergeInto(segment, rows, batch);
      total.added += merged.added;
      total.revised += merged.revised;
      total.outdated += merged.outdated;
    });
    for (const range of subtractRanges(batch.covers, before)) {
      const rows = rowsBetween(batch.columns, range.fromMs, range.toMs);
      this.#append(series, range, rows, batch);
      total.added += rows.length;
    }
    return { ...total, unchanged: batch.columns.length - total.added - total.revised - total.outdated };
  }

  /** Merges the rows that open inside a segment into it. */
  #mergeInto(
    segment: Segment,
    rows: CandleColumns,
    batch: CandleBatch,
  ): Pick<WriteReport, "added" | "revised" | "outdated"> {
    const { meta } = segment;
    const covers = unionRanges([...fromWire(meta.covers), ...intersectRanges(batch.covers, [segment])]);
    const news = subtractRanges(intersectRanges(batch.askedEmpty, [segment]), fromWire(meta.asked_empty));
    const widens = !sameRanges(covers, fromWire(meta.covers));
    if (rows.length === 0 && !widens && news.length === 0) return { added: 0, revised: 0, outdated: 0 };

    const old = readSegment(this.folder, segment);
    const fetchedMs = Math.round(meta.fetched_at * 1000);
    const merged = mergeCandles(old, rows, batch.fetchedMs >= fetchedMs);
    const lengthMs = timeframeMs(segment.timeframe);
    const empty = unionRanges([...fromWire(meta.asked_empty), ...news]);
    const askedEmpty = intersectRanges(empty, gapsIn(merged.columns, lengthMs, covers));
    const changes = merged.added + merged.revised;
    if (changes === 0 && !widens && sameRanges(askedEmpty, fromWire(meta.asked_empty))) return merged;

    const survivors = old.length - merged.revised > 0 ? [meta.source] : [];
    const draft: SegmentDraft = {
      ...segment,
      toMs: Math.max(segment.toMs, closeMs(merged.columns, lengthMs)),
      columns: merged.columns,
      covers: widenTo(covers, merged.columns, lengthMs),
      askedEmpty,
      source: changes === 0 ? meta.source : joinSources([...survivors, batch.source]),
      // Later than what it replaces, also when two fetches share a millisecond.
      fetchedMs: changes === 0 ? fetchedMs : Math.max(batch.fetchedMs, fetchedMs + (merged.revised > 0 ? 1 : 0)),
      revisions: meta.revisions + merged.revised,
    };
    this.#commit(draft, [segment]);
    return merged;
  }

  /** Stores rows of a range that no segment holds: in a longer copy of the segment before it, or in new segments. */
  #append(series: SeriesId, range: TimeRange, rows: CandleColumns, batch: CandleBatch): void {
    const draft: SegmentDraft = {
      ...series,
      fromMs: range.fromMs,
      toMs: Math.max(range.toMs, closeMs(rows, timeframeMs(series.timeframe))),
      columns: rows,
      covers: [range],
      askedEmpty: intersectRanges(batch.askedEmpty, [range]),
      source: batch.source,
      fetchedMs: batch.fetchedMs,
      revisions: 0,
    };
    const before = this.segmentsOf(series).find(
      ({ toMs, meta }) =>
        toMs === range.fromMs &&
        meta.source === batch.source &&
        (meta.candle_count ?? Infinity) + rows.length <= this.#maxCandles,
    );
    if (before === undefined) this.#commit(draft, []);
    else this.#commit(this.#lengthen(before, draft), [before]);
  }

  /** The draft of a segment that holds `before` and what follows it. */
  #lengthen(before: Segment, draft: SegmentDraft): SegmentDraft {
    const { fromMs, meta } = before;
    return {
      ...draft,
      fromMs,
      columns: concatCandles(readSegment(this.folder, before), draft.columns),
      covers: unionRanges([...fromWire(meta.covers), ...draft.covers]),
      askedEmpty: unionRanges([...fromWire(meta.asked_empty), ...draft.askedEmpty]),
      fetchedMs: Math.max(draft.fetchedMs, Math.round(meta.fetched_at * 1000)),
      revisions: meta.revisions,
    };
  }

  /** Commits a draft, then deletes the segments that it replaces and that do not go on under its name. */
  #commit(draft: SegmentDraft, replaced: readonly Segment[]): void {
    const written = splitDraft(draft, this.#maxCandles).map((piece) => {
      const namesake = replaced.find((segment) => segment.file === segmentFileName(piece));
      return commitSegment(this.folder, piece, namesake);
    });
    this.#list(replaced, written);
    const names = new Set(written.map((segment) => segment.file));
    for (const { file } of replaced) if (!names.has(file)) deleteSegment(this.folder, file);
  }

  /** Puts segments into the listing and the index in place of others. */
  #list(gone: readonly Segment[], written: readonly Segment[]): void {
    const names = new Set([...gone, ...written].map((segment) => segment.file));
    this.#segments = [...this.#segments.filter((segment) => !names.has(segment.file)), ...written];
    refreshIndex(this.folder, this.#segments);
  }
}

function rowsBetween(columns: CandleColumns, fromMs: number, toMs: number): CandleColumns {
  return sliceColumns(columns, firstRowAt(columns, fromMs), firstRowAt(columns, toMs));
}

function closeMs(columns: CandleColumns, lengthMs: number): number {
  return columns.length === 0 ? -Infinity : columns.time[columns.length - 1]! + lengthMs;
}

/** Covers that reach to the close of the last candle. */
function widenTo(covers: readonly TimeRange[], columns: CandleColumns, lengthMs: number): readonly TimeRange[] {
  if (columns.length === 0) return covers;
  const fromMs = columns.time[columns.length - 1]!;
  return unionRanges([...covers, { fromMs, toMs: fromMs + lengthMs }]);
}
