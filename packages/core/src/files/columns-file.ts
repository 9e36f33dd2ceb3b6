import { type CandleColumns, COLUMN_NAMES, columnsOver } from "../market/index.ts";
import { sha256 } from "./hash.ts";

/** Bytes of one row in the column format: time, open, high, low, close, volume as little-endian Float64. */
export const BYTES_PER_ROW = COLUMN_NAMES.length * 8;

/** The bytes of the column format without copying: one piece a column. Times are epoch milliseconds. */
export function encodeColumns(columns: CandleColumns): readonly Uint8Array[] {
  return COLUMN_NAMES.map((name) => {
    const column = columns[name];
    return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  });
}

/** Columns over the bytes of a column file, or `undefined` when its size is not a whole number of rows. */
export function decodeColumns(bytes: ArrayBuffer): CandleColumns | undefined {
  if (bytes.byteLength % BYTES_PER_ROW !== 0) return undefined;
  return columnsOver(bytes, bytes.byteLength / BYTES_PER_ROW);
}

/** Hashes that reading has verified already; candles never change once they are read. */
const verified = new WeakMap<CandleColumns, string>();

/** sha256 of the bytes of the column format. */
export function hashColumns(columns: CandleColumns): string {
  return verified.get(columns) ?? sha256(encodeColumns(columns));
}

/** Columns over the bytes of a column file when their sha256 is `expected`, else `undefined`. */
export function decodeVerified(bytes: ArrayBuffer, expected: string): CandleColumns | undefined {
  const columns = decodeColumns(bytes);
  if (columns === undefined || sha256(new Uint8Array(bytes)) !== expected) return undefined;
  verified.set(columns, expected);
  return columns;
}
