import { allocateColumns, type CandleColumns, sliceColumns } from "@powertrader/core/market";

export interface MergedCandles {
  readonly columns: CandleColumns;
  /** Rows that were not there before. */
  readonly added: number;
  /** Rows whose newer copy differed and took over. */
  readonly revised: number;
  /** Rows whose incoming copy differed and was older than what is there. */
  readonly outdated: number;
}

/**
 * Merges two sets of candles by open time, both ascending.
 * @param incomingWins - whose copy of a bar is right where the two differ
 */
export function mergeCandles(existing: CandleColumns, incoming: CandleColumns, incomingWins: boolean): MergedCandles {
  const out = allocateColumns(existing.length + incoming.length);
  let [rows, added, revised, outdated] = [0, 0, 0, 0];
  for (let i = 0, j = 0; i < existing.length || j < incoming.length; rows++) {
    const here = i < existing.length ? existing.time[i]! : Infinity;
    const there = j < incoming.length ? incoming.time[j]! : Infinity;
    if (here < there) {
      copyRow(existing, i++, out, rows);
    } else if (there < here) {
      copyRow(incoming, j++, out, rows);
      added++;
    } else {
      const differs = !sameCandle(existing, i, incoming, j);
      if (differs && incomingWins) revised++;
      else if (differs) outdated++;
      if (incomingWins) copyRow(incoming, j, out, rows);
      else copyRow(existing, i, out, rows);
      i++;
      j++;
    }
  }
  return { columns: sliceColumns(out, 0, rows), added, revised, outdated };
}

/** One after the other; all rows of `later` open after those of `earlier`. */
export function concatCandles(earlier: CandleColumns, later: CandleColumns): CandleColumns {
  const out = allocateColumns(earlier.length + later.length);
  for (const name of ["time", "open", "high", "low", "close", "volume"] as const) {
    out[name].set(earlier[name], 0);
    out[name].set(later[name], earlier.length);
  }
  return out;
}

export function copyRow(from: CandleColumns, row: number, to: CandleColumns, at: number): void {
  to.time[at] = from.time[row]!;
  to.open[at] = from.open[row]!;
  to.high[at] = from.high[row]!;
  to.low[at] = from.low[row]!;
  to.close[at] = from.close[row]!;
  to.volume[at] = from.volume[row]!;
}

/** Whether two rows hold the same prices and volume. */
export function sameCandle(left: CandleColumns, i: number, right: CandleColumns, j: number): boolean {
  return (
    left.open[i] === right.open[j] &&
    left.high[i] === right.high[j] &&
    left.low[i] === right.low[j] &&
    left.close[i] === right.close[j] &&
    left.volume[i] === right.volume[j]
  );
}
