import { openSeries } from "@powertrader/core/files";
import {
  DAY_MS,
  firstRowAt,
  shortTimeframe,
  type Timeframe,
  type TimeRange,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";
import type { GapReport } from "../store/gaps.ts";

/** `3 gaps, 40 bars missing, the longest 33 bars from 2018-02-08` */
export function describeGaps(gaps: GapReport, timeframeMs: number, noun = "bar"): string {
  if (gaps.count === 0 || gaps.largest === undefined) return "no gaps";
  const longest = Math.floor((gaps.largest.toMs - gaps.largest.fromMs) / timeframeMs);
  const where = `${formatDate(gaps.largest.fromMs)}`;
  if (gaps.count === 1) return `1 gap of ${countOf(longest, noun)} at ${where}`;
  return `${gaps.count} gaps, ${countOf(gaps.bars, noun)} missing, the longest ${countOf(longest, noun)} from ${where}`;
}

/** `1 bar`, `2 bars` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 || noun === "series" ? "" : "s"}`;
}

export function describeRange({ fromMs, toMs }: TimeRange): string {
  return `${formatDate(fromMs)} to ${formatDate(toMs)}`;
}

interface StoredSeries {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly coins: readonly string[];
  readonly quote: string;
  readonly timeframe: Timeframe;
  /** First moment that was asked for. */
  readonly fromMs: number;
}

/** A replay that works with what was just stored: of the default strategy where there is enough for its models. */
export function suggestReplay(stored: StoredSeries, cacheDirFlag: string): string {
  const { exchange, coins } = stored;
  const candles = storedCandles(stored);
  if (candles === undefined) return `next: npx --no -- pt-cache ls --exchange ${exchange}${cacheDirFlag}`;
  const quote = stored.quote === "USDT" ? "" : ` --quote ${stored.quote}`;
  const timeframe = stored.timeframe === "1hour" ? "" : ` --timeframe ${shortTimeframe(stored.timeframe)}`;
  const series = `--exchange ${exchange} --coins ${coins.join(",")}${quote}${timeframe}`;
  return `next: npx --no -- pt-replay ${series} ${decidedBy(stored.timeframe, candles)}${cacheDirFlag}`;
}

/** What powertrader needs before a start, a week more than the 21 that it learns from: the first may not be whole. */
const POWERTRADER_MS = 22 * WEEK_MS;
/** Warm-up of sma-crossover. */
const CROSSOVER_BARS = 200;

function decidedBy(timeframe: Timeframe, { fromMs, toMs, warmMs, bars }: StoredCandles): string {
  const dayAfter = (timeMs: number) => Math.ceil(timeMs / DAY_MS) * DAY_MS;
  const leavesADay = (startMs: number) => startMs + DAY_MS <= toMs;
  const learnt = dayAfter(fromMs + POWERTRADER_MS);
  if (timeframeMs(timeframe) <= timeframeMs("1hour") && leavesADay(learnt)) return `--start-date ${formatDate(learnt)}`;
  if (bars <= CROSSOVER_BARS) return `--strategy buy-and-hold --start-date ${formatDate(fromMs)}`;
  const warm = dayAfter(warmMs);
  return `--strategy sma-crossover --start-date ${formatDate(leavesADay(warm) ? warm : fromMs)}`;
}

interface StoredCandles extends TimeRange {
  /** Fewest bars of a coin. */
  readonly bars: number;
  /** Until when all coins have the bars of a warm-up. */
  readonly warmMs: number;
}

/** What all coins have from `fromMs` on without a stretch that was never asked for; `undefined` when one has nothing. */
function storedCandles({
  cacheDir,
  exchange,
  coins,
  quote,
  timeframe,
  fromMs,
}: StoredSeries): StoredCandles | undefined {
  const all = coins.map((coin) => {
    const { columns, coverage = [] } = openSeries(cacheDir, exchange, `${coin}-${quote}`, timeframe) ?? {};
    const row = columns === undefined ? 0 : firstRowAt(columns, fromMs);
    if (columns === undefined || row >= columns.length) return undefined;
    const firstMs = columns.time[row]!;
    const coveredMs = coverage.find((part) => part.fromMs <= firstMs && firstMs < part.toMs)?.toMs ?? Infinity;
    const to = firstRowAt(columns, coveredMs);
    const endMs = columns.time[to - 1]! + timeframeMs(timeframe);
    const warmMs = columns.time[Math.min(row + CROSSOVER_BARS, to - 1)]!;
    return { fromMs: firstMs, toMs: endMs, bars: to - row, warmMs };
  });
  const known = all.filter((one) => one !== undefined);
  if (known.length < coins.length) return undefined;
  return {
    fromMs: Math.max(...known.map((one) => one.fromMs)),
    toMs: Math.min(...known.map((one) => one.toMs)),
    bars: Math.min(...known.map((one) => one.bars)),
    warmMs: Math.max(...known.map((one) => one.warmMs)),
  };
}

export function gapsToWire(gaps: GapReport): object {
  return { count: gaps.count, bars: gaps.bars, largest: gaps.largest === undefined ? null : rangeToWire(gaps.largest) };
}

export function rangeToWire({ fromMs, toMs }: TimeRange): object {
  return { start_ts: fromMs / 1000, end_ts: toMs / 1000 };
}

/** Columns as wide as their widest cell, two spaces apart; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const isNumeric = head.map((_, i) => rows.every((row) => /^[\d.]*$/.test(row[i]!)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}
