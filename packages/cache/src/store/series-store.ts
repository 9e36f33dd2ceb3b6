import { join } from "node:path";
import {
  MAX_SEGMENT_ROWS,
  parseSegmentFileName,
  type RowFormat,
  readSegment,
  type Segment,
  type SeriesRows,
  segmentFileName,
  sha256OfFile,
  sliceRows,
} from "@powertrader/core/files";
import { firstRowAt, type TimeRange, timeframeMs, unionRanges } from "@powertrader/core/market";
import { refreshIndex } from "./cache-index.ts";
import { commitSegment, deleteSegment, type SegmentDraft, setAside } from "./commit-segment.ts";
import { gapsIn } from "./gaps.ts";
import { concatRows, mergeRows } from "./merge-rows.ts";
import { fromWire, intersectRanges, sameRanges, subtractRanges } from "./ranges.ts";
import { type Batch, isOfSeries, joinSources, type SeriesId } from "./series.ts";
import { splitDraft } from "./split-draft.ts";
import { segmentOfMeta, surveyFolder } from "./survey-folder.ts";

/** What a write did, in rows. */
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
 * The series of one kind of one exchange on disk, for the one who writes them; `withCacheLock` hands it out. Readers need no
 * store: see `readSeries` and `readFunding` of core/files. Its segments never overlap, each write is committed when it returns, and
 * a writer that dies anywhere leaves what was committed.
 */
export class SeriesStore<R extends SeriesRows> {
  readonly folder: string;
  readonly #format: RowFormat<R>;
  readonly #maxRows: number;
  #segments: readonly Segment[];

