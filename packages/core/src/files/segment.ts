import { z } from "zod";
import {
  allocateColumns,
  type CandleColumns,
  candleFault,
  isTimeframe,
  type Timeframe,
  timeframeMs,
} from "../market/index.ts";
import { num, toSeconds } from "./wire.ts";

/** A segment never holds more candles: V8 cannot parse an unlimited JSON text. */
export const MAX_SEGMENT_CANDLES = 50_000;

export interface SegmentName {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Half-open range that the segment covers, epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
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

/** The JSON of a segment, one candle a line, keys in the seed's order. */
export function encodeSegment(columns: CandleColumns): string {
  const lines: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    lines.push(
      `{"time":${num(toSeconds(columns.time[i]!))},"open":${num(columns.open[i]!)},"close":${num(columns.close[i]!)},` +
        `"high":${num(columns.high[i]!)},"low":${num(columns.low[i]!)},"volume":${num(columns.volume[i]!)}}`,
    );
  }
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}

interface WireCandle {
  readonly time: number;
  readonly open: number;
  readonly close: number;
  readonly high: number;
  readonly low: number;
  readonly volume: number;
}

const FIELDS = ["time", "open", "close", "high", "low", "volume"] as const;

/**
 * Parses and checks a segment: an array of candles that are sound, ascending and inside the segment's range.
 * @throws Error saying what is wrong and in which row
 */
export function decodeSegment(json: string, name: SegmentName): CandleColumns {
  const rows: unknown = JSON.parse(json);
  if (!Array.isArray(rows)) throw new Error("not an array of candles");
  const columns = allocateColumns(rows.length);
  let previousMs = -Infinity;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as WireCandle | null;
    if (row === null || typeof row !== "object") throw new Error(`row ${i} is not a candle`);
    if (!FIELDS.every((field) => typeof row[field] === "number")) throw new Error(`row ${i} is not a candle`);
    const timeMs = row.time * 1000;
    if (!(timeMs > previousMs)) throw new Error(`row ${i}: time ${String(row.time)} does not ascend`);
    if (timeMs < name.fromMs || timeMs + timeframeMs(name.timeframe) > name.toMs) {
      throw new Error(`row ${i}: time ${row.time} is outside the range in the file name`);
    }
    const fault = candleFault(row.open, row.high, row.low, row.close, row.volume);
    if (fault !== undefined) throw new Error(`row ${i}: ${fault}`);
    columns.time[i] = timeMs;
    columns.open[i] = row.open;
    columns.high[i] = row.high;
    columns.low[i] = row.low;
    columns.close[i] = row.close;
    columns.volume[i] = row.volume;
    previousMs = timeMs;
  }
  return columns;
}

/** `<segment>.meta.json` beside a segment. */
export const segmentMetaSchema = z.object({
  /** Of the segment's bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /**
   * Of the bytes that a rewrite of the same range replaces: the sidecar is written first, so that a crash between
   * the two writes leaves a pair that still matches.
   */
  replaces: z.string().optional(),
  /** Seconds. Of two segments that disagree on a candle the later fetch is right. */
  fetched_at: z.number().nonnegative(),
  /** `ccxt:<exchange>`, `import:<file>` or `synthetic:<generator>`. */
  source: z.string(),
  /** Half-open ranges in seconds that were asked for and answered. */
  covers: z.array(z.tuple([z.number(), z.number()])),
  /** Ranges inside that the source confirmed to hold no candle. */
  asked_empty: z.array(z.tuple([z.number(), z.number()])),
  /** Candles here that replaced a different older copy. */
  revisions: z.number().int().nonnegative(),
  /** Candles in the segment. Sidecars of other programs may leave it out. */
  candle_count: z.number().int().nonnegative().optional(),
});

export type SegmentMeta = z.infer<typeof segmentMetaSchema>;

/** `BTC-USDT_1hour_….json` → `BTC-USDT_1hour_….meta.json` */
export function metaFileName(segmentFile: string): string {
  return segmentFile.replace(/\.json$/, ".meta.json");
}
