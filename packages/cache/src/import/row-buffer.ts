import { type RowFormat, type SeriesRows, sliceRows } from "@powertrader/core/files";

/** Rows in the order of their file, as columns that grow. */
export class RowBuffer<R extends SeriesRows> {
  readonly #format: RowFormat<R>;
  #length = 0;
  #rows: R;
  #columns: readonly Float64Array[];
  #line = new Uint32Array(4096);

  constructor(format: RowFormat<R>) {
    this.#format = format;
    this.#rows = format.allocate(this.#line.length);
    this.#columns = format.columnsOf(this.#rows);
  }

  /** @param values - in the order of the format's columns */
  push(line: number, values: Float64Array): void {
    if (this.#length === this.#line.length) this.#grow();
    const row = this.#length++;
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]![row] = values[i]!;
    this.#line[row] = line;
  }

  /** The rows as they came; valid until the next `push`. */
  get rows(): R {
    return sliceRows(this.#format, this.#rows, 0, this.#length);
  }

  /** Line that row `row` came from. */
  lineOf(row: number): number {
    return this.#line[row]!;
  }

  #grow(): void {
    const line = new Uint32Array(2 * this.#line.length);
    line.set(this.#line);
    this.#line = line;
    const before = this.#columns;
    this.#rows = this.#format.allocate(line.length);
    this.#columns = this.#format.columnsOf(this.#rows);
    this.#columns.forEach((column, i) => {
      column.set(before[i]!);
    });
  }
}

/** Room for the values of one row; columns that files do not say stay 0. */
export function valuesFor(format: RowFormat<SeriesRows>): Float64Array {
  return new Float64Array(format.columnsOf(format.allocate(0)).length);
}
