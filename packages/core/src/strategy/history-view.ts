import type { CandleColumns } from "../market/candles.ts";
import type { Timeframe } from "../market/timeframe.ts";

/** Which row of a series has closed last. The run moves it; views only read it. */
export interface Cursor {
  /** Row of the last closed bar, −1 before the first. */
  row: number;
}

/**
 * What a strategy may know of one series: bars that have closed by now, `ago = 0` the last of them.
 * It is bound to the run's cursor and never hands out the columns: reading the future is impossible by construction.
 */
export class HistoryView {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly #columns: CandleColumns;
  readonly #cursor: Cursor;

  constructor(symbol: string, timeframe: Timeframe, columns: CandleColumns, cursor: Cursor) {
    this.symbol = symbol;
    this.timeframe = timeframe;
    this.#columns = columns;
    this.#cursor = cursor;
  }

  /** How many closed bars can be seen, warm-up included. */
  get length(): number {
    return this.#cursor.row + 1;
  }

  /** Open time in epoch milliseconds of the bar `ago` bars before the last closed one; `NaN` before the first. */
  time(ago = 0): number {
    return this.#at(this.#columns.time, ago);
  }

  open(ago = 0): number {
    return this.#at(this.#columns.open, ago);
  }

  high(ago = 0): number {
    return this.#at(this.#columns.high, ago);
  }

  low(ago = 0): number {
    return this.#at(this.#columns.low, ago);
  }

  close(ago = 0): number {
    return this.#at(this.#columns.close, ago);
  }

  /** Base units traded. */
  volume(ago = 0): number {
    return this.#at(this.#columns.volume, ago);
  }

  #at(column: Float64Array, ago: number): number {
    const row = this.#cursor.row - ago;
    return ago >= 0 && row >= 0 ? column[row]! : Number.NaN;
  }
}