  /**
   * @param segments - all committed segments of the folder, tidied
   * @param maxRows - the most that a segment may hold
   */
  constructor(folder: string, format: RowFormat<R>, segments: readonly Segment[], maxRows = MAX_SEGMENT_ROWS) {
    this.folder = folder;
    this.#format = format;
    this.#segments = segments;
    this.#maxRows = maxRows;
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

  /** Time of the first row, `undefined` without any. */
  firstOpenMs(series: SeriesId): number | undefined {
    const first = this.segmentsOf(series).find((segment) => segment.meta.candle_count !== 0);
    return first === undefined ? undefined : readSegment(this.folder, first, this.#format).time[0];
  }

  /**
   * Moves damaged files of a series aside: what they covered counts as never fetched from then on. Rows are
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
   * Merges a batch into a series: new rows are added, of two differing copies of a row the later fetch stays.
   * What is there already changes nothing, so that a repeated import or warm leaves every byte as it was.
   *
   * @throws PtError E_CACHE_CORRUPT when a segment it must merge with is damaged (see `dropDamaged`), E_DISK_FULL, E_PERM
   */
  write(series: SeriesId, batch: Batch<R>): WriteReport {
    const total = { added: 0, revised: 0, outdated: 0 };
    const before = this.segmentsOf(series);
    before.forEach((segment, i) => {
      const ownedUntilMs = Math.min(segment.toMs, before[i + 1]?.fromMs ?? Infinity);
      const rows = this.#between(batch.columns, segment.fromMs, ownedUntilMs);
      const merged = this.#mergeInto(segment, rows, batch);
      total.added += merged.added;
      total.revised += merged.revised;
      total.outdated += merged.outdated;
    });
    for (const range of subtractRanges(batch.covers, before)) {
      const rows = this.#between(batch.columns, range.fromMs, range.toMs);
      this.#append(series, range, rows, batch);
      total.added += rows.length;
    }
    return { ...total, unchanged: batch.columns.length - total.added - total.revised - total.outdated };
  }

  /** Merges the rows whose time lies in a segment into it. */
  #mergeInto(segment: Segment, rows: R, batch: Batch<R>): Pick<WriteReport, "added" | "revised" | "outdated"> {
    const { meta } = segment;
    const covers = unionRanges([...fromWire(meta.covers), ...intersectRanges(batch.covers, [segment])]);
    const news = subtractRanges(intersectRanges(batch.askedEmpty, [segment]), fromWire(meta.asked_empty));
    const widens = !sameRanges(covers, fromWire(meta.covers));
    if (rows.length === 0 && !widens && news.length === 0) return { added: 0, revised: 0, outdated: 0 };

    const old = readSegment(this.folder, segment, this.#format);
    const fetchedMs = Math.round(meta.fetched_at * 1000);
    const merged = mergeRows(this.#format, old, rows, batch.fetchedMs >= fetchedMs);
    const lengthMs = timeframeMs(segment.timeframe);
    const empty = unionRanges([...fromWire(meta.asked_empty), ...news]);
    const askedEmpty = intersectRanges(empty, gapsIn(merged.rows, lengthMs, covers));
    const changes = merged.added + merged.revised;
    if (changes === 0 && !widens && sameRanges(askedEmpty, fromWire(meta.asked_empty))) return merged;

    const survivors = old.length - merged.revised > 0 ? [meta.source] : [];
    const draft: SegmentDraft<R> = {
      ...segment,
      toMs: Math.max(segment.toMs, closeMs(merged.rows, lengthMs)),
      columns: merged.rows,
      covers: widenTo(covers, merged.rows, lengthMs),
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
  #append(series: SeriesId, range: TimeRange, rows: R, batch: Batch<R>): void {
    const draft: SegmentDraft<R> = {
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
        (meta.candle_count ?? Infinity) + rows.length <= this.#maxRows,
    );
    if (before === undefined) this.#commit(draft, []);
    else this.#commit(this.#lengthen(before, draft), [before]);
  }

  /** The draft of a segment that holds `before` and what follows it. */
  #lengthen(before: Segment, draft: SegmentDraft<R>): SegmentDraft<R> {
    const { fromMs, meta } = before;
    return {
      ...draft,
      fromMs,
      columns: concatRows(this.#format, readSegment(this.folder, before, this.#format), draft.columns),
      covers: unionRanges([...fromWire(meta.covers), ...draft.covers]),
      askedEmpty: unionRanges([...fromWire(meta.asked_empty), ...draft.askedEmpty]),
      fetchedMs: Math.max(draft.fetchedMs, Math.round(meta.fetched_at * 1000)),
      revisions: meta.revisions,
    };
  }

  /** Commits a draft, then deletes the segments that it replaces and that do not go on under its name. */
  #commit(draft: SegmentDraft<R>, replaced: readonly Segment[]): void {
    const written = splitDraft(this.#format, draft, this.#maxRows).map((piece) => {
      const namesake = replaced.find((segment) => segment.file === segmentFileName(piece));
      return commitSegment(this.folder, this.#format, piece, namesake);
    });
    this.#list(replaced, written);
    const names = new Set(written.map((segment) => segment.file));
    for (const { file } of replaced) if (!names.has(file)) deleteSegment(this.folder, file);
  }

  #between(rows: R, fromMs: number, toMs: number): R {
    return sliceRows(this.#format, rows, firstRowAt(rows, fromMs), firstRowAt(rows, toMs));
  }

  /** Puts segments into the listing and the index in place of others. */
  #list(gone: readonly Segment[], written: readonly Segment[]): void {
    const names = new Set([...gone, ...written].map((segment) => segment.file));
    this.#segments = [...this.#segments.filter((segment) => !names.has(segment.file)), ...written];
    refreshIndex(this.folder, this.#segments);
  }
}

function closeMs(columns: SeriesRows, lengthMs: number): number {
  return columns.length === 0 ? -Infinity : columns.time[columns.length - 1]! + lengthMs;
}

/** Covers that reach to the end of the last row. */
function widenTo(covers: readonly TimeRange[], columns: SeriesRows, lengthMs: number): readonly TimeRange[] {
  if (columns.length === 0) return covers;
  const fromMs = columns.time[columns.length - 1]!;
  return unionRanges([...covers, { fromMs, toMs: fromMs + lengthMs }]);
}
