import type { CandleColumns } from "@powertrader/core/market";
import { HistoryView } from "@powertrader/core/strategy";
import { highestKernel, type Kernel, lowestKernel, smaKernel } from "./kernels.ts";

/** An indicator over a series, which may grow. */
export class IndicatorColumn {
  values: Float64Array;
  /** Rows of `values` that are computed. */
  length = 0;
  readonly #kernel: Kernel;
  readonly #columns: CandleColumns;
  readonly #price: Price;

  constructor(kernel: Kernel, columns: CandleColumns, price: Price) {
    this.#kernel = kernel;
    this.#columns = columns;
    this.#price = price;
    this.values = new Float64Array(columns.length);
    this.#extend();
  }

  /** Computes the rows that the series has gained, and returns the value at `row`. */
  grownTo(row: number): number {
    const { length } = this.#columns;
    if (length > this.values.length) {
      const larger = new Float64Array(2 * length);
      larger.set(this.values);
      this.values = larger;
    }
    this.#extend();
    return this.values[row]!;
  }

  #extend(): void {
    this.#kernel.extend(this.#columns[this.#price], this.values, this.length);
    this.length = this.#columns.length;
  }
}

/** An indicator as a strategy sees it: its value at the bars of its history, `ago = 0` the last closed one. */
export class IndicatorView {
  readonly #column: IndicatorColumn;
  readonly #history: HistoryView;

  constructor(column: IndicatorColumn, history: HistoryView) {
    this.#column = column;
    this.#history = history;
  }

  /** `NaN` where the indicator is not defined yet. */
  at(ago = 0): number {
    const row = this.#history.rowAt(ago);
    if (row < 0) return Number.NaN;
    const column = this.#column;
    return row < column.length ? column.values[row]! : column.grownTo(row);
  }
}

type Price = "open" | "high" | "low" | "close" | "volume";

/**
 * Indicators over the series of a run, at its own and at higher timeframes, each column computed once whoever asks.
 * Every kernel is causal (row `i` depends on rows up to `i` only) and views are bound to the run's cursor, so
 * computing ahead reveals nothing.
 */
export class IndicatorHub {
  readonly #columns = new Map<CandleColumns, Map<string, IndicatorColumn>>();

  /** Simple moving average of the last `period` bars. */
  sma(history: HistoryView, period: number, price: Price = "close"): IndicatorView {
    return this.#view(history, `sma ${period} ${price}`, price, () => smaKernel(period));
  }

  /** Highest price of the last `period` bars. */
  highest(history: HistoryView, period: number, price: Price = "high"): IndicatorView {
    return this.#view(history, `highest ${period} ${price}`, price, () => highestKernel(period));
  }

  /** Lowest price of the last `period` bars. */
  lowest(history: HistoryView, period: number, price: Price = "low"): IndicatorView {
    return this.#view(history, `lowest ${period} ${price}`, price, () => lowestKernel(period));
  }

  #view(history: HistoryView, name: string, price: Price, kernel: () => Kernel): IndicatorView {
    const columns = HistoryView.columnsOf(history);
    let computed = this.#columns.get(columns);
    if (computed === undefined) {
      computed = new Map();
      this.#columns.set(columns, computed);
    }
    let column = computed.get(name);
    if (column === undefined) {
      column = new IndicatorColumn(kernel(), columns, price);
      computed.set(name, column);
    }
    return new IndicatorView(column, history);
  }
}
