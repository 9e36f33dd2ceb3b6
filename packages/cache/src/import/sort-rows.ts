import {
  allocateColumns,
  bucketOpen,
  type CandleColumns,
  DAY_MS,
  sliceColumns,
  type Timeframe,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { copyRow, sameCandle } from "../store/merge-candles.ts";
import { Rejections } from "./rejections.ts";
import type { RowBuffer } from "./row-buffer.ts";

export interface SeriesRules {
  readonly timeframe: Timeframe;
  /** `24x7`: every bar stands on the timeframe's grid. `as-is`: times need only ascend. */
  readonly calendar: Calendar;
  /** Bars that close later than this are not closed. */
  readonly nowMs: number;
  /** Weekly bars: offset from the epoch week that the series has already. */
  readonly weekAnchorMs?: number | undefined;
}

export type Calendar = "24x7" | "as-is";

export interface SortedRows {
  /** One row a bar, ascending. */
  readonly columns: CandleColumns;
  /** Rows that say the same of their bar as the one that stays. */
  readonly duplicates: number;
  /** Rows that say something else of their bar than the one that stays. */
  readonly conflicts: Rejections;
}

/**
 * The rows as one ascending series. Rows off the grid or not closed yet are rejected. Of several rows of a bar the one
 * that was written last stays: the last of the file, the first where the file runs newest first.
 */
export function sortRows(buffer: RowBuffer, rules: SeriesRules, rejections: Rejections): SortedRows {
  const { columns } = buffer;
  const timeFault = timeJudge(columns, rules);
  const out = allocateColumns(columns.length);
  const conflicts = new Rejections();
  let [rows, duplicates, kept] = [0, 0, -1];
  for (const row of latestFirst(columns.time)) {
    const fault = timeFault(columns.time[row]!);
    if (fault !== undefined) {
      rejections.add(buffer.lineOf(row), fault);
    } else if (columns.time[row] !== columns.time[kept]) {
      copyRow(columns, row, out, rows++);
      kept = row;
    } else if (sameCandle(columns, row, columns, kept)) {
      duplicates++;
    } else {
      conflicts.add(buffer.lineOf(row), `another row of the bar stands at ${buffer.lineOf(kept)} and is taken`);
    }
  }
  return { columns: sliceColumns(out, 0, rows), duplicates, conflicts };
}

/** Says why no bar of the series can open at a time. */
function timeJudge(
  columns: CandleColumns,
  { timeframe, calendar, nowMs, weekAnchorMs }: SeriesRules,
): (openMs: number) => string | undefined {
  const lengthMs = timeframeMs(timeframe);
  const anchorMs = lengthMs === WEEK_MS ? (weekAnchorMs ?? commonWeekAnchor(columns)) : 0;
  return (openMs) => {
    if (calendar === "24x7" && bucketOpen(openMs, lengthMs, anchorMs) !== openMs) {
      return `not on the grid of ${timeframe} bars`;
    }
    return openMs + lengthMs > nowMs ? "the bar has not closed yet" : undefined;
  };
}

/** Row numbers by time; of equal times the row that was written last comes first. */
function latestFirst(time: Float64Array): Uint32Array {
  const order = new Uint32Array(time.length).map((_, row) => row);
  const { ascending, descending } = countSteps(time);
  if (ascending === time.length - 1) return order;
  const newestFirst = descending > ascending;
  return order.sort((a, b) => time[a]! - time[b]! || (newestFirst ? a - b : b - a));
}

/** From how many rows to the next one time goes forward, and back. */
function countSteps(time: Float64Array): { readonly ascending: number; readonly descending: number } {
  let [ascending, descending] = [0, 0];
  for (let i = 1; i < time.length; i++) {
    if (time[i]! > time[i - 1]!) ascending++;
    else if (time[i]! < time[i - 1]!) descending++;
  }
  return { ascending, descending };
}

/** The most common start of the week at midnight UTC, as an offset from the epoch (a Thursday). */
function commonWeekAnchor(columns: CandleColumns): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < columns.length; i++) {
    const anchorMs = columns.time[i]! % WEEK_MS;
    if (anchorMs % DAY_MS === 0) counts.set(anchorMs, (counts.get(anchorMs) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return most?.[0] ?? 0;
}
