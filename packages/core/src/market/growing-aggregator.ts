import type { Candle, CandleColumns } from "./candles.ts";
import { GrowingColumns } from "./growing-columns.ts";
import { bucketOpen, MONDAY_ANCHOR_MS } from "./resample.ts";
import { type Timeframe, timeframeMs, timeframeRatio, WEEK_MS } from "./timeframe.ts";
import type { Aggregator } from "./timeframe-aggregator.ts";

/**
 * The longer timeframes of a series that grows: at any moment the bars that `TimeframeAggregator` makes of what there
 * is, except that a bar whose last candle is missing stands only once a later candle shows that it is over.
 */
export class GrowingAggregator implements Aggregator {
  readonly #columns: CandleColumns;
  readonly #timeframe: Timeframe;
  readonly #made = new Map<Timeframe, GrowingBars>();

  constructor(columns: GrowingColumns, timeframe: Timeframe) {
    this.#columns = columns;
    this.#timeframe = timeframe;
  }

  /** @throws RangeError when `timeframe` is not a multiple of the series' own */
  columns(timeframe: Timeframe): CandleColumns {
    let made = this.#made.get(timeframe);
    if (made === undefined) {
      timeframeRatio(this.#timeframe, timeframe);
      made = new GrowingBars(timeframeMs(this.#timeframe), timeframe);
      this.#made.set(timeframe, made);
    }
    made.follow(this.#columns);
    return made.columns;
  }

  /** Takes in the candles that were added since. */
  follow(): void {
    for (const made of this.#made.values()) made.follow(this.#columns);
  }
}

type Bar = { -readonly [name in keyof Candle]: Candle[name] } & { openMs: number };

/** One longer timeframe: whole bars, and the one under way. */
class GrowingBars {
  readonly columns = new GrowingColumns();
  readonly #baseMs: number;
  readonly #lengthMs: number;
  readonly #anchorMs: number;
  #row = 0;
  #bar: Bar | undefined;

  constructor(baseMs: number, timeframe: Timeframe) {
    this.#baseMs = baseMs;
    this.#lengthMs = timeframeMs(timeframe);
    this.#anchorMs = this.#lengthMs === WEEK_MS ? MONDAY_ANCHOR_MS : 0;
  }

  follow(base: CandleColumns): void {
    for (; this.#row < base.length; this.#row++) this.#take(base, this.#row);
  }

  #take(base: CandleColumns, row: number): void {
    const timeMs = base.time[row]!;
    const openMs = bucketOpen(timeMs, this.#lengthMs, this.#anchorMs);
    // A first bar without its opening candle is not whole.
    if (openMs < base.time[0]!) return;
    if (this.#bar !== undefined && this.#bar.openMs !== openMs) this.#finish(this.#bar);
    const bar = this.#bar ?? {
      openMs,
      open: base.open[row]!,
      high: base.high[row]!,
      low: base.low[row]!,
      close: 0,
      volume: 0,
    };
    if (base.high[row]! > bar.high) bar.high = base.high[row]!;
    if (base.low[row]! < bar.low) bar.low = base.low[row]!;
    bar.close = base.close[row]!;
    bar.volume += base.volume[row]!;
    this.#bar = bar;
    if (timeMs + this.#baseMs === openMs + this.#lengthMs) this.#finish(bar);
  }

  #finish(bar: Bar): void {
    this.columns.append(bar.openMs, bar);
    this.#bar = undefined;
  }
}
