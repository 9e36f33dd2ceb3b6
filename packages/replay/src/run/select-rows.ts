import type { Series } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { listSegments, type OpenedSeries, openSeries } from "@powertrader/core/files";
import {
  type CandleColumns,
  DAY_MS,
  firstRowAt,
  missingRanges,
  sliceColumns,
  type Timeframe,
  type TimeRange,
  timeframeMs,
} from "@powertrader/core/market";
import { formatDate, formatTime } from "@powertrader/core/time";
import type { FinerCandles } from "./finer-series.ts";
import { otherExchangesWith } from "./other-exchanges.ts";

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
 * Reads the series of a run and settles which rows it trades.
 * @throws PtError E_CACHE_MISS, E_RANGE_NO_DATA, E_RANGE, E_WARM_UP or E_CACHE_CORRUPT; nothing is fetched or written
 */
export function selectData(request: DataRequest): SelectedData {
  refuseEmptyRange(request);
  const series = openAll(request);
  const wanted = wantedRange(request, series);
  refuseMisses(series, wanted, request);
  const notes: string[] = [];
  const covered = series.map((one) => cutOverhang(one, wanted, notes));
  const range = {
    fromMs: Math.min(...covered.map((part) => part.fromMs)),
    toMs: Math.max(...covered.map((part) => part.toMs)),
  };
  const selected = series.map((one) => rowsOf(one, range, request));
  return { range, selected, notes };
}

/** The selected rows as the engine wants them, with the candles to look into their bars. */
export function toSeries({ series, warmUpFrom, from, to }: SelectedRows, finer: FinerCandles | undefined): Series {
  const isWhole = warmUpFrom === 0 && to === series.columns.length;
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    columns: isWhole ? series.columns : sliceColumns(series.columns, warmUpFrom, to),
    warmUpRows: from - warmUpFrom,
    ...(finer && { finer: finer.series }),
  };
}

function refuseEmptyRange({ startMs, endMs }: DataRequest): void {
  if (startMs === undefined || endMs === undefined || endMs > startMs) return;
  throw new PtError("E_RANGE", `the end ${formatDate(endMs)} is not after the start ${formatDate(startMs)}`, {
    hint: "--end-date is exclusive and must be later than --start-date.",
  });
}

function openAll(request: DataRequest): readonly OpenedSeries[] {
  const { cacheDir, exchange, symbols, timeframe } = request;
  const found = symbols.map((symbol) => openSeries(cacheDir, exchange, symbol, timeframe));
  const series = found.filter((one) => one !== undefined && one.columns.length > 0) as readonly OpenedSeries[];
  if (series.length === symbols.length) return series;
  const askedInVain = found.find((one) => one?.columns.length === 0);
  if (askedInVain !== undefined) throw emptyThroughout(askedInVain, request);

  const absent = symbols.filter((symbol) => !series.some((one) => one.symbol === symbol));
  const held = [...new Set(listSegments(cacheDir, exchange).map((one) => `${one.symbol} ${one.timeframe}`))];
  const there = held.length === 0 ? "nothing" : `${held.slice(0, 8).join(", ")}${held.length > 8 ? ", …" : ""}`;
  throw new PtError(
    "E_CACHE_MISS",
    `${cacheDir}/${exchange} has no ${absent.join(", ")} ${timeframe}; it has ${there}`,
    {
      hint: whereToGet(absent, held.length === 0, request),
      details: { symbols: absent, timeframe, held },
    },
  );
}

function emptyThroughout({ symbol, timeframe, coverage }: OpenedSeries, request: DataRequest): PtError {
  const askedUntilMs = coverage.at(-1)?.toMs ?? 0;
  return new PtError(
    "E_RANGE_NO_DATA",
    `${request.exchange} was asked for ${symbol} ${timeframe} in ${coverage.map(rangeText).join(", ")} and had no candles`,
    {
      hint: `Ask for a later time: ${warmCommand(request, [symbol], Math.max(askedUntilMs, request.startMs ?? 0), undefined)}`,
      details: { symbol, timeframe },
    },
  );
}

/** Another exchange of the cache, or a command that fetches; not that for a name under which nothing was ever fetched. */
function whereToGet(symbols: readonly string[], isUnknownExchange: boolean, request: DataRequest): string {
  const [other] = otherExchangesWith(symbols, request);
  const fetchIt = `Fetch it: ${warmCommand(request, symbols, request.startMs, request.endMs)}`;
  if (other === undefined) return fetchIt;
  const useOther = `${request.cacheDir}/${other} has it: use --exchange ${other}.`;
  return isUnknownExchange ? useOther : `${useOther} ${fetchIt}`;
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
  throw new PtError("E_RANGE_NO_DATA", `the candles of all chosen coins end at ${formatDate(toMs)}`, {
    hint: `Start before that, or fetch more: ${warmCommand(request, request.symbols, toMs, undefined)}`,
  });
}

interface Miss {
  readonly series: OpenedSeries;
  readonly missing: readonly TimeRange[];
}

/** What the series does not cover may only hang over an end of the range, by less than a day, with something left. */
function isOverhang(hole: TimeRange, wanted: TimeRange): boolean {
  const lengthMs = hole.toMs - hole.fromMs;
  const isAtAnEnd = hole.fromMs === wanted.fromMs || hole.toMs === wanted.toMs;
  return isAtAnEnd && lengthMs < DAY_MS && lengthMs < wanted.toMs - wanted.fromMs;
}

