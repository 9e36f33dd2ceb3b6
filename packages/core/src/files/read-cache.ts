import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { asSystemError, PtError } from "../errors/index.ts";
import { allocateColumns, type CandleColumns, sliceColumns, type Timeframe, type TimeRange } from "../market/index.ts";
import { unionRanges } from "../market/ranges.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { decodeColumns, encodeColumns } from "./columns-file.ts";
import { sha256 } from "./hash.ts";
import { readBytes } from "./read-bytes.ts";
import {
  decodeSegment,
  metaFileName,
  parseSegmentFileName,
  type SegmentMeta,
  type SegmentName,
  segmentMetaSchema,
  seriesKey,
} from "./segment.ts";

/** A segment that was written completely: its file and its sidecar. */
export interface Segment extends SegmentName {
  readonly file: string;
  readonly meta: SegmentMeta;
}

/** How often a reader looks again while a writer is at work before it takes what it meets at its word. */
const TRIES = 20;

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
  }
}

function readCommitted(
  folder: string,
  symbol: string,
  timeframe: Timeframe,
  segments: readonly Segment[],
): CachedSeries | undefined {
  if (segments.length === 0) return undefined;
  const identity = identityOf(folder, segments);
  const stored = join(folder, ".columns", `${seriesKey(symbol, timeframe)}`);
  let columns = readStoredColumns(stored, identity);
  if (columns === undefined) {
    columns = mergeSegments(segments.map((segment) => ({ segment, columns: readSegment(folder, segment) })));
    storeColumns(stored, identity, columns);
  }
  return {
    symbol,
    timeframe,
    columns,
    coverage: unionRanges(segments.flatMap((segment) => segment.meta.covers.map(rangeOfSeconds))),
    sources: [...new Set(segments.map((segment) => segment.meta.source))].sort(),
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
    throw corrupt(path, error);
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
    throw corrupt(path, error);
  }
}

function corrupt(path: string, cause: unknown): PtError {
  const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
  return new PtError("E_CACHE_CORRUPT", `${path}: ${why.split("\n")[0]}`, {
    hint: "Run pt-cache verify to see all damage; fetch or import the range again to replace the file.",
    details: { file: path },
    cause,
  });
}

/** Names, sizes and modification times of the segments: when they are the same, so are the candles. */
function identityOf(folder: string, segments: readonly Segment[]): string {
  return segments
    .map((segment) => {
      const { size, mtimeMs } = statSync(join(folder, segment.file));
      return `${segment.file}:${size}:${mtimeMs}:${segment.meta.fetched_at}`;
    })
    .join("\n");
}

const storedSchema = z.object({ identity: z.string(), rows: z.number(), sha256: z.string() });

function readStoredColumns(path: string, identity: string): CandleColumns | undefined {
  try {
    const stored = storedSchema.parse(JSON.parse(readFileSync(`${path}.json`, "utf8")));
    if (stored.identity !== identity) return undefined;
    const bytes = readBytes(`${path}.f64`);
    const columns = decodeColumns(bytes);
    return columns?.length === stored.rows && sha256(new Uint8Array(bytes)) === stored.sha256 ? columns : undefined;
  } catch {
    // A cache of the cache: whatever is wrong with it, the segments are the truth.
    return undefined;
  }
}

function storeColumns(path: string, identity: string, columns: CandleColumns): void {
  const pieces = encodeColumns(columns);
  try {
    writeFileAtomic(`${path}.f64`, pieces, { durable: false });
    const stored = { identity, rows: columns.length, sha256: sha256(pieces) };
    writeFileAtomic(`${path}.json`, `${JSON.stringify(stored)}\n`, { durable: false });
  } catch {
    // A read-only cache folder still serves its segments.
  }
}

function rangeOfSeconds([from, to]: readonly [number, number]): TimeRange {
  return { fromMs: from * 1000, toMs: to * 1000 };
}
