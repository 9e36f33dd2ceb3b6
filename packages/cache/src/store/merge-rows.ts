import { type RowFormat, type SeriesRows, sliceRows } from "@powertrader/core/files";

export interface MergedRows<R extends SeriesRows> {
  readonly rows: R;
  /** Rows that were not there before. */
  readonly added: number;
  /** Rows whose newer copy differed and took over. */
  readonly revised: number;
  /** Rows whose incoming copy differed and was older than what is there. */
  readonly outdated: number;
}

/** One value a row each, time first. */
type Columns = readonly Float64Array[];

/**
 * Merges two sets of rows by time, both ascending.
 * @param incomingWins - whose copy of a row is right where the two differ
 */
export function mergeRows<R extends SeriesRows>(
  format: RowFormat<R>,
  existing: R,
  incoming: R,
  incomingWins: boolean,
): MergedRows<R> {
  const out = format.allocate(existing.length + incoming.length);
  const [old, fresh, merged] = [existing, incoming, out].map((rows) => format.columnsOf(rows)) as [
    Columns,
    Columns,
    Columns,
  ];
  let [rows, added, revised, outdated] = [0, 0, 0, 0];
  for (let i = 0, j = 0; i < existing.length || j < incoming.length; rows++) {
    const here = i < existing.length ? existing.time[i]! : Infinity;
    const there = j < incoming.length ? incoming.time[j]! : Infinity;
    if (here < there) {
      copyRow(old, i++, merged, rows);
    } else if (there < here) {
      copyRow(fresh, j++, merged, rows);
      added++;
    } else {
      const differs = !sameRow(old, i, fresh, j);
      if (differs && incomingWins) revised++;
      else if (differs) outdated++;
      if (incomingWins) copyRow(fresh, j, merged, rows);
      else copyRow(old, i, merged, rows);
      i++;
      j++;
    }
  }
  return { rows: sliceRows(format, out, 0, rows), added, revised, outdated };
}

/** One after the other; all rows of `later` come after those of `earlier`. */
export function concatRows<R extends SeriesRows>(format: RowFormat<R>, earlier: R, later: R): R {
  const out = format.allocate(earlier.length + later.length);
  const [first, second] = [format.columnsOf(earlier), format.columnsOf(later)];
  format.columnsOf(out).forEach((column, i) => {
    column.set(first[i]!, 0);
    column.set(second[i]!, earlier.length);
  });
  return out;
}

export function copyRow(from: Columns, row: number, to: Columns, at: number): void {
  for (let i = 0; i < to.length; i++) to[i]![at] = from[i]![row]!;
}

/** Whether two rows of the same time hold the same values. */
export function sameRow(left: Columns, i: number, right: Columns, j: number): boolean {
  for (let column = 1; column < left.length; column++) {
    if (left[column]![i] !== right[column]![j]) return false;
  }
  return true;
}
