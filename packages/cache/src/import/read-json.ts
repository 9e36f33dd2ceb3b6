import { PtError } from "@powertrader/core/errors";
import { candleFault } from "@powertrader/core/market";
import { decimalCommaIn, numberOf, timeOf } from "./parse-values.ts";
import type { RawRows, ReadOptions } from "./raw-rows.ts";
import { Rejections } from "./rejections.ts";
import { RowBuffer } from "./row-buffer.ts";
import { DEFAULT_LAYOUT, layoutOfHeader } from "./row-layout.ts";

/** V8 holds no longer text; candles that large belong into CSV. */
const LARGEST = 500_000_000;

/**
 * Reads candles from a JSON array: objects with named values (the cache's own format), or tuples with time, open, high,
 * low, close, volume in front (Binance klines, freqtrade) or as `options.columns` says. Numbers may be texts.
 *
 * @throws PtError E_IMPORT when it is not an array of such rows
 */
export async function readJson(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<RawRows> {
  const rows = parseArray(await textOf(chunks));
  const valuesOf = rowReader(rows[0], options);
  const buffer = new RowBuffer();
  const rejections = new Rejections();
  rows.forEach((row, i) => {
    const fault = readRow(valuesOf(row), i + 1, buffer);
    if (fault !== undefined) rejections.add(i + 1, fault);
  });
  options.onRows?.(rows.length);
  return { buffer, rejections, read: rows.length, unit: "element" };
}

type Values = readonly [time: unknown, open: unknown, high: unknown, low: unknown, close: unknown, volume: unknown];

/** How to take the six values out of a row, told by the first one. */
function rowReader(first: unknown, options: ReadOptions): (row: unknown) => Values | undefined {
  if (Array.isArray(first) || first === undefined) {
    const { time, open, high, low, close, volume } = options.columns ?? DEFAULT_LAYOUT;
    return (row) =>
      Array.isArray(row) ? [row[time], row[open], row[high], row[low], row[close], row[volume]] : undefined;
  }
  const keys = first !== null && typeof first === "object" ? Object.keys(first) : [];
  const layout = layoutOfHeader(keys, options.symbol);
  if (layout === undefined) {
    throw new PtError("E_IMPORT", "the first element of the array is not a candle", {
      hint: 'Candles look like {"time":1704067200,"open":1,"close":1,"high":1,"low":1,"volume":1}.',
    });
  }
  const [time, open, high, low, close, volume] = (["time", "open", "high", "low", "close", "volume"] as const).map(
    (column) => keys[layout[column]]!,
  ) as [string, string, string, string, string, string];
  return (row) => {
    if (row === null || typeof row !== "object" || Array.isArray(row)) return undefined;
    const named = row as Readonly<Record<string, unknown>>;
    return [named[time], named[open], named[high], named[low], named[close], named[volume]];
  };
}

function readRow(values: Values | undefined, line: number, buffer: RowBuffer): string | undefined {
  if (values === undefined) return "not a candle like the first";
  const timeMs = timeOf(values[0]);
  if (Number.isNaN(timeMs)) return "its time is not a time";
  const [, open, high, low, close, volume] = values.map(numberOf) as [number, number, number, number, number, number];
  const fault = candleFault(open, high, low, close, volume);
  if (fault !== undefined) return decimalCommaIn(values) ?? fault;
  buffer.push(line, timeMs, open, high, low, close, volume);
  return undefined;
}

function parseArray(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch (error) {
    throw new PtError("E_IMPORT", `the JSON is broken: ${(error as Error).message}`, {
      hint: "The file may be cut off; fetch it again.",
      cause: error,
    });
  }
  throw new PtError("E_IMPORT", "the JSON is not an array of candles");
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of chunks) {
    size += piece.length;
    if (size > LARGEST) throw new PtError("E_IMPORT", "more than 500 MB of JSON", { hint: "Import CSV instead." });
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