function refuseMisses(series: readonly OpenedSeries[], wanted: TimeRange, request: DataRequest): void {
  const misses = series
    .map((one): Miss => ({ series: one, missing: missingRanges(wanted, one.coverage) }))
    .filter(({ missing }) => missing.some((hole) => !isOverhang(hole, wanted)));
  if (misses.length === 0) return;

  const isAll = ({ missing: [first] }: Miss) => first!.fromMs === wanted.fromMs && first!.toMs === wanted.toMs;
  const holes = misses.flatMap(({ missing }) => missing);
  const fromMs = Math.min(...holes.map((hole) => hole.fromMs));
  const toMs = Math.max(...holes.map((hole) => hole.toMs));
  const sentenceOf = (miss: Miss) =>
    `${isAll(miss) ? "no candles in" : "the cache lacks"} ${miss.missing.map(rangeText).join(", ")}; ` +
    `it has ${miss.series.coverage.map(rangeText).join(", ")}`;
  const sentences = [...new Set(misses.map(sentenceOf))].map((sentence) => {
    const alike = misses.filter((miss) => sentenceOf(miss) === sentence).map((miss) => miss.series.symbol);
    return `${alike.join(", ")} ${request.timeframe}: ${sentence}`;
  });
  const symbols = misses.map((miss) => miss.series.symbol);
  throw new PtError(misses.every(isAll) ? "E_RANGE_NO_DATA" : "E_CACHE_MISS", sentences.join("; "), {
    hint: `Fetch it: ${warmCommand(request, symbols, fromMs, toMs)}`,
    details: { missing: Object.fromEntries(misses.map((miss) => [miss.series.symbol, miss.missing.map(rangeText)])) },
  });
}

/** The part of `wanted` that the series covers. */
function cutOverhang(series: OpenedSeries, wanted: TimeRange, notes: string[]): TimeRange {
  let { fromMs, toMs } = wanted;
  for (const hole of missingRanges(wanted, series.coverage)) {
    if (hole.fromMs === wanted.fromMs) {
      fromMs = hole.toMs;
      notes.push(`${series.symbol}: the cache begins at ${formatTime(fromMs)}; the start was cut`);
    } else {
      toMs = hole.fromMs;
      notes.push(`${series.symbol}: the cache ends at ${formatTime(toMs)}; the end was cut`);
    }
  }
  return { fromMs, toMs };
}

function rowsOf(series: OpenedSeries, range: TimeRange, request: DataRequest): SelectedRows {
  const { columns } = series;
  const from = firstRowAt(columns, range.fromMs);
  const to = firstRowAt(columns, range.toMs - timeframeMs(series.timeframe) + 1);
  const warmUpFrom = Math.max(0, from - request.warmUpBars);
  const rows = Math.max(0, to - warmUpFrom);
  if (to <= from) throw noBars(series, columns, range);
  if (rows < request.warmUpBars + 1) {
    const earlier = {
      fromMs: range.fromMs - (request.warmUpBars + 1) * timeframeMs(series.timeframe),
      toMs: range.fromMs,
    };
    throw new PtError(
      "E_WARM_UP",
      `${series.symbol} ${series.timeframe}: the strategy needs ${request.warmUpBars + 1} bars (${request.warmUpBars} of warm-up), the cache has ${rows} up to ${formatDate(range.toMs)}`,
      {
        hint:
          missingRanges(earlier, series.coverage).length === 0
            ? "Choose a longer or a later range: earlier candles were asked for already, there are no more."
            : `Choose a longer range, or fetch earlier candles: ${warmCommand(request, [series.symbol], earlier.fromMs, earlier.toMs)}`,
        details: { symbol: series.symbol, needed: request.warmUpBars + 1, had: rows },
      },
    );
  }
  return { series, warmUpFrom, from, to };
}

function noBars(series: OpenedSeries, columns: CandleColumns, range: TimeRange): PtError {
  const last = columns.time[columns.length - 1]! + timeframeMs(series.timeframe);
  return new PtError(
    "E_RANGE_NO_DATA",
    `${series.symbol} ${series.timeframe}: no whole bar lies in ${rangeText(range)}; candles run from ${formatTime(columns.time[0]!)} to ${formatTime(last)}`,
    {
      hint: "Choose a range of at least one bar inside these: this one was asked for already.",
    },
  );
}

function rangeText(range: TimeRange): string {
  return `${formatDate(range.fromMs)}..${formatDate(range.toMs)}`;
}

/** The command that would fetch what is missing, ready to paste. */
export function warmCommand(
  request: Pick<DataRequest, "exchange" | "cacheDir"> & { readonly timeframe: string },
  symbols: readonly string[],
  fromMs: number | undefined,
  toMs: number | undefined,
): string {
  const coins = symbols.map((symbol) => symbol.split("-")[0]).join(",");
  const quote = symbols[0]!.split("-")[1];
  const day = (timeMs: number) => formatDate(timeMs).slice(0, 10);
  return [
    `npx --no -- pt-cache warm --exchange ${request.exchange} --coins ${coins}`,
    quote === "USDT" ? "" : ` --quote ${quote}`,
    ` --timeframe ${request.timeframe}`,
    ` --start-date ${fromMs === undefined ? "YYYY-MM-DD" : day(fromMs)}`,
    toMs === undefined ? "" : ` --end-date ${day(toMs + DAY_MS - 1)}`,
    request.cacheDir === "backtest_cache" ? "" : ` --cache-dir ${shellWord(request.cacheDir)}`,
  ].join("");
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
