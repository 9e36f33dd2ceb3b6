import { PtError } from "@powertrader/core/errors";
import { listSegments, type OpenedSeries, openSeries } from "@powertrader/core/files";
import {
  type CandleColumns,
  DAY_MS,
  firstRowAt,
  missingRanges,
  type Timeframe,
  type TimeRange,
  timeframeMs,
} from "@powertrader/core/market";
import { formatDate, formatTime } from "@powertrader/core/time";

export interface DataRequest {
  readonly cacheDir: string;
  readonly exchange: string;
  /** In `--coins` order. */
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  readonly startMs: number | undefined;
  /** `undefined`: up to the last closed candle that all symbols have. */
  readonly endMs: number | undefined;
  /** Bars wanted before the start. */
  readonly warmUpBars: number;
}

/** The rows of one series that a run uses. */
export interface SelectedRows {
  readonly series: OpenedSeries;
  /** First warm-up row, first traded row, and the row after the last traded one. */
  readonly warmUpFrom: number;
  readonly from: number;
  readonly to: number;
}

export interface SelectedData {
  /** What is traded, after cutting an overhang. */
  readonly range: TimeRange;
  readonly selected: readonly SelectedRows[];
  readonly notes: readonly string[];
}

/**
 * Reads the series of a run and settles which rows it trades. Column files are left in the cache only when all is well.
 * @throws PtError E_CACHE_MISS, E_RANGE_NO_DATA, E_RANGE, E_WARM_UP or E_CACHE_CORRUPT; nothing is fetched
 */
export function selectData(request: DataRequest): SelectedData {
  const series = request.symbols.map((symbol) => readOrExplain(request, symbol));
  const wanted = wantedRange(request, series);
  const notes: string[] = [];
  const covered = series.map((one) => cutOverhang(one, wanted, request, notes));
  const range = {
    fromMs: Math.min(...covered.map((part) => part.fromMs)),
    toMs: Math.max(...covered.map((part) => part.toMs)),
  };
  const selected = series.map((one) => rowsOf(one, range, request));
  for (const one of series) one.keep();
  return { range, selected, notes };
}

function readOrExplain(request: DataRequest, symbol: string): OpenedSeries {
  const { cacheDir, exchange, timeframe } = request;
  const series = openSeries(cacheDir, exchange, symbol, timeframe);
  if (series !== undefined && series.columns.length > 0) return series;
  const held = [...new Set(listSegments(cacheDir, exchange).map((one) => `${one.symbol} ${one.timeframe}`))];
  const there = held.length === 0 ? "nothing" : `${held.slice(0, 8).join(", ")}${held.length > 8 ? ", …" : ""}`;
  throw new PtError("E_CACHE_MISS", `${cacheDir}/${exchange} has no ${symbol} ${timeframe}; it has ${there}`, {
    hint: `Fetch it: ${warmCommand(request, symbol, request.startMs, request.endMs)}`,
    details: { symbol, timeframe, held },
  });
}

function wantedRange(request: DataRequest, series: readonly OpenedSeries[]): TimeRange {
  const lengthMs = timeframeMs(request.timeframe);
  const toMs = request.endMs ?? Math.min(...series.map(({ columns }) => columns.time[columns.length - 1]! + lengthMs));
  if (request.startMs === undefined) {
    const firstMs = Math.max(...series.map(({ columns }) => columns.time[0]!));
    throw new PtError("E_USAGE", "--start-date is needed", {
      hint: `All chosen coins have candles from ${formatDate(firstMs)} to ${formatDate(toMs)}.`,
    });
  }
  if (toMs > request.startMs) return { fromMs: request.startMs, toMs };
  if (request.endMs !== undefined) {
    throw new PtError(
      "E_RANGE",
      `the end ${formatDate(request.endMs)} is not after the start ${formatDate(request.startMs)}`,
      { hint: "--end-date is exclusive and must be later than --start-date." },
    );
  }
  throw new PtError("E_RANGE_NO_DATA", `the candles of all chosen coins end at ${formatDate(toMs)}`, {
    hint: `Start before that, or fetch more: ${warmCommand(request, request.symbols.join(","), toMs, undefined)}`,
  });
}

