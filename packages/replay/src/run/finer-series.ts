import type { CandlesEntry } from "@powertrader/core/config";
import type { FinerSeries } from "@powertrader/core/engine";
import { hashColumns, type OpenedSeries, openSeries } from "@powertrader/core/files";
import {
  firstRowAt,
  sliceColumns,
  TIMEFRAMES,
  type Timeframe,
  type TimeRange,
  timeframeMs,
} from "@powertrader/core/market";

/** The candles of one coin at finer timeframes than the run's, coarsest first. */
export interface FinerCandles {
  readonly series: readonly FinerSeries[];
  readonly entries: readonly CandlesEntry[];
  /** Leaves what was read as column files in the cache. */
  keep(): void;
}

/** Everything finer that the cache has of a symbol in the range of a run. */
export function openFiner(
  cacheDir: string,
  exchange: string,
  symbol: string,
  timeframe: Timeframe,
  range: TimeRange,
): FinerCandles {
  const finer = TIMEFRAMES.filter((one) => isFiner(one, timeframe)).reverse();
  const opened = finer
    .map((one) => openSeries(cacheDir, exchange, symbol, one))
    .filter((one) => one !== undefined)
    .map((one) => ({ one, columns: columnsIn(one, range) }))
    .filter(({ columns }) => columns.length > 0);
  return {
    series: opened.map(({ one, columns }) => ({ timeframeMs: timeframeMs(one.timeframe), columns })),
    entries: opened.map(({ one, columns }) => ({
      symbol,
      timeframe: one.timeframe,
      rows: columns.length,
      source: one.sources.join("; "),
      sha256: hashColumns(columns),
    })),
    keep: () => {
      for (const { one } of opened) one.keep();
    },
  };
}

function isFiner(one: Timeframe, than: Timeframe): boolean {
  return timeframeMs(one) < timeframeMs(than) && timeframeMs(than) % timeframeMs(one) === 0;
}

function columnsIn({ columns }: OpenedSeries, { fromMs, toMs }: TimeRange) {
  return sliceColumns(columns, firstRowAt(columns, fromMs), firstRowAt(columns, toMs));
}
