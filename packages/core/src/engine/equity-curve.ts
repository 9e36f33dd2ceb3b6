import type { Timeline } from "./timeline.ts";

/** A curve as plain columns of `length` rows. */
export interface CurveColumns {
  readonly length: number;
  /** Epoch milliseconds. */
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
  readonly cash: Float64Array;
}

/**
 * Equity and cash at every tick. Row 0 is the start of the run with the initial capital, row `i` is tick `i − 1`.
 * Memory that is touched for the first time costs more than the arithmetic of a tick: only equity is a column, cash is
 * kept where it changed, times come from the timeline.
 */
export class EquityCurve {
  readonly equity: Float64Array;
  /** Rows used, the first one included. */
  length = 1;
  readonly #timeline: Timeline;
  readonly #startMs: number;
  readonly #changedRows: number[] = [0];
  readonly #changedCash: number[];
  #cash: number;

  constructor(timeline: Timeline, startMs: number, initialCapital: number) {
    this.equity = new Float64Array(timeline.length + 1);
    this.equity[0] = initialCapital;
    this.#timeline = timeline;
    this.#startMs = startMs;
    this.#cash = initialCapital;
    this.#changedCash = [initialCapital];
  }

  /** Adds the row of the next tick. */
  record(equity: number, cash: number): void {
    this.equity[this.length++] = equity;
    if (cash !== this.#cash) this.#changeCash(cash);
  }

  /** Replaces the row of the last tick. */
  amend(equity: number, cash: number): void {
    this.length--;
    this.record(equity, cash);
  }

  timeAt(row: number): number {
    return row === 0 ? this.#startMs : this.#timeline.at(row - 1);
  }

  toColumns(): CurveColumns {
    const timeMs = new Float64Array(this.length);
    const cash = new Float64Array(this.length);
    for (let row = 0; row < this.length; row++) timeMs[row] = this.timeAt(row);
    this.#changedRows.forEach((row, i) => {
      cash.fill(this.#changedCash[i]!, row, this.#changedRows[i + 1] ?? this.length);
    });
    return { length: this.length, timeMs, equity: this.equity.subarray(0, this.length), cash };
  }

  #changeCash(cash: number): void {
    this.#cash = cash;
    this.#changedRows.push(this.length - 1);
    this.#changedCash.push(cash);
  }
}
