import {
  CANDLE_ROWS,
  FUNDING_ROWS,
  fundingRateFault,
  type RowFormat,
  type RowsOfKind,
  type SeriesKind,
  type SeriesRows,
} from "@powertrader/core/files";
import { COLUMN_NAMES, candleFault, MINUTE_MS } from "@powertrader/core/market";
import { barJudge, type SeriesRules, settlementJudge } from "./time-judges.ts";

/** What a file of one kind of series must say, and how to judge it. */
export interface RowSchema<R extends SeriesRows> {
  readonly format: RowFormat<R>;
  /** What rows are called in messages. */
  readonly noun: string;
  /** What a file must say of a row, time first, in the order of the format's columns. Columns beyond are 0. */
  readonly columns: readonly string[];
  /** What files call the columns, the surer names first. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** A line is a header when it names this many of these columns. */
  readonly header: { readonly of: readonly string[]; readonly atLeast: number };
  /** Columns that are numbers in the first row of a file without header. */
  readonly sure: readonly string[];
  /** A row as JSON object. */
  readonly example: string;
  /** The moment that a time in a file means. */
  readonly momentOf: (timeMs: number) => number;
  /** Why the values of a row, in the order of the format's columns, are none. */
  readonly fault: (values: Float64Array) => string | undefined;
  /** Says why no row of the series can have a time. */
  readonly timeJudge: (rows: SeriesRows, rules: SeriesRules) => (timeMs: number) => string | undefined;
}

const TIME_NAMES = [
  "time",
  "ts",
  "timestamp",
  "unix",
  "unix timestamp",
  "unix time",
  "ts unix seconds",
  "open time",
  "opentime",
  "start",
  "datetime",
  "date",
  "",
];

const PRICE_NAMES = {
  time: TIME_NAMES,
  open: ["open", "o", "open price"],
  high: ["high", "h", "high price"],
  low: ["low", "l", "low price"],
  close: ["close", "c", "close price"],
};

const CANDLES: RowSchema<RowsOfKind["candles"]> = {
  format: CANDLE_ROWS,
  noun: "candle",
  columns: COLUMN_NAMES,
  names: { ...PRICE_NAMES, volume: ["volume", "vol", "v", "base volume", "volume base"] },
  header: { of: ["open", "high", "low", "close"], atLeast: 3 },
  sure: ["open", "close"],
  example: '{"time":1704067200,"open":1,"close":1,"high":1,"low":1,"volume":1}',
  momentOf: (timeMs) => timeMs,
  fault: (values) => candleFault(values[1]!, values[2]!, values[3]!, values[4]!, values[5]!),
  timeJudge: barJudge,
};

/** A mark price has no volume: whatever a file says there is passed over. */
const MARK: RowSchema<RowsOfKind["mark"]> = {
  ...CANDLES,
  noun: "mark candle",
  columns: COLUMN_NAMES.filter((name) => name !== "volume"),
  names: PRICE_NAMES,
  example: '{"time":1704067200,"open":1,"close":1,"high":1,"low":1}',
};

/** Venues note when they were done with a settlement, some seconds at most off the minute that it is of. */
const SETTLEMENT_JITTER_MS = 15_000;

const FUNDING: RowSchema<RowsOfKind["funding"]> = {
  format: FUNDING_ROWS,
  noun: "settlement",
  columns: ["time", "rate"],
  names: {
    time: [...TIME_NAMES.slice(0, -1), "funding time", "fundingtime", "fundingratetimestamp", "calc time", ""],
    rate: ["rate", "funding rate", "fundingrate", "last funding rate"],
  },
  header: { of: ["rate"], atLeast: 1 },
  sure: ["rate"],
  example: '{"time":1704067200,"rate":0.0001}',
  momentOf(timeMs) {
    const minuteMs = Math.round(timeMs / MINUTE_MS) * MINUTE_MS;
    return Math.abs(timeMs - minuteMs) <= SETTLEMENT_JITTER_MS ? minuteMs : timeMs;
  },
  fault: (values) => fundingRateFault(values[1]!),
  timeJudge: settlementJudge,
};

export const ROW_SCHEMAS: { readonly [K in SeriesKind]: RowSchema<RowsOfKind[K]> } = {
  candles: CANDLES,
  mark: MARK,
  funding: FUNDING,
};
