import type { CandleColumns } from "../market/candles.ts";
import type { Cursor } from "./history-view.ts";

/** A series, which may grow, and how long its bars are. */
export interface TimedColumns {
  readonly columns: CandleColumns;
  readonly lengthMs: number;
}

/**
 * The cursor of a higher timeframe, moved by that of its base: its row is the last bar with open + length ≤ now, where
 * now is the close of the base's last closed bar. It catches up when it is read, a step per bar that has closed since.
 */
export class HigherCursor implements Cursor {
  readonly #base: TimedColumns;
  readonly #baseCursor: Cursor;
  readonly #higher: TimedColumns;
  readonly #historyMs: number;
  /** Row of the base that `#row` and `#oldest` are true for. */
  #seen = -1;
  #row = -1;
  #oldest = 0;

  constructor(base: TimedColumns, baseCursor: Cursor, higher: TimedColumns, historyMs: number) {
    this.#base = base;
    this.#baseCursor = baseCursor;
    this.#higher = higher;
    this.#historyMs = historyMs;
  }

  get row(): number {
    this.#follow();
    return this.#row;
  }

  /** First bar with open ≥ now − the history's length. */
  get oldest(): number {
    this.#follow();
    return this.#oldest;
  }

  #follow(): void {
    const baseRow = this.#baseCursor.row;
    if (baseRow === this.#seen) return;
    if (baseRow < this.#seen) {
      this.#row = -1;
      this.#oldest = 0;
    }
    this.#seen = baseRow;
    if (baseRow < 0) return;
    const { lengthMs } = this.#higher;
    const { time } = this.#higher.columns;
    const nowMs = this.#base.columns.time[baseRow]! + this.#base.lengthMs;
    let row = this.#row;
    while (row + 1 < time.length && time[row + 1]! + lengthMs <= nowMs) row++;
    this.#row = row;
    let oldest = this.#oldest;
    while (oldest <= row && time[oldest]! < nowMs - this.#historyMs) oldest++;
    this.#oldest = oldest;
  }
}
