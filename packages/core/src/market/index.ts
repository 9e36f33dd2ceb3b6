export {
  allocateColumns,
  type Candle,
  type CandleColumns,
  COLUMN_NAMES,
  candleAt,
  candleFault,
  columnsOver,
  firstRowAt,
  sliceColumns,
} from "./candles.ts";
export { GrowingAggregator } from "./growing-aggregator.ts";
export { GrowingColumns } from "./growing-columns.ts";
export { missingRanges, type TimeRange, unionRanges } from "./ranges.ts";
export { bucketOpen, MONDAY_ANCHOR_MS, type ResampleOptions, resample } from "./resample.ts";
export { parseCoin, parseCoins, parseExchange, parseSymbol, printable } from "./symbol.ts";
export {
  DAY_MS,
  HOUR_MS,
  isTimeframe,
  MINUTE_MS,
  parseTimeframe,
  shortTimeframe,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
  timeframeRatio,
  WEEK_MS,
} from "./timeframe.ts";
export { type Aggregator, barsForHigher, TimeframeAggregator } from "./timeframe-aggregator.ts";
