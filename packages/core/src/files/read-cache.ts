import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asSystemError, PtError } from "../errors/index.ts";
import type { CandleColumns, Timeframe, TimeRange } from "../market/index.ts";
import { unionRanges } from "../market/ranges.ts";
import { faultOf } from "./fault.ts";
import { sha256 } from "./hash.ts";
import type { RowFormat, SeriesRows } from "./row-format.ts";
import {
  CANDLE_ROWS,
  metaFileName,
  parseSegmentFileName,
  type SegmentMeta,
  type SegmentName,
  segmentMetaSchema,
  seriesKey,
} from "./segment.ts";
import { identityOf, readStoredColumns, storeColumns } from "./stored-columns.ts";

/** A segment that was written completely: its file and its sidecar. */
export interface Segment extends SegmentName {
  readonly file: string;
  readonly meta: SegmentMeta;
}

/** Which segments are wanted: those of one series, or of all timeframes of a symbol. */
export interface SegmentChoice {
  readonly symbol: string;
  readonly timeframe?: Timeframe;
}

/** How often a reader looks again while a writer is at work before it takes what it meets at its word. */
const TRIES = 50;

export interface CachedSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** All candles of the series, oldest first. */
  readonly columns: CandleColumns;
  /** What was asked for and answered, disjoint and ascending. Holes in the candles inside are gaps, not misses. */
  readonly coverage: readonly TimeRange[];
  /** Where the candles came from, each once. */
  readonly sources: readonly string[];
}

/** A series that was read without a trace. */
export interface OpenedSeries extends CachedSeries {
  /** Leaves the column file for the next reader, where there is none that is current. */
  keep(): void;
}

/**
 * The committed segments of an exchange's folder, in the order of their names. A segment without a sidecar was never
 * committed and is passed over. An exchange that was never cached has none.
 *
 * @param exchange - or what `seriesFolder` calls the folder of another kind of series
 * @param choice - leaves out the segments of all others, without reading their sidecars
 * @throws PtError E_CACHE_CORRUPT when a sidecar cannot be read
 */
export function listSegments(cacheDir: string, exchange: string, choice?: SegmentChoice): readonly Segment[] {
  const folder = join(cacheDir, exchange);
  for (let tries = 1; ; tries++) {
    try {
      return committedIn(folder, choice);
    } catch (error) {
      if (tries === TRIES || !vanished(error)) throw error;
    }
  }
}

function committedIn(folder: string, choice: SegmentChoice | undefined): readonly Segment[] {
  const files = new Set(filesIn(folder));
  const segments: Segment[] = [];
  for (const file of [...files].sort()) {
    const name = parseSegmentFileName(file);
    if (name === undefined || !files.has(metaFileName(file))) continue;
    if (choice !== undefined && name.symbol !== choice.symbol) continue;
    if (choice?.timeframe !== undefined && name.timeframe !== choice.timeframe) continue;
    segments.push({ ...name, file, meta: readMeta(join(folder, metaFileName(file))) });
  }
  return segments;
}

