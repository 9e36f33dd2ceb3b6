import type { CandleColumns } from "../market/candles.ts";
import type { Cursor } from "../strategy/history-view.ts";
import type { TimedBar } from "./finer-bars.ts";

/** The bar that a cursor is at, whichever that is: it moves on with the run and costs nothing to make. */
export class PresentBar implements TimedBar {
  readonly #columns: CandleColumns;
  readonly #cursor: Cursor;
  readonly #timeframeMs: number;

  constructor(columns: CandleColumns, cursor: Cursor, timeframeMs: number) {
    this.#columns = columns;
    this.#cursor = cursor;
    this.#timeframeMs = timeframeMs;
  }

  get open(): number {
    return this.#columns.open[this.#cursor.row]!;
  }

  get high(): number {
    return this.#columns.high[this.#cursor.row]!;
  }

  get low(): number {
    return this.#columns.low[this.#cursor.row]!;
  }

  get close(): number {
    return this.#columns.close[this.#cursor.row]!;
  }

  get volume(): number {
    return this.#columns.volume[this.#cursor.row]!;
  }

  get openMs(): number {
    return this.#columns.time[this.#cursor.row]!;
  }

  get closeMs(): number {
    return this.openMs + this.#timeframeMs;
  }
}
