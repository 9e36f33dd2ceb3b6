import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { readSeries, type Segment } from "@powertrader/core/files";
import { type Timeframe, type TimeRange, timeframeMs } from "@powertrader/core/market";
import { type GapReport, gapsIn, reportGaps } from "../store/gaps.ts";
import { fromWire, subtractRanges } from "../store/ranges.ts";
import { groupBySeries } from "../store/series.ts";
import { surveyFolder } from "../store/survey-folder.ts";
import { exchangesIn } from "./exchanges-in.ts";

/** One series of the cache. */
export interface SeriesSummary {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly segments: number;
  readonly sources: readonly string[];
  /** What its candles are, or why they cannot be read. */
  readonly content: SeriesContent | { readonly damage: string };
}

export interface SeriesContent {
  readonly candles: number;
  /** Open of the first candle to close of the last; `undefined` without any. */
  readonly range: TimeRange | undefined;
  readonly coverage: readonly TimeRange[];
  /** Bars that should be there: covered, and not confirmed to be empty. */
  readonly gaps: GapReport;
  /** Bars that the source confirmed not to exist. */
  readonly confirmedEmptyBars: number;
}

/** Every series of the cache, by exchange, symbol and timeframe. */
export function listSeries(cacheDir: string, exchange?: string): readonly SeriesSummary[] {
  const exchanges = exchange === undefined ? exchangesIn(cacheDir) : [exchange];
  return exchanges.flatMap((name) =>
    [...groupBySeries(surveyFolder(join(cacheDir, name)).segments).values()].map((segments) =>
      summarise(cacheDir, name, segments),
    ),
  );
}

function summarise(cacheDir: string, exchange: string, segments: readonly Segment[]): SeriesSummary {
  const { symbol, timeframe } = segments[0]!;
  const sources = [...new Set(segments.map((segment) => segment.meta.source))].sort();
  const summary = { exchange, symbol, timeframe, segments: segments.length, sources };
  try {
    return { ...summary, content: contentOf(cacheDir, exchange, segments) };
  } catch (error) {
    if (!(error instanceof PtError) || error.code !== "E_CACHE_CORRUPT") throw error;
    return { ...summary, content: { damage: error.message } };
  }
}

function contentOf(cacheDir: string, exchange: string, segments: readonly Segment[]): SeriesContent {
  const { symbol, timeframe } = segments[0]!;
  const lengthMs = timeframeMs(timeframe);
  const { columns, coverage } = readSeries(cacheDir, exchange, symbol, timeframe)!;
  const holes = gapsIn(columns, lengthMs, coverage);
  const empty = segments.flatMap((segment) => fromWire(segment.meta.asked_empty));
  const unexplained = subtractRanges(holes, empty);
  const last = columns.length - 1;
  return {
    candles: columns.length,
    range: last < 0 ? undefined : { fromMs: columns.time[0]!, toMs: columns.time[last]! + lengthMs },
    coverage,
    gaps: reportGaps(unexplained, lengthMs),
    confirmedEmptyBars: reportGaps(subtractRanges(holes, unexplained), lengthMs).bars,
  };
}