/** Whether a sidecar was there when its folder was listed and gone when it was read. */
function vanished(error: unknown): boolean {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

/**
 * All candles of one series. The first time segments are parsed and checked against their sidecars, and a column file
 * is left in `.columns/` for the next time; it is used as long as the segments have not changed.
 * Where segments overlap, the later fetch is right.
 *
 * @returns `undefined` when the cache has no committed segment of the series
 * @throws PtError E_CACHE_CORRUPT naming the file
 */
export function readSeries(
  cacheDir: string,
  exchange: string,
  symbol: string,
  timeframe: Timeframe,
): CachedSeries | undefined {
  const series = openSeries(cacheDir, exchange, symbol, timeframe);
  series?.keep();
  return series;
}

/**
 * As `readSeries`, but nothing is written before `keep` is called: a command that fails then leaves the cache alone.
 * @param exchange - `seriesFolder(exchange, "mark")` for candles of the mark price
 */
export function openSeries(
  cacheDir: string,
  exchange: string,
  symbol: string,
  timeframe: Timeframe,
): OpenedSeries | undefined {
  return readStable(cacheDir, exchange, { symbol, timeframe }, (segments) =>
    readCommitted(join(cacheDir, exchange), symbol, timeframe, segments),
  );
}

/** Rows of any kind as the cache has them. */
export interface CachedRows<R extends SeriesRows> extends Pick<CachedSeries, "coverage" | "sources"> {
  readonly rows: R;
}

/**
 * All rows of the segments that are chosen, merged. Nothing is kept for the next time.
 * @param folder - its name, see `seriesFolder`
 * @returns `undefined` when the cache has no such segment
 * @throws PtError E_CACHE_CORRUPT naming the file
 */
export function readRows<R extends SeriesRows>(
  cacheDir: string,
  folder: string,
  choice: SegmentChoice,
  format: RowFormat<R>,
): CachedRows<R> | undefined {
  return readStable(cacheDir, folder, choice, (segments) =>
    segments.length === 0
      ? undefined
      : { rows: readMerged(join(cacheDir, folder), segments, format), ...originOf(segments) },
  );
}

/**
 * Reads the committed segments that are chosen, again when the listing has changed meanwhile: a writer commits a segment before it deletes the
 * ones that the new one replaces, but no reader sees a folder in one moment.
 */
function readStable<T>(
  cacheDir: string,
  exchange: string,
  choice: SegmentChoice,
  read: (segments: readonly Segment[]) => T,
): T {
  const list = () => listSegments(cacheDir, exchange, choice);
  for (let tries = 1; ; tries++) {
    const segments = list();
    const changed = () => tries < TRIES && JSON.stringify(list()) !== JSON.stringify(segments);
    try {
      const result = read(segments);
      if (!changed()) return result;
    } catch (error) {
      // A segment that is written anew stands for a moment before the sidecar that belongs to it.
      if (!changed() && tries > GRACE) throw error;
    }
    pause(Math.min(tries * tries, 20));
  }
}

/** How often what does not fit together is looked at again although nothing has changed. */
const GRACE = 4;

/** Lets a writer that rewrites without end come to a rest between two of its files. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function readCommitted(
  folder: string,
  symbol: string,
  timeframe: Timeframe,
  segments: readonly Segment[],
): OpenedSeries | undefined {
  if (segments.length === 0) return undefined;
  const identity = identityOf(folder, segments);
  const path = join(folder, ".columns", seriesKey(symbol, timeframe));
  const stored = readStoredColumns(path, identity);
  const columns = stored ?? readMerged(folder, segments, CANDLE_ROWS);
  return {
    symbol,
    timeframe,
    columns,
    ...originOf(segments),
    keep: () => {
      if (stored === undefined) storeColumns(path, identity, columns);
    },
  };
}

/** What segments say of where their rows come from. */
function originOf(segments: readonly Segment[]): Pick<CachedSeries, "coverage" | "sources"> {
  return {
    coverage: unionRanges(segments.flatMap((segment) => segment.meta.covers.map(rangeOfSeconds))),
    sources: [...new Set(segments.map((segment) => segment.meta.source))].sort(),
  };
}

/**
 * The rows of segments, merged.
 * @throws PtError E_CACHE_CORRUPT
 */
export function readMerged<R extends SeriesRows>(
  folder: string,
  segments: readonly Segment[],
  format: RowFormat<R>,
): R {
  const parts = segments.map((segment) => ({ segment, rows: readSegment(folder, segment, format) }));
  return mergeSegments(parts, format);
}

/**
 * The rows of one segment, checked against its sidecar.
 * @throws PtError E_CACHE_CORRUPT
 */
export function readSegment<R extends SeriesRows>(folder: string, segment: Segment, format: RowFormat<R>): R {
  const path = join(folder, segment.file);
  try {
    const bytes = readFileSync(path);
    const hash = sha256(bytes);
    if (hash !== segment.meta.sha256 && hash !== segment.meta.replaces) {
      throw new Error(`sha256 is ${hash}, its sidecar says ${segment.meta.sha256}`);
    }
    return format.decode(bytes.toString("utf8"), segment);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Merges segments by time; of two copies of a row the later fetch wins, on a tie the greater hash. */
export function mergeSegments<R extends SeriesRows>(
  parts: readonly { readonly segment: Pick<Segment, "meta">; readonly rows: R }[],
  format: RowFormat<R>,
): R {
  const oldestFetchFirst = [...parts].sort(
    (a, b) =>
      a.segment.meta.fetched_at - b.segment.meta.fetched_at || (a.segment.meta.sha256 < b.segment.meta.sha256 ? -1 : 1),
  );
  if (oldestFetchFirst.length === 1) return oldestFetchFirst[0]!.rows;
  return joinDisjoint(parts, format) ?? mergeOverlapping(oldestFetchFirst, format);
}

/** The usual case: no two segments share a moment, so they only need their order. Else `undefined`. */
function joinDisjoint<R extends SeriesRows>(
  parts: readonly { readonly rows: R }[],
  format: RowFormat<R>,
): R | undefined {
  const inOrder = parts
    .map(({ rows }) => rows)
    .filter((rows) => rows.length > 0)
    .sort((a, b) => a.time[0]! - b.time[0]!);
  const overlaps = (rows: R, i: number) => i > 0 && rows.time[0]! <= lastTime(inOrder[i - 1]!);
  if (inOrder.some(overlaps)) return undefined;
  const joined = format.allocate(inOrder.reduce((length, rows) => length + rows.length, 0));
  const columns = format.columnsOf(joined);
  let at = 0;
  for (const rows of inOrder) {
    format.columnsOf(rows).forEach((column, i) => {
      columns[i]!.set(column, at);
    });
    at += rows.length;
  }
  return joined;
}

function lastTime(rows: SeriesRows): number {
  return rows.time[rows.length - 1]!;
}

function mergeOverlapping<R extends SeriesRows>(
  oldestFetchFirst: readonly { readonly rows: R }[],
  format: RowFormat<R>,
): R {
  const latest = new Map<number, readonly [readonly Float64Array[], number]>();
  for (const { rows } of oldestFetchFirst) {
    const columns = format.columnsOf(rows);
    for (let i = 0; i < rows.length; i++) latest.set(rows.time[i]!, [columns, i]);
  }
  const merged = format.allocate(latest.size);
  const columns = format.columnsOf(merged);
  Float64Array.from(latest.keys())
    .sort()
    .forEach((time, at) => {
      const [from, row] = latest.get(time)!;
      for (let i = 0; i < columns.length; i++) columns[i]![at] = from[i]![row]!;
    });
  return merged;
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asSystemError(error, folder);
  }
}

function readMeta(path: string): SegmentMeta {
  try {
    return segmentMetaSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): unknown {
  const failure = asSystemError(cause, path);
  if (failure !== cause) return failure;
  return new PtError("E_CACHE_CORRUPT", `${path}: ${faultOf(cause)}`, {
    hint: "Run pt-cache verify to see all damage; fetch or import the range again to replace the file.",
    details: { file: path },
    cause,
  });
}

function rangeOfSeconds([from, to]: readonly [number, number]): TimeRange {
  return { fromMs: from * 1000, toMs: to * 1000 };
}
