import { PtError } from "@powertrader/core/errors";
import { type OpenedSeries, openSeries } from "@powertrader/core/files";
import {
  bucketOpen,
  type CandleColumns,
  DAY_MS,
  firstRowAt,
  missingRanges,
  shortTimeframe,
  sliceColumns,
  type Timeframe,
  TimeframeAggregator,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { formatDate, formatTime } from "@powertrader/core/time";
import { type MadeOf, PATTERN_TIMEFRAMES, type PatternTimeframe } from "@powertrader/strategies/pattern-memory";
import { warmCommand } from "./warm-command.ts";

/** The timeframe that longer ones are made of where the cache does not have them. */
const HOURS = "1hour";

/** How much history hints propose where there is none: two years. */
const ENOUGH_MS = 104 * WEEK_MS;

/** Candles of one timeframe that had closed by the cutoff. */
export interface TrainingSeries {
  readonly timeframe: PatternTimeframe;
  readonly columns: CandleColumns;
  /** `venue` for its own candles, else the timeframe that they were made of. */
  readonly madeOf: MadeOf;
}

/** Candles of a timeframe, up to now. */
export interface GivenSeries {
  readonly timeframe: PatternTimeframe;
  readonly columns: CandleColumns;
  /** Up to when the cache was told everything. */
  readonly coveredToMs: number;
}

/**
 * Where timeframes longer than hours come from: the cache where it has them and else hours (`either`), always hours
 * (`aggregate`), or always the cache (`stored`).
 */
export type LongerFrom = "either" | "aggregate" | "stored";

export interface DataRequest {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly symbol: string;
  /** `either` when absent. */
  readonly longerFrom?: LongerFrom;
  /** What hours are made of where the cache has none: a shorter timeframe. */
  readonly shorter?: Timeframe | undefined;
  /** How to ask for less, in hints; `--min-candles ` when absent. */
  readonly minCandlesFlag?: string;
}

export interface TrainingData {
  /** One for each of `PATTERN_TIMEFRAMES`, in their order. */
  readonly series: readonly TrainingSeries[];
  readonly notes: readonly string[];
}

/** What the cache has of a symbol, read once for trainings of any cutoff. */
export class TrainingCandles {
  readonly symbol: string;
  readonly #request: DataRequest;
  /** What hours are, or are made of. */
  readonly #base: OpenedSeries;
  readonly #given: readonly OpenedSeries[];
  /** All hours, and what is made of them: made once, each training takes what had closed. */
  readonly #hours: CandleColumns;
  readonly #longer: TimeframeAggregator;

  /** @throws PtError E_CACHE_MISS or E_CACHE_CORRUPT; nothing is fetched or written */
  constructor(request: DataRequest, cutoffMs: number) {
    const { cacheDir, exchange, symbol, longerFrom = "either", shorter } = request;
    const wanted: readonly Timeframe[] = longerFrom === "aggregate" ? [HOURS] : PATTERN_TIMEFRAMES;
    const opened = wanted.map((timeframe) => openSeries(cacheDir, exchange, symbol, timeframe));
    const given = opened.filter((one): one is OpenedSeries => one !== undefined && one.columns.length > 0);
    const hours = given.find(({ timeframe }) => timeframe === HOURS);
    const base = hours ?? (shorter && openSeries(cacheDir, exchange, symbol, shorter));
    if (base === undefined || base.columns.length === 0) throw noBase(request, cutoffMs);
    if (longerFrom === "stored") refuseMissing(given, request, cutoffMs);
    this.symbol = symbol;
    this.#request = request;
    this.#base = base;
    this.#given = given.filter((one) => one !== hours);
    this.#hours = hours?.columns ?? new TimeframeAggregator(base.columns, base.timeframe).columns(HOURS);
    this.#longer = new TimeframeAggregator(this.#hours, HOURS);
  }

  /**
   * What had closed by the cutoff.
   * @param minCandles - closed candles that every timeframe needs
   * @throws PtError E_CACHE_MISS, E_RANGE_NO_DATA or E_TRAIN_DATA
   */
  until(cutoffMs: number, minCandles: number): TrainingData {
    const request = { ...this.#request, cutoffMs };
    const notes = [...refuseEarlyEnd(this.#base, request), ...noteHoles(this.#base, request)];
    const longer = this.#given.map(asGiven);
    if (request.longerFrom === "stored") refuseEnded(longer, request);

    const base = asGiven(this.#base);
    const known = closedBy(base.columns, base.timeframe, cutoffMs);
    const columns = madeBy(this.#hours, HOURS, known, base.timeframe);
    const hours = { timeframe: HOURS, columns, coveredToMs: base.coveredToMs } as const;
    const given = [hours, ...longer] as readonly GivenSeries[];
    const series = selectSeries(given, cutoffMs, request.longerFrom, this.#longer);
    refuseTooFew(series, minCandles, request);
    if (base.timeframe === HOURS) return { series, notes };
    const madeOf = base.timeframe as MadeOf;
    return { series: series.map((one) => (one.timeframe === HOURS ? { ...one, madeOf } : one)), notes };
  }

  /** Leaves what was read as column files in the cache, for the next command. */
  keepColumns(): void {
    this.#base.keep();
    for (const one of this.#given) one.keep();
  }
}

/** Candles of any timeframe, up to now. */
type Known = Omit<GivenSeries, "timeframe"> & { readonly timeframe: Timeframe };

function asGiven({ timeframe, columns, coverage }: OpenedSeries): Known {
  return { timeframe, columns, coveredToMs: coverage.at(-1)!.toMs };
}

/**
 * The candles of every timeframe that had closed by the cutoff: the venue's own, or made of hours where those are missing,
 * end earlier than they could, or are fewer. Nothing that closed later, or had not closed, changes the outcome.
 * @param made - of the hours that are given, or of more that close later, for all cutoffs
 */
export function selectSeries(
  given: readonly GivenSeries[],
  cutoffMs: number,
  longerFrom: LongerFrom = "either",
  made?: TimeframeAggregator,
): readonly TrainingSeries[] {
  const base = given.find(({ timeframe }) => timeframe === HOURS);
  if (base === undefined) throw new RangeError(`the series of ${HOURS} is needed`);
  const hours = closedBy(base.columns, HOURS, cutoffMs);
  const aggregator = made ?? new TimeframeAggregator(base.columns, HOURS);
  return PATTERN_TIMEFRAMES.map((timeframe): TrainingSeries => {
    if (timeframe === HOURS) return { timeframe, columns: hours, madeOf: "venue" };
    const own = given.find((one) => one.timeframe === timeframe);
    const ownColumns = own && closedBy(own.columns, timeframe, cutoffMs);
    if (ownColumns !== undefined && longerFrom === "stored") return { timeframe, columns: ownColumns, madeOf: "venue" };
    const ofHours = madeBy(aggregator.columns(timeframe), timeframe, hours, HOURS);
    if (ownColumns === undefined || !reaches(own!, cutoffMs) || ownColumns.length < ofHours.length) {
      return { timeframe, columns: ofHours, madeOf: HOURS };
    }
    return { timeframe, columns: ownColumns, madeOf: "venue" };
  });
}

/** Rows with open + timeframe ≤ cutoff. */
function closedBy(columns: CandleColumns, timeframe: Timeframe, cutoffMs: number): CandleColumns {
  return sliceColumns(columns, 0, firstRowAt(columns, cutoffMs - timeframeMs(timeframe) + 1));
}

/** Rows of a timeframe that are made of `known` alone, out of rows that are made of those and of later ones. */
function madeBy(made: CandleColumns, timeframe: Timeframe, known: CandleColumns, of: Timeframe): CandleColumns {
  if (known.length === 0) return sliceColumns(made, 0, 0);
  return closedBy(made, timeframe, known.time[known.length - 1]! + timeframeMs(of));
}

/** Whether no bar of the series between its end and the cutoff is unknown. */
function reaches(series: Known, cutoffMs: number): boolean {
  return lastKnownMs(series) + timeframeMs(series.timeframe) > cutoffMs;
}

/** The close of the last bar that the cache knows about, a candle or a gap. */
function lastKnownMs({ timeframe, columns, coveredToMs }: Known): number {
  const lengthMs = timeframeMs(timeframe);
  return bucketOpen(coveredToMs, lengthMs, columns.time[0]! % lengthMs);
}

function noBase(request: DataRequest, cutoffMs: number): PtError {
  const { cacheDir, exchange, symbol, shorter } = request;
  const orShorter = shorter === undefined ? "" : ` and no ${shorter}`;
  return new PtError("E_CACHE_MISS", `${cacheDir}/${exchange} has no ${symbol} ${HOURS}${orShorter}`, {
    hint: `Fetch it: ${warmCommand(request, cutoffMs - ENOUGH_MS, cutoffMs)}`,
    details: { symbol, timeframe: HOURS },
  });
}

function refuseMissing(given: readonly OpenedSeries[], request: DataRequest, cutoffMs: number): void {
  const missing = PATTERN_TIMEFRAMES.filter((timeframe) => !given.some((one) => one.timeframe === timeframe));
  if (missing.length === 0) return;
  const { cacheDir, exchange, symbol } = request;
  throw new PtError("E_CACHE_MISS", `${cacheDir}/${exchange} has no ${symbol} ${missing.join(", ")}`, {
    hint: `Train on hours alone (--higher-timeframes aggregate), or fetch them: ${warmCommand(request, cutoffMs - ENOUGH_MS, cutoffMs, missing)}`,
    details: { symbol, timeframes: missing },
  });
}

/** Stored candles that end before the cutoff would pass for the present ones. */
function refuseEnded(longer: readonly Known[], request: CutRequest): void {
  const ended = longer.find((one) => !reaches(one, request.cutoffMs));
  if (ended === undefined) return;
  const { symbol, cutoffMs } = request;
  const knownMs = lastKnownMs(ended);
  throw new PtError(
    "E_CACHE_MISS",
    `${symbol} ${ended.timeframe}: the cache ends at ${formatTime(knownMs)}, before ${formatDate(cutoffMs)}`,
    {
      hint: `Fetch the rest: ${warmCommand(request, knownMs, cutoffMs, [ended.timeframe])}`,
      details: { symbol, timeframe: ended.timeframe, ends: formatTime(knownMs) },
    },
  );
}

type CutRequest = DataRequest & { readonly cutoffMs: number };

/** Less than a day that is missing before the cutoff is left out, with a note; more is an error. */
function refuseEarlyEnd(base: OpenedSeries, request: CutRequest): readonly string[] {
  const { symbol, cutoffMs } = request;
  const lengthMs = timeframeMs(base.timeframe);
  const firstMs = base.columns.time[0]!;
  if (firstMs + lengthMs > cutoffMs) {
    throw new PtError(
      "E_RANGE_NO_DATA",
      `${symbol} ${base.timeframe} begins at ${formatTime(firstMs)}: nothing had closed by ${formatDate(cutoffMs)}`,
      {
        hint: `Train until a later time, or fetch earlier candles: ${warmCommand(request, cutoffMs - ENOUGH_MS, cutoffMs)}`,
        details: { symbol, first: formatTime(firstMs) },
      },
    );
  }
  const knownMs = lastKnownMs(asGiven(base));
  const lackMs = cutoffMs - knownMs;
  if (lackMs < lengthMs) return [];
  if (lackMs < DAY_MS)
    return [
      `${symbol} ${base.timeframe}: the cache ends at ${formatTime(knownMs)}; what came after it is not in the model`,
    ];
  throw new PtError(
    "E_CACHE_MISS",
    `${symbol} ${base.timeframe}: the cache ends at ${formatTime(knownMs)}, before ${formatDate(cutoffMs)}`,
    {
      hint: `Fetch the rest: ${warmCommand(request, knownMs, cutoffMs)}`,
      details: { symbol, timeframe: base.timeframe, ends: formatTime(knownMs) },
    },
  );
}

function noteHoles(
  { symbol, timeframe, columns, coverage }: OpenedSeries,
  { cutoffMs }: CutRequest,
): readonly string[] {
  const holes = missingRanges({ fromMs: columns.time[0]!, toMs: cutoffMs }, coverage).filter(
    ({ toMs }) => toMs < cutoffMs,
  );
  return holes.map(
    ({ fromMs, toMs }) =>
      `${symbol} ${timeframe}: the cache was never told about ${formatDate(fromMs)}..${formatDate(toMs)}`,
  );
}

function refuseTooFew(series: readonly TrainingSeries[], minCandles: number, request: CutRequest): void {
  const { symbol, cutoffMs } = request;
  const short = series.filter(({ columns }) => columns.length < minCandles);
  if (short.length === 0) return;
  const numbers = short.map(({ timeframe, columns }) => `${columns.length} of ${shortTimeframe(timeframe)}`);
  const fewest = Math.min(...short.map(({ columns }) => columns.length));
  // Weeks are the longest, and the first one may not be whole.
  const enoughFromMs = cutoffMs - (minCandles + 2) * WEEK_MS;
  const less = fewest >= 2 ? `, or ask for less with ${request.minCandlesFlag ?? "--min-candles "}${fewest}` : "";
  throw new PtError(
    "E_TRAIN_DATA",
    `${symbol}: every timeframe needs ${minCandles} closed candles before ${formatDate(cutoffMs)}, there are ${numbers.join(", ")}`,
    {
      hint: `Fetch earlier candles: ${warmCommand(request, enoughFromMs, cutoffMs)}${less}.`,
      details: {
        symbol,
        needed: minCandles,
        had: Object.fromEntries(series.map(({ timeframe, columns }) => [timeframe, columns.length])),
      },
    },
  );
}
