import { decodeRows, encodeRows, type RowFormat, type SegmentSpan, type SeriesRows } from "./row-format.ts";
import { num } from "./wire.ts";

/** Settlements of a perpetual future as columns, oldest first. */
export interface FundingColumns extends SeriesRows {
  /** When the holders of the moment paid or were paid, epoch milliseconds. */
  readonly time: Float64Array;
  /** Share of the position's value that longs paid to shorts; below zero shorts paid. */
  readonly rate: Float64Array;
}

/** Why a number cannot be a funding rate, or `undefined` when it can. */
export function fundingRateFault(rate: number): string | undefined {
  if (Number.isNaN(rate)) return "the rate is missing";
  return Math.abs(rate) < 1 ? undefined : "the rate is not between -1 and 1";
}

/** The JSON of a segment, one settlement a line. */
export function encodeFundingSegment({ length, time, rate }: FundingColumns): string {
  return encodeRows({ length, time }, (i) => `"rate":${num(rate[i]!)}`);
}

/**
 * Parses and checks a segment: an array of settlements that are sound, ascending and inside the segment's range.
 * @throws Error saying what is wrong and in which row
 */
export function decodeFundingSegment(json: string, span: SegmentSpan): FundingColumns {
  return decodeRows<FundingColumns>(json, span, {
    noun: "a settlement",
    fields: ["time", "rate"],
    lengthMs: 1, // a moment
    allocate,
    take(rows, i, row) {
      rows.rate[i] = row.rate!;
      return fundingRateFault(row.rate!);
    },
  });
}

function allocate(length: number): FundingColumns {
  return { length, time: new Float64Array(length), rate: new Float64Array(length) };
}

export const FUNDING_ROWS: RowFormat<FundingColumns> = {
  columnsOf: ({ time, rate }) => [time, rate],
  rowsOf: ([time, rate]) => ({ length: time!.length, time: time!, rate: rate! }),
  allocate,
  encode: encodeFundingSegment,
  decode: decodeFundingSegment,
};
