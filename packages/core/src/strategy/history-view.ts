import { type CandleColumns, firstRowAt } from "../market/candles.ts";
import { DAY_MS, type Timeframe, timeframeMs, timeframeRatio } from "../market/timeframe.ts";
import { type Aggregator, TimeframeAggregator } from "../market/timeframe-aggregator.ts";
import { BarView } from "./bar-view.ts";
import { HigherCursor } from "./higher-cursor.ts";

/** Which row of a series has closed last. The run moves it; views only read it. */
export interface Cursor {
  /** Row of the last closed bar, −1 before the first. */
  row: number;
  /** Row of the oldest bar that can be seen; 0 when absent. */
  readonly oldest?: number;
}

/** Where the bars of higher timeframes come from and how far back they are shown. */
export interface HigherTimeframes {
  /**
   * Bars as the venue made them, instead of bars aggregated from the base, of every timeframe that is looked at. They
   * may begin before the base, and must not end before it.
   */
  readonly stored?: ReadonlyMap<Timeframe, CandleColumns>;
  /** How far back a higher timeframe is shown; 365 days when absent. */
  readonly historyMs?: number;
  /** Aggregates the very columns of the view, for all views of them. */
  readonly aggregator?: Aggregator;
}

const YEAR_MS = 365 * DAY_MS;

/**
 * What a strategy may know of one series: bars that have closed by now, `ago = 0` the last of them.
 * It is bound to the run's cursor and no instance hands out its columns: reading the future is impossible by
 * construction.
 */
export class HistoryView {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly #columns: CandleColumns;
  readonly #cursor: Cursor;
  /** Whether old bars go out of sight. Asked of every bar: looking up what is not there is slow. */
  readonly #forgets: boolean;
  readonly #timeframes: HigherTimeframes;
  readonly #aggregator: Aggregator;
  readonly #higher = new Map<Timeframe, HistoryView>();
  /** The view of the run's own timeframe. */
  #base: HistoryView = this;

  constructor(
    symbol: string,
    timeframe: Timeframe,
    columns: CandleColumns,
    cursor: Cursor,
    timeframes: HigherTimeframes = {},
  ) {
    this.symbol = symbol;
    this.timeframe = timeframe;
    this.#columns = columns;
    this.#cursor = cursor;
    this.#forgets = cursor.oldest !== undefined;
    this.#timeframes = timeframes;
    this.#aggregator = timeframes.aggregator ?? new TimeframeAggregator(columns, timeframe);
  }

  /**
   * All rows of a series, those to come included: for indicators, which compute causal columns ahead and show them
   * through the view. Nothing that decides may call it.
   */
  static columnsOf(history: HistoryView): CandleColumns {
    return history.#columns;
  }

  /** How many closed bars can be seen, warm-up included. */
  get length(): number {
    return this.#cursor.row + 1 - (this.#forgets ? this.#cursor.oldest! : 0);
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

  /** The bar as an object, for its shape; `undefined` before the first. The methods above allocate nothing. */
  bar(ago = 0): BarView | undefined {
    const row = this.rowAt(ago);
    return row < 0 ? undefined : new BarView(this.#columns, row);
  }

  /** Row in the series of the bar `ago` bars before the last closed one, −1 when it cannot be seen. */
  rowAt(ago = 0): number {
    const row = this.#cursor.row - ago;
    const oldest = this.#forgets ? this.#cursor.oldest! : 0;
    return ago >= 0 && row >= oldest ? row : -1;
  }

  /**
   * The same symbol at a longer timeframe. It moves with this view: a bar is seen once open + timeframe ≤ the close
   * of the last closed bar of the run's own timeframe, which is never before its own close.
   *
   * Without stored bars they are aggregated from the run's, warm-up included: a strategy that wants N of them at its
   * first decision asks for `barsForHigher(base, timeframe, N)` bars of warm-up, and finds `length` < N where a hole
   * of the series or a short history leaves fewer.
   * @throws RangeError when `timeframe` is not a multiple of the run's own, or stored bars are not there or not enough
   */
  higher(timeframe: Timeframe): HistoryView {
    const base = this.#base;
    if (timeframe === base.timeframe) return base;
    let view = base.#higher.get(timeframe);
    if (view === undefined) {
      view = base.#makeHigher(timeframe);
      base.#higher.set(timeframe, view);
    }
    return view;
  }

  #makeHigher(timeframe: Timeframe): HistoryView {
    timeframeRatio(this.timeframe, timeframe);
    const { stored, historyMs = YEAR_MS } = this.#timeframes;
    const columns =
      stored === undefined ? this.#aggregator.columns(timeframe) : this.#whole(timeframe, stored.get(timeframe));
    const base = { columns: this.#columns, lengthMs: timeframeMs(this.timeframe) };
    const higher = { columns, lengthMs: timeframeMs(timeframe) };
    const cursor = new HigherCursor(base, this.#cursor, higher, historyMs);
    const view = new HistoryView(this.symbol, timeframe, columns, cursor);
    view.#base = this;
    return view;
  }

  /** Refuses stored bars that end while the base goes on: the last of them would pass for the present one. */
  #whole(timeframe: Timeframe, stored: CandleColumns | undefined): CandleColumns {
    const base = this.#columns;
    if (stored === undefined) throw new RangeError(`no ${timeframe} bars of ${this.symbol} were stored`);
    if (base.length === 0) return stored;
    const lengthMs = timeframeMs(timeframe);
    const endMs = stored.length === 0 ? 0 : stored.time[stored.length - 1]! + lengthMs;
    const next = firstRowAt(base, endMs);
    const baseEndMs = base.time[base.length - 1]! + timeframeMs(this.timeframe);
    if (next === base.length || base.time[next]! + lengthMs > baseEndMs) return stored;
    throw new RangeError(`the stored ${timeframe} bars of ${this.symbol} end before those of ${this.timeframe}`);
  }

  #at(column: Float64Array, ago: number): number {
    const row = this.rowAt(ago);
    return row < 0 ? Number.NaN : column[row]!;
  }
}
