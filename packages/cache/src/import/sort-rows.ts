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
import type { Rejections } from "./rejections.ts";
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

/**
 * The rows as one ascending series. Rows off the grid or not closed yet are rejected; of several copies of a bar the
 * last of the file stays, and earlier ones that differ are rejected.
 */
export function sortRows(buffer: RowBuffer, rules: SeriesRules, rejections: Rejections): CandleColumns {
  const { columns } = buffer;
  const lengthMs = timeframeMs(rules.timeframe);
  const anchorMs = lengthMs === WEEK_MS ? (rules.weekAnchorMs ?? commonWeekAnchor(columns)) : 0;
  const out = allocateColumns(columns.length);
  let rows = 0;
  const order = ascending(columns.time);
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const openMs = columns.time[row]!;
    const next = i + 1 < order.length ? order[i + 1]! : undefined;
    if (rules.calendar === "24x7" && bucketOpen(openMs, lengthMs, anchorMs) !== openMs) {
      rejections.add(buffer.lineOf(row), `not on the grid of ${rules.timeframe} bars`);
    } else if (openMs + lengthMs > rules.nowMs) {
      rejections.add(buffer.lineOf(row), "the bar has not closed yet");
    } else if (next !== undefined && columns.time[next] === openMs) {
      if (!sameCandle(columns, row, columns, next)) {
        rejections.add(
          buffer.lineOf(row),
          `another copy of the bar stands at ${buffer.lineOf(next)}; the last one stays`,
        );
      }
    } else {
      copyRow(columns, row, out, rows++);
    }
  }
  return sliceColumns(out, 0, rows);
}

/** Row numbers by time; equal times keep the order of the file. */
function ascending(time: Float64Array): Uint32Array {
  const order = new Uint32Array(time.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    if (i > 0 && time[i]! < time[i - 1]!) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => time[a]! - time[b]! || a - b);
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
