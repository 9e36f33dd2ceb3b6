import { PtError } from "@powertrader/core/errors";
import { type RowsOfKind, readSeries, type SeriesKind, type SeriesRows, seriesFolder } from "@powertrader/core/files";
import { type Timeframe, type TimeRange, timeframeMs, WEEK_MS } from "@powertrader/core/market";
import { type Clock, systemClock } from "@powertrader/core/time";
import { withCacheLock } from "../store/cache-lock.ts";
import { type GapReport, gapsIn, reportGaps } from "../store/gaps.ts";
import { type RowsReport, refuseBadRows, refuseLongerBars, reportRows, suggestTimeframe } from "./judge-rows.ts";
import type { ImportInput } from "./open-input.ts";
import type { RawRows } from "./raw-rows.ts";
import { readRows } from "./read-rows.ts";
import type { RowLayout } from "./row-layout.ts";
import { ROW_SCHEMAS, type RowSchema } from "./row-schema.ts";
import { sortRows } from "./sort-rows.ts";
import type { Calendar } from "./time-judges.ts";

export interface ImportOptions {
  readonly cacheDir: string;
  readonly exchange: string;
  /** `candles` where nothing is said. */
  readonly kind?: SeriesKind | undefined;
  readonly symbol: string;
  /** Bar length; of funding the interval between settlements. */
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

export interface ImportReport extends RowsReport {
  readonly exchange: string;
  readonly kind: SeriesKind;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  /** Rows that were new to the cache, differed from it and took over, differed and were older, were there already. */
  readonly added: number;
  readonly revised: number;
  readonly outdated: number;
  readonly unchanged: number;
  /** Open of the first bar to close of the last; of funding to one interval after the last settlement. */
  readonly range: TimeRange;
  /** Missing bars inside the range; none with calendar `as-is`. */
  readonly gaps: GapReport;
  /** The timeframe that the distance of the rows suggests, when it is not the one asked for. */
  readonly looksLike: Timeframe | undefined;
  /** Damaged files that were moved aside. */
  readonly setAside: readonly string[];
}

/**
 * Reads a file of candles, mark candles or funding rates, checks every row and merges the good ones into the cache. Nothing is written unless more than
 * half of the rows are good: of two series in one file every second row contradicts another.
 *
 * @throws PtError E_IMPORT when the file is not such a series of this timeframe, E_LOCKED, E_CANCELLED, E_DISK_FULL, E_PERM
 */
export async function importSeries(input: ImportInput, options: ImportOptions): Promise<ImportReport> {
  return importKind(input, options, options.kind ?? "candles");
}

async function importKind<K extends SeriesKind>(
  input: ImportInput,
  options: ImportOptions,
  kind: K,
): Promise<ImportReport> {
  const { cacheDir, exchange, symbol, timeframe, calendar = "24x7" } = options;
  const schema: RowSchema<RowsOfKind[K]> = ROW_SCHEMAS[kind];
  const nowMs = (options.clock ?? systemClock).nowMs();
  const raw = await readAll(input, schema, options);
  const weekAnchorMs = kind === "funding" ? undefined : weekAnchorInCache(options);
  const timeFault = schema.timeJudge(raw.buffer.rows, { timeframe, calendar, nowMs, weekAnchorMs });
  const sorted = sortRows(schema.format, raw.buffer, timeFault, raw.rejections);
  const columns = sorted.rows;
  const asked = { timeframe, noun: schema.noun };
  const looksLike = suggestTimeframe(raw, timeframe);
  refuseBadRows(input.name, reportRows(raw, sorted), asked, looksLike);
  if (calendar === "24x7") refuseLongerBars(input.name, columns, asked, looksLike);

  const lengthMs = timeframeMs(timeframe);
  const range = { fromMs: columns.time[0]!, toMs: columns.time[columns.length - 1]! + lengthMs };
  const gaps = gapsIn(columns, lengthMs, [range]);
  const asIs = calendar === "as-is";
  const source = `import:${input.name}`;
  const batch = { columns, covers: [range], askedEmpty: asIs ? gaps : [], source, fetchedMs: nowMs };
  const { lockWaitSeconds: waitSeconds, signal, clock } = options;
  return withCacheLock({ cacheDir, exchange, kind }, { waitSeconds, signal, clock }, (store) => {
    const setAside = store.dropDamaged({ symbol, timeframe }, nowMs);
    const written = store.write({ symbol, timeframe }, batch);
    return {
      ...{ exchange, kind, symbol, timeframe, source, ...written },
      ...reportRows(raw, sorted),
      range,
      gaps: reportGaps(asIs ? [] : gaps, lengthMs),
      looksLike,
      setAside,
    };
  });
}

async function readAll<R extends SeriesRows>(
  input: ImportInput,
  schema: RowSchema<R>,
  options: ImportOptions,
): Promise<RawRows<R>> {
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
  return readRows({ ...input, chunks: counted() }, { schema, symbol, columns, onRows });
}

/** Weeks start on different days at different venues; a series keeps the day it began with. */
function weekAnchorInCache({ cacheDir, exchange, kind, symbol, timeframe }: ImportOptions): number | undefined {
  if (timeframeMs(timeframe) !== WEEK_MS) return undefined;
  try {
    const first = readSeries(cacheDir, seriesFolder(exchange, kind), symbol, timeframe)?.columns.time[0];
    return first === undefined ? undefined : first % WEEK_MS;
  } catch (error) {
    // Damaged candles are about to be replaced: they decide nothing.
    if (error instanceof PtError && error.code === "E_CACHE_CORRUPT") return undefined;
    throw error;
  }
}
