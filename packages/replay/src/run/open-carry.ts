import type { FundingEntry } from "@powertrader/core/config";
import type { CarrySettings } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { type CachedFunding, openSeries, readFunding, seriesFolder, sha256 } from "@powertrader/core/files";
import { createFundingSchedule, type FundingSchedule } from "@powertrader/core/funding";
import { allocateColumns, missingRanges, TIMEFRAMES, type TimeRange, timeframeMs } from "@powertrader/core/market";

export interface OpenedCarry {
  readonly settings: CarrySettings;
  readonly entries: readonly FundingEntry[];
  readonly notes: readonly string[];
}

interface CarryRequest {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly symbols: readonly string[];
  readonly range: TimeRange;
  /** Whether funding is paid. */
  readonly funding: boolean;
  readonly borrowRate: number;
}

/** What holding positions costs in a run; `undefined` when nothing. */
export function openCarry(request: CarryRequest): OpenedCarry | undefined {
  const { funding, borrowRate } = request;
  if (!funding && borrowRate === 0) return undefined;
  const opened = funding ? request.symbols.map((symbol) => openFunding(symbol, request)) : [];
  return {
    settings: { borrowRate, funding: new Map(opened.map(({ entry, schedule }) => [entry.symbol, schedule])) },
    entries: opened.map(({ entry }) => entry),
    notes: opened.flatMap(({ notes }) => notes),
  };
}

/** @throws PtError E_CACHE_MISS when no rates of the symbol were imported */
function openFunding(symbol: string, { cacheDir, exchange, range }: CarryRequest) {
  const rates = readFunding(cacheDir, exchange, symbol);
  if (rates === undefined || rates.timeMs.length === 0) {
    throw new PtError("E_CACHE_MISS", `${cacheDir}/${seriesFolder(exchange, "funding")} has no rates of ${symbol}`, {
      hint: `Import them: npx --no -- pt-cache import FILE --kind funding --exchange ${exchange} --symbol ${symbol} --timeframe 8h, or leave out --funding.`,
      details: { symbol },
    });
  }
  const mark = openMark(cacheDir, exchange, symbol);
  const schedule =
    mark === undefined
      ? createFundingSchedule(rates, allocateColumns(0), 0)
      : createFundingSchedule(rates, mark.columns, timeframeMs(mark.timeframe));
  return { schedule, entry: entryOf(symbol, rates, schedule), notes: notesOf(symbol, rates, schedule, range) };
}

/** The mark price's candles, of the longest timeframe that settlements can end on. */
function openMark(cacheDir: string, exchange: string, symbol: string) {
  const timeframes = TIMEFRAMES.filter((one) => timeframeMs(one) <= timeframeMs("1hour")).reverse();
  for (const timeframe of timeframes) {
    const series = openSeries(cacheDir, seriesFolder(exchange, "mark"), symbol, timeframe);
    if (series !== undefined && series.columns.length > 0) return series;
  }
  return undefined;
}

function entryOf(symbol: string, rates: CachedFunding, { settlements }: FundingSchedule): FundingEntry {
  const text = settlements.map(({ timeMs, rate, markClose }) => `${timeMs},${rate},${markClose ?? ""}\n`).join("");
  return { symbol, rows: settlements.length, source: rates.sources.join("; "), sha256: sha256(text) };
}

function notesOf(
  symbol: string,
  { coverage }: CachedFunding,
  { settlements }: FundingSchedule,
  range: TimeRange,
): readonly string[] {
  const isInRange = ({ timeMs }: { readonly timeMs: number }) => timeMs > range.fromMs && timeMs <= range.toMs;
  const unmarked = settlements.filter((one) => isInRange(one) && one.markClose === undefined).length;
  const notes: string[] = [];
  if (missingRanges(range, coverage).length > 0) {
    notes.push(`${symbol}: the cache lacks funding rates for a part of the range; nothing is paid there`);
  }
  const absent = absentIn(settlements.filter(isInRange).map(({ timeMs }) => timeMs));
  if (absent > 0) {
    notes.push(`${symbol}: about ${absent} settlements are missing between those the cache has; they are not paid`);
  }
  if (unmarked > 0)
    notes.push(`${symbol}: ${unmarked} settlements have no mark candle; they are paid at the traded close`);
  return notes;
}

/** How many settlements the usual step between them would have had where steps are longer. */
function absentIn(times: readonly number[]): number {
  const steps = times.slice(1).map((timeMs, i) => timeMs - times[i]!);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  if (usual === undefined) return 0;
  return steps.reduce((sum, step) => sum + Math.max(0, Math.round(step / usual) - 1), 0);
}
