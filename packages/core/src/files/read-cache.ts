import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asSystemError, PtError } from "../errors/index.ts";
import {
  allocateColumns,
  type CandleColumns,
  COLUMN_NAMES,
  sliceColumns,
  type Timeframe,
  type TimeRange,
} from "../market/index.ts";
import { unionRanges } from "../market/ranges.ts";
import { faultOf } from "./fault.ts";
import { sha256 } from "./hash.ts";
import {
  decodeSegment,
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
 * @param series - leaves out the segments of all others, without reading their sidecars
 * @throws PtError E_CACHE_CORRUPT when a sidecar cannot be read
 */
export function listSegments(
  cacheDir: string,
  exchange: string,
  series?: Pick<SegmentName, "symbol" | "timeframe">,
): readonly Segment[] {
  const folder = join(cacheDir, exchange);
  for (let tries = 1; ; tries++) {
    try {
      return committedIn(folder, series);
    } catch (error) {
      if (tries === TRIES || !vanished(error)) throw error;
    }
  }
}

function committedIn(
  folder: string,
  series: Pick<SegmentName, "symbol" | "timeframe"> | undefined,
): readonly Segment[] {
  const files = new Set(filesIn(folder));
  const segments: Segment[] = [];
  for (const file of [...files].sort()) {
    const name = parseSegmentFileName(file);
    if (name === undefined || !files.has(metaFileName(file))) continue;
    if (series !== undefined && (name.symbol !== series.symbol || name.timeframe !== series.timeframe)) continue;
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

/** As `readSeries`, but nothing is written before `keep` is called: a command that fails then leaves the cache alone. */
export function openSeries(
  cacheDir: string,
  exchange: string,
  symbol: string,
  timeframe: Timeframe,
): OpenedSeries | undefined {
  const list = () => listSegments(cacheDir, exchange, { symbol, timeframe });
  return readStable(list, (segments) => readCommitted(join(cacheDir, exchange), symbol, timeframe, segments));
}

/**
 * Reads what is listed, again when the listing has changed meanwhile: a writer commits a segment before it deletes the
 * ones that the new one replaces, but no reader sees a folder in one moment.
 */
function readStable<T>(list: () => readonly Segment[], read: (segments: readonly Segment[]) => T): T {
  for (let tries = 1; ; tries++) {
    const segments = list();
    const changed = () => tries < TRIES && JSON.stringify(list()) !== JSON.stringify(segments);
    try {
      const result = read(segments);
      if (!changed()) return result;
    } catch (error) {
      if (!changed()) throw error;
    }
    pause(Math.min(tries, 20));
  }
}

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
  const columns =
    stored ?? mergeSegments(segments.map((segment) => ({ segment, columns: readSegment(folder, segment) })));
  return {
    symbol,
    timeframe,
    columns,
    coverage: unionRanges(segments.flatMap((segment) => segment.meta.covers.map(rangeOfSeconds))),
    sources: [...new Set(segments.map((segment) => segment.meta.source))].sort(),
    keep: () => {
      if (stored === undefined) storeColumns(path, identity, columns);
    },
  };
}

/**
 * The candles of one segment, checked against its sidecar.
 * @throws PtError E_CACHE_CORRUPT
 */
export function readSegment(folder: string, segment: Segment): CandleColumns {
  const path = join(folder, segment.file);
  try {
    const bytes = readFileSync(path);
    const hash = sha256(bytes);
    if (hash !== segment.meta.sha256 && hash !== segment.meta.replaces) {
      throw new Error(`sha256 is ${hash}, its sidecar says ${segment.meta.sha256}`);
    }
    return decodeSegment(bytes.toString("utf8"), segment);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Merges segments by open time; of two copies of a bar the later fetch wins, on a tie the greater hash. */
export function mergeSegments(
  parts: readonly { readonly segment: Pick<Segment, "meta">; readonly columns: CandleColumns }[],
): CandleColumns {
  const oldestFetchFirst = [...parts].sort(
    (a, b) =>
      a.segment.meta.fetched_at - b.segment.meta.fetched_at || (a.segment.meta.sha256 < b.segment.meta.sha256 ? -1 : 1),
  );
  if (oldestFetchFirst.length === 1) return oldestFetchFirst[0]!.columns;
  return joinDisjoint(parts.map((part) => part.columns)) ?? mergeOverlapping(oldestFetchFirst);
}

/** The usual case: no two segments share a moment, so they only need their order. Else `undefined`. */
function joinDisjoint(parts: readonly CandleColumns[]): CandleColumns | undefined {
  const inOrder = parts.filter((part) => part.length > 0).sort((a, b) => a.time[0]! - b.time[0]!);
  const overlaps = (part: CandleColumns, i: number) => i > 0 && part.time[0]! <= lastTime(inOrder[i - 1]!);
  if (inOrder.some(overlaps)) return undefined;
  const joined = allocateColumns(inOrder.reduce((rows, part) => rows + part.length, 0));
  let row = 0;
  for (const part of inOrder) {
    for (const name of COLUMN_NAMES) joined[name].set(part[name], row);
    row += part.length;
  }
  return joined;
}

function lastTime(columns: CandleColumns): number {
  return columns.time[columns.length - 1]!;
}

function mergeOverlapping(oldestFetchFirst: readonly { readonly columns: CandleColumns }[]): CandleColumns {
  const rows = new Map<number, readonly [CandleColumns, number]>();
  for (const { columns } of oldestFetchFirst) {
    for (let i = 0; i < columns.length; i++) rows.set(columns.time[i]!, [columns, i]);
  }
  const merged = allocateColumns(rows.size);
  const times = Float64Array.from(rows.keys()).sort();
  for (let i = 0; i < times.length; i++) {
    const [from, row] = rows.get(times[i]!)!;
    merged.time[i] = times[i]!;
    merged.open[i] = from.open[row]!;
    merged.high[i] = from.high[row]!;
    merged.low[i] = from.low[row]!;
    merged.close[i] = from.close[row]!;
    merged.volume[i] = from.volume[row]!;
  }
  return sliceColumns(merged, 0, rows.size);
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
