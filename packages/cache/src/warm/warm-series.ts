import {
  allocateColumns,
  bucketOpen,
  type CandleColumns,
  type TimeRange,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { gapsIn } from "../store/gaps.ts";
import { subtractRanges } from "../store/ranges.ts";
import type { SeriesId } from "../store/series.ts";
import type { SeriesStore } from "../store/series-store.ts";
import type { CandleRow, CandleSource } from "./candle-source.ts";
import { type Page, pageCandles } from "./page-candles.ts";
import { stopped } from "./stopped.ts";

export interface WarmSeriesOptions {
  /** Open times wanted, half-open. */
  readonly range: TimeRange;
  /** Now: bars that close later are left for the next time. */
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How many pages are committed together. */
  readonly pagesPerCommit?: number;
  /** @param share - of the missing time, 0 to 1 */
  readonly onProgress?: (share: number, candles: number) => void;
}

export interface WarmSeriesReport extends SeriesId {
  /** Requests for pages; 0 when nothing was missing. */
  readonly requests: number;
  readonly added: number;
  readonly revised: number;
  readonly setAside: readonly string[];
}

const PAGES_PER_COMMIT = 4;

/**
 * Fetches what a series misses of a range and stores it, a few pages at a time: whatever ends it, the pages until then
 * are kept and the next call goes on from there. Stretches that the source answered with nothing are remembered too.
 *
 * @throws what the source and the pager throw, E_CANCELLED when `signal` was aborted, E_DISK_FULL, E_PERM
 */
export async function warmSeries(
  store: SeriesStore<CandleColumns>,
  source: CandleSource,
  series: SeriesId,
  options: WarmSeriesOptions,
): Promise<WarmSeriesReport> {
  const { nowMs, signal } = options;
  const setAside = store.dropDamaged(series, nowMs);
  const missing = missingOf(series, options, store.coverage(series), store.firstOpenMs(series));
  const missingMs = missing.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const total = { requests: 0, added: 0, revised: 0 };
  let doneMs = 0;
  let pages: Page[] = [];
  const commit = () => {
    const written = pages.length === 0 ? undefined : commitPages(store, source, series, pages, nowMs);
    total.added += written?.added ?? 0;
    total.revised += written?.revised ?? 0;
    pages = [];
  };
  for (const range of missing) {
    const request = { ...series, range, nowMs, signal };
    try {
      for await (const page of pageCandles(source, request)) {
        pages.push(page);
        total.requests += page.requests;
        doneMs += page.range.toMs - page.range.fromMs;
        if (pages.length >= (options.pagesPerCommit ?? PAGES_PER_COMMIT)) commit();
        options.onProgress?.(doneMs / missingMs, total.added + pages.reduce((sum, { rows }) => sum + rows.length, 0));
        if (signal?.aborted) throw stopped();
      }
    } finally {
      commit();
    }
  }
  return { ...series, ...total, setAside };
}

/** The stretches to ask for: wanted, closed by now, and not covered. */
export function missingOf(
  { timeframe }: Pick<SeriesId, "timeframe">,
  { range, nowMs }: Pick<WarmSeriesOptions, "range" | "nowMs">,
  coverage: readonly TimeRange[],
  firstOpenMs: number | undefined,
): readonly TimeRange[] {
  const lengthMs = timeframeMs(timeframe);
  const endMs = Math.min(range.toMs, nowMs);
  if (lengthMs === WEEK_MS && firstOpenMs === undefined) {
    // Until a venue has sent a week, nobody knows on which day its weeks begin: those that opened a week ago have closed.
    const toMs = Math.min(range.toMs, bucketOpen(nowMs - WEEK_MS, 1000) + 1000);
    return subtractRanges([{ ...range, toMs }], coverage);
  }
  const anchorMs = lengthMs === WEEK_MS ? firstOpenMs! % WEEK_MS : 0;
  const wanted = {
    fromMs: -bucketOpen(-range.fromMs, lengthMs, -anchorMs),
    toMs: bucketOpen(endMs, lengthMs, anchorMs),
  };
  return subtractRanges([wanted], coverage);
}

function commitPages(
  store: SeriesStore<CandleColumns>,
  source: CandleSource,
  series: SeriesId,
  pages: readonly Page[],
  nowMs: number,
): { readonly added: number; readonly revised: number } {
  const lengthMs = timeframeMs(series.timeframe);
  const columns = toColumns(pages.flatMap((page) => page.rows));
  const answered = { fromMs: pages[0]!.range.fromMs, toMs: pages.at(-1)!.range.toMs };
  const last = columns.time[columns.length - 1];
  const toMs = Math.max(answered.toMs, last === undefined ? 0 : last + lengthMs);
  const covers = [{ ...answered, toMs }];
  const askedEmpty = gapsIn(columns, lengthMs, covers);
  return store.write(series, { columns, covers, askedEmpty, source: source.name, fetchedMs: nowMs });
}

function toColumns(rows: readonly CandleRow[]): CandleColumns {
  const columns = allocateColumns(rows.length);
  rows.forEach(([timeMs, open, high, low, close, volume], i) => {
    columns.time[i] = timeMs;
    columns.open[i] = open;
    columns.high[i] = high;
    columns.low[i] = low;
    columns.close[i] = close;
    columns.volume[i] = volume;
  });
  return columns;
}
