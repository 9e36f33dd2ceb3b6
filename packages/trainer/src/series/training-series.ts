import { PtError } from "@powertrader/core/errors";
import { type OpenedSeries, openSeries } from "@powertrader/core/files";
import {
  bucketOpen,
  type CandleColumns,
  DAY_MS,
  firstRowAt,
  HOUR_MS,
  missingRanges,
  sliceColumns,
  type Timeframe,
  TimeframeAggregator,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { formatDate, formatTime } from "@powertrader/core/time";
import { PATTERN_TIMEFRAMES, type PatternTimeframe } from "@powertrader/strategies/pattern-memory";
import { warmCommand } from "./warm-command.ts";

/** The timeframe that others are made of where the cache does not have them. */
const BASE = "1hour";

/** How much history hints propose where there is none: two years. */
const ENOUGH_MS = 104 * WEEK_MS;

/** Candles of one timeframe that had closed by the cutoff. */
export interface TrainingSeries {
  readonly timeframe: PatternTimeframe;
  readonly columns: CandleColumns;
  readonly madeOf: "venue" | "1hour";
}

/** Candles of a timeframe as they are in the cache. */
export interface GivenSeries {
  readonly timeframe: PatternTimeframe;
  readonly columns: CandleColumns;
  /** Up to when the cache was told everything. */
  readonly coveredToMs: number;
}

export interface DataRequest {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly cutoffMs: number;
}

export interface TrainingData {
  /** One for each of `PATTERN_TIMEFRAMES`, in their order. */
  readonly series: readonly TrainingSeries[];
  readonly notes: readonly string[];
  /** Leaves what was read as column files in the cache, for the next command. */
  readonly keepColumns: () => void;
}

/**
 * Reads what the cache has of a symbol and takes what had closed by the cutoff.
 * @throws PtError E_CACHE_MISS, E_RANGE_NO_DATA or E_CACHE_CORRUPT; nothing is fetched or written
 */
export function readTrainingData(request: DataRequest): TrainingData {
  const { cacheDir, exchange, symbol } = request;
  const opened = PATTERN_TIMEFRAMES.map((timeframe) => openSeries(cacheDir, exchange, symbol, timeframe));
  const given = opened.filter((one) => one !== undefined && one.columns.length > 0) as readonly OpenedSeries[];
  const base = given.find(({ timeframe }) => timeframe === BASE);
  if (base === undefined) throw noBase(request);

  const notes = [...refuseEarlyEnd(base, request), ...noteHoles(base, request)];
  const asGiven = given.map(({ timeframe, columns, coverage }) => ({
    timeframe: timeframe as PatternTimeframe,
    columns,
    coveredToMs: coverage.at(-1)!.toMs,
  }));
  return {
    series: selectSeries(asGiven, request.cutoffMs),
    notes,
    keepColumns: () => {
      for (const one of given) one.keep();
    },
  };
}

/**
 * The candles of every timeframe that had closed by the cutoff: the venue's own, or made of hours where those are missing,
 * end earlier than they could, or are fewer. Nothing that closed later, or had not closed, changes the outcome.
 */
export function selectSeries(given: readonly GivenSeries[], cutoffMs: number): readonly TrainingSeries[] {
  const base = given.find(({ timeframe }) => timeframe === BASE);
  if (base === undefined) throw new RangeError(`the series of ${BASE} is needed`);
  const hours = closedBy(base.columns, BASE, cutoffMs);
  const aggregator = new TimeframeAggregator(hours, BASE);
  return PATTERN_TIMEFRAMES.map((timeframe): TrainingSeries => {
    if (timeframe === BASE) return { timeframe, columns: hours, madeOf: "venue" };
    const made = aggregator.columns(timeframe);
    const own = given.find((one) => one.timeframe === timeframe);
    const ownColumns = own && closedBy(own.columns, timeframe, cutoffMs);
    if (ownColumns === undefined || !reaches(own!, cutoffMs) || ownColumns.length < made.length) {
      return { timeframe, columns: made, madeOf: BASE };
    }
    return { timeframe, columns: ownColumns, madeOf: "venue" };
  });
}

/** Rows with open + timeframe ≤ cutoff. */
function closedBy(columns: CandleColumns, timeframe: Timeframe, cutoffMs: number): CandleColumns {
  return sliceColumns(columns, 0, firstRowAt(columns, cutoffMs - timeframeMs(timeframe) + 1));
}

/** Whether no bar of the series between its end and the cutoff is unknown. */
function reaches(series: GivenSeries, cutoffMs: number): boolean {
  return lastKnownMs(series) + timeframeMs(series.timeframe) > cutoffMs;
}

/** The close of the last bar that the cache knows about, a candle or a gap. */
function lastKnownMs({ timeframe, columns, coveredToMs }: GivenSeries): number {
  const lengthMs = timeframeMs(timeframe);
  return bucketOpen(coveredToMs, lengthMs, columns.time[0]! % lengthMs);
}

function noBase(request: DataRequest): PtError {
  const { cacheDir, exchange, symbol, cutoffMs } = request;
  return new PtError("E_CACHE_MISS", `${cacheDir}/${exchange} has no ${symbol} ${BASE}`, {
    hint: `Fetch it: ${warmCommand(request, cutoffMs - ENOUGH_MS, cutoffMs)}`,
    details: { symbol, timeframe: BASE },
  });
}

/** Less than a day that is missing before the cutoff is left out, with a note; more is an error. */
function refuseEarlyEnd(base: OpenedSeries, request: DataRequest): readonly string[] {
  const { symbol, cutoffMs } = request;
  const firstMs = base.columns.time[0]!;
  if (firstMs + HOUR_MS > cutoffMs) {
    throw new PtError(
      "E_RANGE_NO_DATA",
      `${symbol} ${BASE} begins at ${formatTime(firstMs)}: nothing had closed by ${formatDate(cutoffMs)}`,
      {
        hint: `Train until a later time, or fetch earlier candles: ${warmCommand(request, cutoffMs - ENOUGH_MS, cutoffMs)}`,
        details: { symbol, first: formatTime(firstMs) },
      },
    );
  }
  const knownMs = lastKnownMs({ timeframe: BASE, columns: base.columns, coveredToMs: base.coverage.at(-1)!.toMs });
  const lackMs = cutoffMs - knownMs;
  if (lackMs < HOUR_MS) return [];
  if (lackMs < DAY_MS)
    return [`${symbol} ${BASE}: the cache ends at ${formatTime(knownMs)}; what came after it is not in the model`];
  throw new PtError(
    "E_CACHE_MISS",
    `${symbol} ${BASE}: the cache ends at ${formatTime(knownMs)}, before ${formatDate(cutoffMs)}`,
    {
      hint: `Fetch the rest: ${warmCommand(request, knownMs, cutoffMs)}`,
      details: { symbol, timeframe: BASE, ends: formatTime(knownMs) },
    },
  );
}

function noteHoles({ symbol, columns, coverage }: OpenedSeries, { cutoffMs }: DataRequest): readonly string[] {
  const holes = missingRanges({ fromMs: columns.time[0]!, toMs: cutoffMs }, coverage).filter(
    ({ toMs }) => toMs < cutoffMs,
  );
  return holes.map(
    ({ fromMs, toMs }) =>
      `${symbol} ${BASE}: the cache was never told about ${formatDate(fromMs)}..${formatDate(toMs)}`,
  );
}
