import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import {
  FUNDING_ROWS,
  readRows,
  readSeries,
  type Segment,
  type SeriesKind,
  type SeriesRows,
} from "@powertrader/core/files";
import { type Timeframe, type TimeRange, timeframeMs } from "@powertrader/core/market";
import { type GapReport, gapsIn, reportGaps } from "../store/gaps.ts";
import { fromWire, subtractRanges } from "../store/ranges.ts";
import { groupBySeries } from "../store/series.ts";
import { surveyFolder } from "../store/survey-folder.ts";
import { foldersIn, type SeriesFolder } from "./folders-in.ts";

/** One series of the cache. */
export interface SeriesSummary {
  readonly exchange: string;
  readonly kind: SeriesKind;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly segments: number;
  readonly sources: readonly string[];
  /** What its rows are, or why they cannot be read. */
  readonly content: SeriesContent | { readonly damage: string };
}

export interface SeriesContent {
  /** Candles, or settlements. */
  readonly rows: number;
  /** Open of the first candle to close of the last, of funding to one interval after the last settlement. */
  readonly range: TimeRange | undefined;
  readonly coverage: readonly TimeRange[];
  /** Bars or settlements that should be there: covered, and not confirmed to be empty. */
  readonly gaps: GapReport;
  /** Those that the source confirmed not to exist. */
  readonly confirmedEmptyBars: number;
}

/** Every series of the cache, by exchange, kind, symbol and timeframe. */
export function listSeries(cacheDir: string, exchange?: string): readonly SeriesSummary[] {
  return foldersIn(cacheDir, exchange).flatMap((folder) =>
    [...groupBySeries(surveyFolder(join(cacheDir, folder.name)).segments).values()].map((segments) =>
      summarise(cacheDir, folder, segments),
    ),
  );
}

function summarise(cacheDir: string, folder: SeriesFolder, segments: readonly Segment[]): SeriesSummary {
  const { symbol, timeframe } = segments[0]!;
  const sources = [...new Set(segments.map((segment) => segment.meta.source))].sort();
  const { exchange, kind } = folder;
  const summary = { exchange, kind, symbol, timeframe, segments: segments.length, sources };
  try {
    return { ...summary, content: contentOf(cacheDir, folder, segments) };
  } catch (error) {
    if (!(error instanceof PtError) || error.code !== "E_CACHE_CORRUPT") throw error;
    return { ...summary, content: { damage: error.message } };
  }
}

function contentOf(cacheDir: string, folder: SeriesFolder, segments: readonly Segment[]): SeriesContent {
  const lengthMs = timeframeMs(segments[0]!.timeframe);
  const { rows, coverage } = readContent(cacheDir, folder, segments[0]!);
  const holes = gapsIn(rows, lengthMs, coverage);
  const empty = segments.flatMap((segment) => fromWire(segment.meta.asked_empty));
  const unexplained = subtractRanges(holes, empty);
  const last = rows.length - 1;
  return {
    rows: rows.length,
    range: last < 0 ? undefined : { fromMs: rows.time[0]!, toMs: rows.time[last]! + lengthMs },
    coverage,
    gaps: reportGaps(unexplained, lengthMs),
    confirmedEmptyBars: reportGaps(subtractRanges(holes, unexplained), lengthMs).bars,
  };
}

function readContent(
  cacheDir: string,
  { kind, name }: SeriesFolder,
  { symbol, timeframe }: Segment,
): { readonly rows: SeriesRows; readonly coverage: readonly TimeRange[] } {
  if (kind === "funding") return readRows(cacheDir, name, { symbol, timeframe }, FUNDING_ROWS)!;
  const { columns, coverage } = readSeries(cacheDir, name, symbol, timeframe)!;
  return { rows: columns, coverage };
}
