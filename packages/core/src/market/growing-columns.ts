import { allocateColumns, type Candle, type CandleColumns, COLUMN_NAMES, sliceColumns } from "./candles.ts";

const FIRST_CAPACITY = 1024;

/** Columns to which bars are added as they close. What was read of them before stays true. */
export class GrowingColumns implements CandleColumns {
  #length = 0;
  #capacity = allocateColumns(FIRST_CAPACITY);
  /** The rows there are; made again when it is looked at after rows were added. */
  #rows: CandleColumns = sliceColumns(this.#capacity, 0, 0);

  /** @param openMs - later than that of the row before */
  append(openMs: number, { open, high, low, close, volume }: Candle): void {
    if (this.#length === this.#capacity.length) this.#grow();
    const row = this.#length++;
    const to = this.#capacity;
    to.time[row] = openMs;
    to.open[row] = open;
    to.high[row] = high;
    to.low[row] = low;
    to.close[row] = close;
    to.volume[row] = volume;
  }

  get length(): number {
    return this.#length;
  }

  get time(): Float64Array {
    return this.#view().time;
  }

  get open(): Float64Array {
    return this.#view().open;
  }

  get high(): Float64Array {
    return this.#view().high;
  }

  get low(): Float64Array {
    return this.#view().low;
  }

  get close(): Float64Array {
    return this.#view().close;
  }

  get volume(): Float64Array {
    return this.#view().volume;
  }

  #view(): CandleColumns {
    if (this.#rows.length !== this.#length) this.#rows = sliceColumns(this.#capacity, 0, this.#length);
    return this.#rows;
  }

  #grow(): void {
    const larger = allocateColumns(this.#length * 2);
    for (const name of COLUMN_NAMES) larger[name].set(this.#capacity[name]);
    this.#capacity = larger;
  }
}