/** The part of `wanted` that the series covers, when less than a day overhangs at either side and nothing is missing inside. */
function cutOverhang(series: OpenedSeries, wanted: TimeRange, request: DataRequest, notes: string[]): TimeRange {
  const missing = missingRanges(wanted, series.coverage);
  let { fromMs, toMs } = wanted;
  for (const hole of missing) {
    const isOverhang = hole.toMs - hole.fromMs < DAY_MS && hole.toMs - hole.fromMs < wanted.toMs - wanted.fromMs;
    if (isOverhang && hole.fromMs === wanted.fromMs) fromMs = hole.toMs;
    else if (isOverhang && hole.toMs === wanted.toMs) toMs = hole.fromMs;
    else throw cacheMiss(series, wanted, missing, request);
  }
  if (fromMs !== wanted.fromMs)
    notes.push(`${series.symbol}: the cache begins at ${formatTime(fromMs)}; the start was cut`);
  if (toMs !== wanted.toMs) notes.push(`${series.symbol}: the cache ends at ${formatTime(toMs)}; the end was cut`);
  return { fromMs, toMs };
}

function cacheMiss(
  series: OpenedSeries,
  wanted: TimeRange,
  missing: readonly TimeRange[],
  request: DataRequest,
): PtError {
  const first = missing[0]!;
  const isAll = missing.length === 1 && first.fromMs === wanted.fromMs && first.toMs === wanted.toMs;
  const held = series.coverage.map(rangeText).join(", ");
  const gone = missing.map(rangeText).join(", ");
  return new PtError(
    isAll ? "E_RANGE_NO_DATA" : "E_CACHE_MISS",
    `${series.symbol} ${series.timeframe}: ${isAll ? "no candles in" : "the cache lacks"} ${gone}; it has ${held}`,
    {
      hint: `Fetch it: ${warmCommand(request, series.symbol, first.fromMs, missing.at(-1)!.toMs)}`,
      details: { symbol: series.symbol, missing: missing.map(rangeText) },
    },
  );
}

function rowsOf(series: OpenedSeries, range: TimeRange, request: DataRequest): SelectedRows {
  const { columns } = series;
  const from = firstRowAt(columns, range.fromMs);
  const to = firstRowAt(columns, range.toMs - timeframeMs(series.timeframe) + 1);
  const warmUpFrom = Math.max(0, from - request.warmUpBars);
  const rows = Math.max(0, to - warmUpFrom);
  if (to <= from) throw noBars(series, columns, range, request);
  if (rows < request.warmUpBars + 1) {
    throw new PtError(
      "E_WARM_UP",
      `${series.symbol} ${series.timeframe}: the strategy needs ${request.warmUpBars + 1} bars (${request.warmUpBars} of warm-up), the cache has ${rows} up to ${formatDate(range.toMs)}`,
      {
        hint: `Choose a longer range, or fetch earlier candles: ${warmCommand(request, series.symbol, range.fromMs - (request.warmUpBars + 1) * timeframeMs(series.timeframe), range.fromMs)}`,
        details: { symbol: series.symbol, needed: request.warmUpBars + 1, had: rows },
      },
    );
  }
  return { series, warmUpFrom, from, to };
}

function noBars(series: OpenedSeries, columns: CandleColumns, range: TimeRange, request: DataRequest): PtError {
  const last = columns.time[columns.length - 1]! + timeframeMs(series.timeframe);
  return new PtError(
    "E_RANGE_NO_DATA",
    `${series.symbol} ${series.timeframe}: no whole bar lies in ${rangeText(range)}; candles run from ${formatTime(columns.time[0]!)} to ${formatTime(last)}`,
    {
      hint: `Choose a range of at least one bar, or fetch it: ${warmCommand(request, series.symbol, range.fromMs, range.toMs)}`,
    },
  );
}

function rangeText(range: TimeRange): string {
  return `${formatDate(range.fromMs)}..${formatDate(range.toMs)}`;
}

/** The command that would fetch what is missing, ready to paste. */
function warmCommand(
  request: DataRequest,
  symbols: string,
  fromMs: number | undefined,
  toMs: number | undefined,
): string {
  const pairs = symbols.split(",").map((symbol) => symbol.split("-"));
  const coins = pairs.map(([coin]) => coin).join(",");
  const day = (timeMs: number) => formatDate(timeMs).slice(0, 10);
  return [
    `npx --no -- pt-cache warm --exchange ${request.exchange} --coins ${coins}`,
    pairs[0]![1] === "USDT" ? "" : ` --quote ${pairs[0]![1]}`,
    ` --timeframe ${request.timeframe}`,
    fromMs === undefined ? "" : ` --start-date ${day(fromMs)}`,
    toMs === undefined ? "" : ` --end-date ${day(toMs + DAY_MS - 1)}`,
    request.cacheDir === "backtest_cache" ? "" : ` --cache-dir ${request.cacheDir}`,
  ].join("");
}
