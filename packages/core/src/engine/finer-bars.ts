import { type Candle, type CandleColumns, firstRowAt } from "../market/candles.ts";

/** Bars of one coin at a finer timeframe than the run's. */
export interface FinerSeries {
  readonly timeframeMs: number;
  readonly columns: CandleColumns;
}

/** A bar and when it was. */
export interface TimedBar extends Candle {
  readonly openMs: number;
  readonly closeMs: number;
}

/**
 * The bars of `finer` inside `bar`, oldest first: those of the coarsest timeframe that divides the bar and has any
 * there. Empty when none has.
 * @param finer - coarsest first
 */
export function barsInside(bar: TimedBar, finer: readonly FinerSeries[]): readonly TimedBar[] {
  const lengthMs = bar.closeMs - bar.openMs;
  for (const { timeframeMs, columns } of finer) {
    if (timeframeMs >= lengthMs || lengthMs % timeframeMs !== 0) continue;
    const from = firstRowAt(columns, bar.openMs);
    const to = firstRowAt(columns, bar.closeMs);
    if (to > from) return Array.from({ length: to - from }, (_, i) => timedBar(columns, from + i, timeframeMs));
  }
  return [];
}

/** Row `i` of `columns` with its time. Every key is written out: exits ask for a bar often, and spreading is slow. */
export function timedBar(columns: CandleColumns, i: number, timeframeMs: number): TimedBar {
  const openMs = columns.time[i]!;
  return {
    open: columns.open[i]!,
    high: columns.high[i]!,
    low: columns.low[i]!,
    close: columns.close[i]!,
    volume: columns.volume[i]!,
    openMs,
    closeMs: openMs + timeframeMs,
  };
}
