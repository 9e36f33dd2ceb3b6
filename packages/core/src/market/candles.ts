/** One bar as an object, for boundaries and tests; inside the engine candles are columns. */
export interface Candle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Base units traded. */
  readonly volume: number;
}

/**
 * Closed candles as columns, oldest first. All columns have `length` rows.
 * Row `i` covers `[time[i], time[i] + timeframe)`; prices are quote per base, volume is base units.
 */
export interface CandleColumns {
  readonly length: number;
  /** Open time, epoch milliseconds. */
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** Column names in the order of the column file format. */
export const COLUMN_NAMES = ["time", "open", "high", "low", "close", "volume"] as const;

export function allocateColumns(length: number): CandleColumns {
  return columnsOver(new ArrayBuffer(length * COLUMN_NAMES.length * 8), length);
}

/** Columns laid out one after another over `buffer` (the layout of the column file format). */
export function columnsOver(buffer: ArrayBuffer, length: number): CandleColumns {
  const column = (index: number) => new Float64Array(buffer, index * length * 8, length);
  return {
    length,
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

/** Rows `[from, to)` as views on the same memory. */
export function sliceColumns(columns: CandleColumns, from: number, to: number): CandleColumns {
  return {
    length: to - from,
    time: columns.time.subarray(from, to),
    open: columns.open.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    close: columns.close.subarray(from, to),
    volume: columns.volume.subarray(from, to),
  };
}

/** First row whose time is at or after `timeMs` (`length` when none is). */
export function firstRowAt({ time, length }: Pick<CandleColumns, "time" | "length">, timeMs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Row `i` as an object. */
export function candleAt(columns: CandleColumns, i: number): Candle {
  return {
    open: columns.open[i]!,
    high: columns.high[i]!,
    low: columns.low[i]!,
    close: columns.close[i]!,
    volume: columns.volume[i]!,
  };
}

/**
 * Why row values cannot be a candle, or `undefined` when they can.
 * Prices are positive and finite, high and low enclose open and close, volume is finite and not negative.
 */
export function candleFault(
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
): string | undefined {
  if (!(open > 0 && high > 0 && low > 0 && close > 0)) return "a price is missing, zero or negative";
  if (!(open < Infinity && high < Infinity && low < Infinity && close < Infinity)) return "a price is infinite";
  if (high < low || high < open || high < close) return "high is below another price";
  if (low > open || low > close) return "low is above another price";
  if (!(volume >= 0 && volume < Infinity)) return "volume is missing, negative or infinite";
  return undefined;
}
