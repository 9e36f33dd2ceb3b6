import type { CandlesEntry } from "@powertrader/core/config";
import type { Series } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { hashColumns, type OpenedSeries, openSeries } from "@powertrader/core/files";
import {
  bucketOpen,
  type CandleColumns,
  firstRowAt,
  resample,
  sliceColumns,
  type Timeframe,
  TimeframeAggregator,
  type TimeRange,
  timeframeMs,
} from "@powertrader/core/market";
import type { HigherTimeframes } from "@powertrader/core/strategy";
import { formatDate } from "@powertrader/core/time";
import { warmCommand } from "./select-rows.ts";

interface HigherRequest {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly range: TimeRange;
  /** How far back a strategy may look. */
  readonly historyMs: number;
  /** What is read from the cache; `undefined` to aggregate whatever is asked for. */
  readonly stored: readonly Timeframe[] | undefined;
}

export interface OpenedHigher {
  /** For each series what its strategies see of longer timeframes. Runs share what is aggregated. */
  readonly views: readonly HigherTimeframes[];
  /** Only of what was read from the cache. */
  readonly entries: readonly CandlesEntry[] | undefined;
  readonly notes: readonly string[];
  /** Leaves what was read as column files in the cache. */
  keep(): void;
}

/**
 * Where strategies get the longer timeframes of `series` from.
 * @throws PtError E_CACHE_MISS when the cache lacks a bar that the series' own candles would make
 */
export function openHigher(series: readonly Series[], request: HigherRequest): OpenedHigher {
  const { historyMs, stored } = request;
  const aggregators = series.map(({ columns, timeframe }) => new TimeframeAggregator(columns, timeframe));
  if (stored === undefined) {
    const views = aggregators.map((aggregator) => ({ historyMs, aggregator }));
    return { views, entries: undefined, notes: [], keep: () => undefined };
  }
  const read = series.map((one, i) =>
    [...new Set(stored)]
      .filter((timeframe) => timeframe !== one.timeframe)
      .map((timeframe) => readHigher(one, timeframe, aggregators[i]!.columns(timeframe), request)),
  );
  const all = read.flat();
  refuseMisses(all, request);
  return {
    views: read.map((ofSeries) => ({
      historyMs,
      stored: new Map(ofSeries.map(({ timeframe, columns }) => [timeframe, columns])),
    })),
    entries: all.map(entryOf),
    notes: all.length === 0 ? ["the strategy looks at no longer timeframe: higher_timeframes changes nothing"] : [],
    keep: () => {
      for (const { opened } of all) opened?.keep();
    },
  };
}

interface ReadSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly opened: OpenedSeries | undefined;
  /** From as far back as may be seen to the last bar that closes with the series. */
  readonly columns: CandleColumns;
  /** Opens of bars that the series' own candles make and the cache does not have. */
  readonly missing: readonly number[];
}

function readHigher(
  { symbol, timeframe: own, columns: base }: Series,
  timeframe: Timeframe,
  aggregated: CandleColumns,
  { cacheDir, exchange, range, historyMs }: HigherRequest,
): ReadSeries {
  const opened = openSeries(cacheDir, exchange, symbol, timeframe);
  const has = (openMs: number) =>
    opened !== undefined && opened.columns.time[firstRowAt(opened.columns, openMs)] === openMs;
  const lengthMs = timeframeMs(timeframe);
  const anchorMs = opened === undefined ? undefined : opened.columns.time[0]! % lengthMs;
  // Venues begin their weeks on different days.
  const isAlike = aggregated.length === 0 || anchorMs === undefined || aggregated.time[0]! % lengthMs === anchorMs;
  const expected = isAlike ? aggregated : wholeBars(base, own, timeframe, anchorMs);
  const missing = [...expected.time.subarray(0, expected.length)].filter((openMs) => !has(openMs));
  if (opened === undefined) return { symbol, timeframe, opened, columns: aggregated, missing };
  const fromMs = Math.min(base.time[0]!, range.fromMs - historyMs);
  const endMs = base.time[base.length - 1]! + timeframeMs(own);
  const from = firstRowAt(opened.columns, fromMs);
  const to = Math.max(from, firstRowAt(opened.columns, endMs - timeframeMs(timeframe) + 1));
  return { symbol, timeframe, opened, columns: sliceColumns(opened.columns, from, to), missing };
}

/** The bars of a longer timeframe that the series' own candles make, aligned like those of the venue. */
function wholeBars(base: CandleColumns, own: Timeframe, timeframe: Timeframe, anchorMs: number): CandleColumns {
  const lengthMs = timeframeMs(timeframe);
  const first = firstRowAt(base, bucketOpen(base.time[0]! + lengthMs - 1, lengthMs, anchorMs));
  return resample(sliceColumns(base, first, base.length), own, timeframe, { anchorMs });
}

function refuseMisses(read: readonly ReadSeries[], request: HigherRequest): void {
  const misses = read.filter(({ missing }) => missing.length > 0);
  if (misses.length === 0) return;
  const sentences = misses.map(({ symbol, timeframe, missing }) => {
    const [first, last] = [missing[0]!, missing.at(-1)!];
    const bars = missing.length === 1 ? "1 bar" : `${missing.length} bars`;
    return `${symbol} ${timeframe}: the cache lacks ${bars} from ${formatDate(first)} to ${formatDate(last + timeframeMs(timeframe))}`;
  });
  const timeframes = [...new Set(misses.map(({ timeframe }) => timeframe))];
  const symbols = [...new Set(misses.map(({ symbol }) => symbol))];
  const fromMs = Math.min(...misses.map(({ missing }) => missing[0]!));
  const toMs = Math.max(...misses.map(({ missing, timeframe }) => missing.at(-1)! + timeframeMs(timeframe)));
  const command = warmCommand({ ...request, timeframe: timeframes.join(",") }, symbols, fromMs, toMs);
  throw new PtError("E_CACHE_MISS", sentences.join("; "), {
    hint: `Use --higher-timeframes aggregate, or fetch them: ${command}`,
    details: { symbols, timeframes },
  });
}

function entryOf({ symbol, timeframe, opened, columns }: ReadSeries): CandlesEntry {
  return {
    symbol,
    timeframe,
    rows: columns.length,
    source: opened?.sources.join("; ") ?? "",
    sha256: hashColumns(columns),
  };
}
