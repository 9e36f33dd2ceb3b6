import { shortTimeframe, type Timeframe, type TimeRange } from "@powertrader/core/market";
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

/** The replay that uses what was just stored. */
export function suggestReplay(
  stored: {
    readonly exchange: string;
    readonly coins: readonly string[];
    readonly quote: string;
    readonly timeframe: Timeframe;
    readonly fromMs: number;
  },
  cacheDirFlag: string,
): string {
  const quote = stored.quote === "USDT" ? "" : ` --quote ${stored.quote}`;
  const timeframe = stored.timeframe === "1hour" ? "" : ` --timeframe ${shortTimeframe(stored.timeframe)}`;
  const series = `--exchange ${stored.exchange} --coins ${stored.coins.join(",")}${quote}${timeframe}`;
  return `next: npx --no -- pt-replay ${series} --start-date ${formatDate(stored.fromMs)}${cacheDirFlag}`;
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
