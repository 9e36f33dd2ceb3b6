import { type CandleColumns, firstRowAt, sliceColumns } from "./candles.ts";
import { bucketOpen, MONDAY_ANCHOR_MS, resample } from "./resample.ts";
import { type Timeframe, timeframeMs, timeframeRatio, WEEK_MS } from "./timeframe.ts";

/** Makes longer timeframes of the bars of one series. */
export interface Aggregator {
  /** @throws RangeError when `timeframe` is not a multiple of the series' own */
  columns(timeframe: Timeframe): CandleColumns;
}

/**
 * The longer timeframes of one series, each aggregated once, when first asked for.
 * Days start at 00:00 UTC, weeks on Monday. Only whole bars: a first bar whose opening candle is not in the series,
 * and a last one that has not closed by the close of the series, are left out. A bar in between is made of the
 * candles it has, like the venue's own.
 */
export class TimeframeAggregator implements Aggregator {
  readonly #columns: CandleColumns;
  readonly #timeframe: Timeframe;
  readonly #made = new Map<Timeframe, CandleColumns>();

  constructor(columns: CandleColumns, timeframe: Timeframe) {
    this.#columns = columns;
    this.#timeframe = timeframe;
  }

  /** @throws RangeError when `timeframe` is not a multiple of the series' own */
  columns(timeframe: Timeframe): CandleColumns {
    let made = this.#made.get(timeframe);
    if (made === undefined) {
      made = resample(fromFirstWholeBar(this.#columns, timeframe), this.#timeframe, timeframe);
      this.#made.set(timeframe, made);
    }
    return made;
  }
}

function fromFirstWholeBar(columns: CandleColumns, timeframe: Timeframe): CandleColumns {
  if (columns.length === 0) return columns;
  const lengthMs = timeframeMs(timeframe);
  const firstMs = columns.time[0]!;
  const openMs = bucketOpen(firstMs, lengthMs, lengthMs === WEEK_MS ? MONDAY_ANCHOR_MS : 0);
  if (openMs === firstMs) return columns;
  return sliceColumns(columns, firstRowAt(columns, openMs + lengthMs), columns.length);
}

/**
 * How many bars a decision bar needs behind it so that at least `bars` whole bars of `higher` have closed by its
 * close, wherever in a higher bar the series starts: the warm-up of a strategy that looks at a longer timeframe.
 * @throws RangeError when `higher` is not a multiple of `base`
 */
export function barsForHigher(base: Timeframe, higher: Timeframe, bars: number): number {
  return Math.max(0, (bars + 1) * timeframeRatio(base, higher) - 2);
}
