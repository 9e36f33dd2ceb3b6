import { type RowFormat, type SeriesRows, sliceRows } from "@powertrader/core/files";
import { copyRow, sameRow } from "../store/merge-rows.ts";
import { Rejections } from "./rejections.ts";
import type { RowBuffer } from "./row-buffer.ts";

export interface SortedRows<R extends SeriesRows> {
  /** One row a time, ascending. */
  readonly rows: R;
  /** Rows that say the same of their time as the one that stays. */
  readonly duplicates: number;
  /** Rows that say something else of their time than the one that stays. */
  readonly conflicts: Rejections;
}

/**
 * The rows as one ascending series. Rows whose time the judge faults are rejected. Of several rows of a time the one
 * that was written last stays: the last of the file, the first where the file runs newest first.
 *
 * @param timeFault - why no row can have a time
 */
export function sortRows<R extends SeriesRows>(
  format: RowFormat<R>,
  buffer: RowBuffer<R>,
  timeFault: (timeMs: number) => string | undefined,
  rejections: Rejections,
): SortedRows<R> {
  const { time, length } = buffer.rows;
  const columns = format.columnsOf(buffer.rows);
  const sorted = format.allocate(length);
  const out = format.columnsOf(sorted);
  const conflicts = new Rejections();
  let [rows, duplicates, kept] = [0, 0, -1];
  for (const row of latestFirst(time)) {
    const fault = timeFault(time[row]!);
    if (fault !== undefined) {
      rejections.add(buffer.lineOf(row), fault);
    } else if (time[row] !== time[kept]) {
      copyRow(columns, row, out, rows++);
      kept = row;
    } else if (sameRow(columns, row, columns, kept)) {
      duplicates++;
    } else {
      conflicts.add(buffer.lineOf(row), `another row of the same time stands at ${buffer.lineOf(kept)} and is taken`);
    }
  }
  return { rows: sliceRows(format, sorted, 0, rows), duplicates, conflicts };
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
