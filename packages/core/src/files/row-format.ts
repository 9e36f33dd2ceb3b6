import type { Timeframe, TimeRange } from "../market/index.ts";
import { num, toSeconds } from "./wire.ts";

/** Rows of a series as columns, oldest first; every column has `length` rows. */
export interface SeriesRows {
  readonly length: number;
  /** Epoch milliseconds, ascending. */
  readonly time: Float64Array;
}

/** Where the rows of a segment lie: the half-open range that it covers. */
export interface SegmentSpan extends TimeRange {
  readonly timeframe: Timeframe;
}

/** How rows of one kind stand in memory and in segments. Everything else of the cache is the same for all kinds. */
export interface RowFormat<R extends SeriesRows> {
  /** All columns, time first, in one order. */
  columnsOf(rows: R): readonly Float64Array[];
  /** Rows over columns in the order of `columnsOf`. */
  rowsOf(columns: readonly Float64Array[]): R;
  /** Rows to be filled in. */
  allocate(length: number): R;
  /** The JSON of a segment, one row a line. */
  encode(rows: R): string;
  /** @throws Error saying what is wrong and in which row */
  decode(json: string, span: SegmentSpan): R;
}

/** Rows `[from, to)` as views on the same memory. */
export function sliceRows<R extends SeriesRows>(format: RowFormat<R>, rows: R, from: number, to: number): R {
  return format.rowsOf(format.columnsOf(rows).map((column) => column.subarray(from, to)));
}

/** The JSON of a segment. @param fields - of row `i` without its time and the braces */
export function encodeRows({ length, time }: SeriesRows, fields: (i: number) => string): string {
  const lines: string[] = [];
  for (let i = 0; i < length; i++) lines.push(`{"time":${num(toSeconds(time[i]!))},${fields(i)}}`);
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}

/** What rows of a kind look like in a segment. */
interface WireRows<R extends SeriesRows> {
  /** What a row is called, with its article. */
  readonly noun: string;
  /** Fields that are numbers, `time` among them. */
  readonly fields: readonly string[];
  /** How long after its time a row reaches: a bar lies inside the range of its segment as a whole. */
  readonly lengthMs: number;
  readonly allocate: (length: number) => R;
  /** Takes over the values of a row; says why when they are none. */
  readonly take: (rows: R, i: number, row: Readonly<Record<string, number>>) => string | undefined;
}

/**
 * Parses and checks a segment: an array of rows that are sound, ascending and inside the segment's range.
 * @throws Error saying what is wrong and in which row
 */
export function decodeRows<R extends SeriesRows>(json: string, span: SegmentSpan, wire: WireRows<R>): R {
  const values: unknown = JSON.parse(json);
  if (!Array.isArray(values)) throw new Error(`not an array of ${wire.noun.replace(/^an? /, "")}s`);
  const rows = wire.allocate(values.length);
  let previousMs = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const row = values[i] as Readonly<Record<string, number>> | null;
    if (row === null || typeof row !== "object") throw new Error(`row ${i} is not ${wire.noun}`);
    if (!wire.fields.every((field) => typeof row[field] === "number")) throw new Error(`row ${i} is not ${wire.noun}`);
    const timeMs = row.time! * 1000;
    if (!(timeMs > previousMs)) throw new Error(`row ${i}: time ${String(row.time)} does not ascend`);
    if (timeMs < span.fromMs || timeMs + wire.lengthMs > span.toMs) {
      throw new Error(`row ${i}: time ${row.time} is outside the range in the file name`);
    }
    rows.time[i] = timeMs;
    const fault = wire.take(rows, i, row);
    if (fault !== undefined) throw new Error(`row ${i}: ${fault}`);
    previousMs = timeMs;
  }
  return rows;
}
