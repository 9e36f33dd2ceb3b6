import { z } from "zod";
import {
  allocateColumns,
  type CandleColumns,
  COLUMN_NAMES,
  candleFault,
  isTimeframe,
  type Timeframe,
  timeframeMs,
} from "../market/index.ts";
import { decodeRows, encodeRows, type RowFormat, type SegmentSpan } from "./row-format.ts";
import { num, toSeconds } from "./wire.ts";

/** A segment never holds more rows: V8 cannot parse an unlimited JSON text. */
export const MAX_SEGMENT_ROWS = 50_000;

export interface SegmentName extends SegmentSpan {
  readonly symbol: string;
}

const NAME = /^([A-Z0-9]{1,20}-[A-Z0-9]{1,20})_([0-9a-z]+)_(\d{1,11})_(\d{1,11})\.json$/;

/** `BTC-USDT_1hour_1704067200_1706745600.json` */
export function segmentFileName(name: SegmentName): string {
  return `${seriesKey(name.symbol, name.timeframe)}_${toSeconds(name.fromMs)}_${toSeconds(name.toMs)}.json`;
}

/** Reads a segment's file name; `undefined` when it is not one. */
export function parseSegmentFileName(file: string): SegmentName | undefined {
  const match = NAME.exec(file);
  if (match === null || !isTimeframe(match[2]!)) return undefined;
  const fromMs = Number(match[3]) * 1000;
  const toMs = Number(match[4]) * 1000;
  return fromMs < toMs ? { symbol: match[1]!, timeframe: match[2], fromMs, toMs } : undefined;
}

/** `BTC-USDT_1hour`, the key of a series in the index. */
export function seriesKey(symbol: string, timeframe: Timeframe): string {
  return `${symbol}_${timeframe}`;
}

const FIELDS = ["time", "open", "close", "high", "low", "volume"] as const;

/** The JSON of a segment, one candle a line, keys in the seed's order. */
export function encodeSegment(columns: CandleColumns): string {
  const { open, close, high, low, volume } = columns;
  return encodeRows(
    columns,
    (i) =>
      `"open":${num(open[i]!)},"close":${num(close[i]!)},"high":${num(high[i]!)},"low":${num(low[i]!)},` +
      `"volume":${num(volume[i]!)}`,
  );
}

/**
 * Parses and checks a segment: an array of candles that are sound, ascending and inside the segment's range.
 * @throws Error saying what is wrong and in which row
 */
export function decodeSegment(json: string, name: SegmentName): CandleColumns {
  return decodeRows<CandleColumns>(json, name, {
    noun: "a candle",
    fields: FIELDS,
    lengthMs: timeframeMs(name.timeframe),
    allocate: allocateColumns,
    take(columns, i, row) {
      const [open, high, low, close, volume] = [row.open!, row.high!, row.low!, row.close!, row.volume!];
      columns.open[i] = open;
      columns.high[i] = high;
      columns.low[i] = low;
      columns.close[i] = close;
      columns.volume[i] = volume;
      return candleFault(open, high, low, close, volume);
    },
  });
}

/** Candles, traded or of a mark price. */
export const CANDLE_ROWS: RowFormat<CandleColumns> = {
  columnsOf: (columns) => COLUMN_NAMES.map((name) => columns[name]),
  rowsOf: ([time, open, high, low, close, volume]) => {
    return { length: time!.length, time: time!, open: open!, high: high!, low: low!, close: close!, volume: volume! };
  },
  allocate: allocateColumns,
  encode: encodeSegment,
  decode: decodeSegment,
};

/** `<segment>.meta.json` beside a segment. */
export const segmentMetaSchema = z.object({
  /** Of the segment's bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /**
   * Of the bytes that a rewrite of the same range replaces: the sidecar is written first, so that a crash between
   * the two writes leaves a pair that still matches.
   */
  replaces: z.string().optional(),
  /** Seconds. Of two segments that disagree on a row the later fetch is right. */
  fetched_at: z.number().nonnegative(),
  /** `ccxt:<exchange>`, `import:<file>` or `synthetic:<generator>`. */
  source: z.string(),
  /** Half-open ranges in seconds that were asked for and answered. */
  covers: z.array(z.tuple([z.number(), z.number()])),
  /** Ranges inside that the source confirmed to hold no row. */
  asked_empty: z.array(z.tuple([z.number(), z.number()])),
  /** Rows here that replaced a different older copy. */
  revisions: z.number().int().nonnegative(),
  /** Rows of the segment. Sidecars of other programs may leave it out. */
  candle_count: z.number().int().nonnegative().optional(),
});

export type SegmentMeta = z.infer<typeof segmentMetaSchema>;

/** `BTC-USDT_1hour_….json` → `BTC-USDT_1hour_….meta.json` */
export function metaFileName(segmentFile: string): string {
  return segmentFile.replace(/\.json$/, ".meta.json");
}
