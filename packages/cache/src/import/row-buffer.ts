import { type CandleColumns, COLUMN_NAMES, sliceColumns } from "@powertrader/core/market";

type Columns = { -readonly [name in (typeof COLUMN_NAMES)[number]]: Float64Array };

/** Rows in the order of their file, as columns that grow. */
export class RowBuffer {
  #capacity = 4096;
  #length = 0;
  #columns: Columns = emptyColumns(this.#capacity);
  #line = new Uint32Array(this.#capacity);

  /** @param timeMs - open time */
  push(line: number, timeMs: number, open: number, high: number, low: number, close: number, volume: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const row = this.#length++;
    const columns = this.#columns;
    columns.time[row] = timeMs;
    columns.open[row] = open;
    columns.high[row] = high;
    columns.low[row] = low;
    columns.close[row] = close;
    columns.volume[row] = volume;
    this.#line[row] = line;
  }

  /** The rows as they came; valid until the next `push`. */
  get columns(): CandleColumns {
    return sliceColumns({ length: this.#capacity, ...this.#columns }, 0, this.#length);
  }

  /** Line that row `row` came from. */
  lineOf(row: number): number {
    return this.#line[row]!;
  }

  #grow(): void {
    this.#capacity *= 2;
    const grown = emptyColumns(this.#capacity);
    for (const name of COLUMN_NAMES) grown[name].set(this.#columns[name]);
    const line = new Uint32Array(this.#capacity);
    line.set(this.#line);
    this.#columns = grown;
    this.#line = line;
  }
}

function emptyColumns(length: number): Columns {
  const column = () => new Float64Array(length);
  return { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}
