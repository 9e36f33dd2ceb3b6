import { PtError } from "@powertrader/core/errors";
import { readSeries } from "@powertrader/core/files";
import {
  type CandleColumns,
  shortTimeframe,
  TIMEFRAMES,
  type Timeframe,
  type TimeRange,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { type Clock, systemClock } from "@powertrader/core/time";
import { withCacheLock } from "../store/cache-lock.ts";
import { type GapReport, gapsIn, reportGaps } from "../store/gaps.ts";
import type { ImportInput } from "./open-input.ts";
import type { RawRows } from "./raw-rows.ts";
import { readCandles } from "./read-candles.ts";
import type { Rejection } from "./rejections.ts";
import type { RowLayout } from "./row-layout.ts";
import { type Calendar, sortRows } from "./sort-rows.ts";

export interface ImportOptions {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** `24x7` (default): bars missing on the grid are gaps. `as-is`: what the file leaves out was never there. */
  readonly calendar?: Calendar;
  /** Places of the columns where the file does not name them. */
  readonly columns?: RowLayout | undefined;
  readonly lockWaitSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @param share - of the file read, 0 to 1, `undefined` when its size is not known */
  readonly onProgress?: (share: number | undefined, rows: number) => void;
}

export interface ImportReport {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  /** Rows met in the file. */
  readonly read: number;
  /** Rows that were new to the cache, differed from it and took over, differed and were older, were there already. */
  readonly added: number;
  readonly revised: number;
  readonly outdated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** The first rejected rows. */
  readonly rejections: readonly Rejection[];
  /** What the numbers of rejections count. */
  readonly unit: "line" | "element";
  /** Open of the first bar to close of the last. */
  readonly range: TimeRange;
  /** Missing bars inside the range; none with calendar `as-is`. */
  readonly gaps: GapReport;
  /** The timeframe that the distance of the rows suggests, when it is not the one asked for. */
  readonly looksLike: Timeframe | undefined;
  /** Damaged files that were moved aside. */
  readonly setAside: readonly string[];
}

const LISTED = 100;

/**
 * Reads a file of candles, checks every row and merges the good ones into the cache. Nothing is written unless at least
 * half of the rows are good.
 *
 * @throws PtError E_IMPORT when the file is not candles of this timeframe, E_LOCKED, E_CANCELLED, E_DISK_FULL, E_PERM
 */
export async function importCandles(input: ImportInput, options: ImportOptions): Promise<ImportReport> {
  const { exchange, symbol, timeframe } = options;
  const nowMs = (options.clock ?? systemClock).nowMs();
  const raw = await readAll(input, options);
  const weekAnchorMs = weekAnchorInCache(options);
  const { rejections } = raw;
  const columns = sortRows(
    raw.buffer,
    { timeframe, calendar: options.calendar ?? "24x7", nowMs, weekAnchorMs },
    rejections,
  );
  const looksLike = suggestTimeframe(raw, timeframe);
  if (columns.length === 0 || rejections.count * 2 > raw.read)
    throw rejectedFile(input, raw, columns, options, looksLike);

  const lengthMs = timeframeMs(timeframe);
  const range = { fromMs: columns.time[0]!, toMs: columns.time[columns.length - 1]! + lengthMs };
  const gaps = gapsIn(columns, lengthMs, [range]);
  const asIs = options.calendar === "as-is";
  const source = `import:${input.name}`;
  const batch = { columns, covers: [range], askedEmpty: asIs ? gaps : [], source, fetchedMs: nowMs };
  const { lockWaitSeconds: waitSeconds, signal, clock } = options;
  return withCacheLock(options, { waitSeconds, signal, clock }, (store) => {
    const setAside = store.dropDamaged({ symbol, timeframe }, nowMs);
    const written = store.write({ symbol, timeframe }, batch);
    return {
      ...{ exchange, symbol, timeframe, source, read: raw.read, ...written },
      rejected: rejections.count,
      rejections: rejections.first(LISTED),
      unit: raw.unit,
      range,
      gaps: reportGaps(asIs ? [] : gaps, lengthMs),
      looksLike,
      setAside,
    };
  });
}

async function readAll(input: ImportInput, options: ImportOptions): Promise<RawRows> {
  let bytes = 0;
  async function* counted() {
    for await (const chunk of input.chunks) {
      if (options.signal?.aborted)
        throw new PtError("E_CANCELLED", `stopped while reading ${input.name}; nothing was stored`);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const onRows = (rows: number) => {
    options.onProgress?.(input.size === undefined ? undefined : Math.min(1, bytes / Math.max(1, input.size)), rows);
  };
  const { symbol, columns } = options;
  return readCandles({ ...input, chunks: counted() }, { symbol, columns, onRows });
}

/** Weeks start on different days at different venues; a series keeps the day it began with. */
function weekAnchorInCache({ cacheDir, exchange, symbol, timeframe }: ImportOptions): number | undefined {
  if (timeframeMs(timeframe) !== WEEK_MS) return undefined;
  try {
    const first = readSeries(cacheDir, exchange, symbol, timeframe)?.columns.time[0];
    return first === undefined ? undefined : first % WEEK_MS;
  } catch (error) {
    // Damaged candles are about to be replaced: they decide nothing.
    if (error instanceof PtError && error.code === "E_CACHE_CORRUPT") return undefined;
    throw error;
  }
}

/** The timeframe that most neighbouring rows are apart, unless it is `asked`. */
function suggestTimeframe({ buffer }: RawRows, asked: Timeframe): Timeframe | undefined {
  const { time, length } = buffer.columns;
  const counts = new Map<number, number>();
  for (let i = 1; i < Math.min(length, 2000); i++) {
    const apartMs = Math.abs(time[i]! - time[i - 1]!);
    counts.set(apartMs, (counts.get(apartMs) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  const found = most === undefined ? undefined : TIMEFRAMES.find((timeframe) => timeframeMs(timeframe) === most[0]);
  return found === asked ? undefined : found;
}

function rejectedFile(
  input: ImportInput,
  raw: RawRows,
  columns: CandleColumns,
  { timeframe }: ImportOptions,
  looksLike: Timeframe | undefined,
): PtError {
  const { count } = raw.rejections;
  const [first] = raw.rejections.first(1);
  const what = `${columns.length === 0 ? "none" : `only ${raw.read - count}`} of ${raw.read} rows`;
  const why = first === undefined ? "" : ` (${raw.unit} ${first.line}: ${first.reason})`;
  const hint =
    looksLike === undefined
      ? "Check --timeframe, --columns and --calendar against the file."
      : `The rows are ${shortTimeframe(looksLike)} apart: is --timeframe ${shortTimeframe(looksLike)} meant?`;
  return new PtError("E_IMPORT", `${input.name}: ${what} can be stored as ${shortTimeframe(timeframe)} candles${why}`, {
    hint,
    details: { read: raw.read, rejected: count, rejections: raw.rejections.first(LISTED) },
  });
}
