import { allocateColumns, type CandleColumns, COLUMN_NAMES, firstRowAt, sliceColumns } from "@powertrader/core/market";

/** Copies the rows of all parts, in the order given. */
export function joinColumns(parts: readonly CandleColumns[]): CandleColumns {
  const joined = allocateColumns(parts.reduce((sum, part) => sum + part.length, 0));
  let row = 0;
  for (const part of parts) {
    for (const name of COLUMN_NAMES) joined[name].set(part[name], row);
    row += part.length;
  }
  return joined;
}

/** Rows whose open time lies in `[fromMs, toMs)`, as views on the same memory. */
export function cutColumns(columns: CandleColumns, fromMs: number, toMs: number): CandleColumns {
  const from = firstRowAt(columns, fromMs);
  return sliceColumns(columns, from, Math.max(from, firstRowAt(columns, toMs)));
}
