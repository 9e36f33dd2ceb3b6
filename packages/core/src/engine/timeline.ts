import { timeframeMs } from "../market/timeframe.ts";
import type { Series } from "./market.ts";

/** The moments at which a run ticks: every distinct close of a traded row of any series, ascending. */
export class Timeline {
  readonly length: number;
  /** Whether every series has a bar at every tick. */
  readonly isShared: boolean;
  readonly #times: Float64Array;
  readonly #offsetMs: number;

  constructor(series: readonly Series[]) {
    const first = series[0]!;
    const opens = tradedOpens(first);
    this.isShared = series.every(
      (one) => one === first || (one.timeframe === first.timeframe && isSame(tradedOpens(one), opens)),
    );
    if (this.isShared) {
      this.#times = opens;
      this.#offsetMs = timeframeMs(first.timeframe);
    } else {
      this.#times = mergedCloses(series);
      this.#offsetMs = 0;
    }
    this.length = this.#times.length;
  }

  /** Epoch milliseconds of tick `i`, counted from 0. */
  at(i: number): number {
    return this.#times[i]! + this.#offsetMs;
  }

  /** The first of the ticks `[from, to)` at or after a moment; `to` when they are all before it. */
  firstAt(timeMs: number, from: number, to: number): number {
    let tick = to;
    while (tick > from && this.at(tick - 1) >= timeMs) tick--;
    return tick;
  }
}

function tradedOpens(series: Series): Float64Array {
  return series.columns.time.subarray(series.warmUpRows);
}

function isSame(left: Float64Array, right: Float64Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function mergedCloses(series: readonly Series[]): Float64Array {
  const closes = series.flatMap((one) => {
    const lengthMs = timeframeMs(one.timeframe);
    return [tradedOpens(one).map((openMs) => openMs + lengthMs)];
  });
  const all = new Float64Array(closes.reduce((rows, column) => rows + column.length, 0));
  let at = 0;
  for (const column of closes) {
    all.set(column, at);
    at += column.length;
  }
  all.sort();
  let distinct = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[distinct++] = all[i]!;
  return all.subarray(0, distinct);
}
