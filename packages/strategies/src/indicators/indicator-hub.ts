import type { Series } from "@powertrader/core/engine";
import type { HistoryView } from "@powertrader/core/strategy";
import { highestColumn, lowestColumn, smaColumn } from "./kernels.ts";

/** An indicator as a strategy sees it: its value at closed bars, `ago = 0` the last one. */
export class IndicatorView {
  readonly #column: Float64Array;
  readonly #history: HistoryView;

  constructor(column: Float64Array, history: HistoryView) {
    this.#column = column;
    this.#history = history;
  }

  /** `NaN` where the indicator is not defined yet. */
  at(ago = 0): number {
    const row = this.#history.length - 1 - ago;
    return ago >= 0 && row >= 0 ? this.#column[row]! : Number.NaN;
  }
}

type Price = "open" | "high" | "low" | "close" | "volume";

/**
 * Indicators of one run, each column computed once whoever asks. Every kernel is causal (row `i` depends on rows up to
 * `i` only) and views are bound to the run's cursor, so computing ahead reveals nothing.
 */
export class IndicatorHub {
  readonly #series: ReadonlyMap<string, Series>;
  readonly #columns = new Map<string, Float64Array>();

  constructor(series: readonly Series[]) {
    this.#series = new Map(series.map((one) => [keyOf(one), one]));
  }

  /** Simple moving average of the last `period` bars. */
  sma(history: HistoryView, period: number, price: Price = "close"): IndicatorView {
    return this.#view(history, `sma ${period} ${price}`, price, (values) => smaColumn(values, period));
  }

  /** Highest price of the last `period` bars. */
  highest(history: HistoryView, period: number, price: Price = "high"): IndicatorView {
    return this.#view(history, `highest ${period} ${price}`, price, (values) => highestColumn(values, period));
  }

  /** Lowest price of the last `period` bars. */
  lowest(history: HistoryView, period: number, price: Price = "low"): IndicatorView {
    return this.#view(history, `lowest ${period} ${price}`, price, (values) => lowestColumn(values, period));
  }

  #view(
    history: HistoryView,
    name: string,
    price: Price,
    compute: (values: Float64Array) => Float64Array,
  ): IndicatorView {
    const series = this.#series.get(keyOf(history));
    if (series === undefined) throw new Error(`this run has no series ${keyOf(history)}`);
    const key = `${keyOf(history)} ${name}`;
    let column = this.#columns.get(key);
    if (column === undefined) {
      column = compute(series.columns[price]);
      this.#columns.set(key, column);
    }
    return new IndicatorView(column, history);
  }
}

function keyOf(series: { readonly symbol: string; readonly timeframe: string }): string {
  return `${series.symbol}_${series.timeframe}`;
}
