import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns, firstRowAt, sliceColumns } from "./candles.ts";
import { bucketOpen, MONDAY_ANCHOR_MS, resample } from "./resample.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, type Timeframe, timeframeMs, WEEK_MS } from "./timeframe.ts";

type Row = readonly [timeMs: number, open: number, high: number, low: number, close: number, volume: number];

function columnsOf(rows: readonly Row[]): CandleColumns {
  const columns = allocateColumns(rows.length);
  rows.forEach(([timeMs, open, high, low, close, volume], i) => {
    columns.time[i] = timeMs;
    columns.open[i] = open;
    columns.high[i] = high;
    columns.low[i] = low;
    columns.close[i] = close;
    columns.volume[i] = volume;
  });
  return columns;
}

const rowsOf = ({ length, time, open, high, low, close, volume }: CandleColumns): Row[] =>
  Array.from({ length }, (_, i) => [time[i]!, open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!]);

const whole = fc.integer({ min: 1, max: 1000 });
const bar = fc.record({ isMissing: fc.boolean(), prices: fc.tuple(whole, whole, whole, whole), volume: whole });
/** Minutes from any minute of a week on, some of them missing; volumes are whole, so that sums are exact. */
const minutes = fc
  .tuple(fc.integer({ min: 0, max: 7 * 1440 }), fc.array(bar, { minLength: 1, maxLength: 200 }))
  .map(([start, bars]) => {
    const rows = bars.flatMap(({ isMissing, prices, volume }, i): Row[] => {
      const [low, open, close, high] = prices.sort((a, b) => a - b);
      return isMissing && i % 3 === 0 ? [] : [[(start + i) * MINUTE_MS, open, high, low, close, volume]];
    });
    return columnsOf(rows);
  });
const longer = fc.constantFrom<Timeframe>("5min", "15min", "30min", "1hour", "2hour");

describe("resample", () => {
  it("takes first open, highest high, lowest low, last close and the sum of volumes", () => {
    const quarters = columnsOf([
      [0, 10, 12, 9, 11, 1],
      [15 * MINUTE_MS, 11, 15, 11, 14, 2],
      [30 * MINUTE_MS, 14, 14, 8, 9, 3],
      [45 * MINUTE_MS, 9, 10, 9, 10, 4],
    ]);
    expect(rowsOf(resample(quarters, "15min", "1hour"))).toEqual([[0, 10, 15, 8, 10, 10]]);
  });

  it("builds a bar from the rows it has and makes none where there are none", () => {
    const rows: Row[] = [
      [30 * MINUTE_MS, 5, 6, 5, 6, 1],
      [2 * HOUR_MS, 7, 7, 7, 7, 2],
      [2 * HOUR_MS + 45 * MINUTE_MS, 8, 8, 8, 8, 3],
    ];
    expect(rowsOf(resample(columnsOf(rows), "15min", "1hour"))).toEqual([
      [0, 5, 6, 5, 6, 1],
      [2 * HOUR_MS, 7, 8, 7, 8, 5],
    ]);
  });

  it("holds the aggregates of exactly the rows inside each bar", () => {
    fc.assert(
      fc.property(minutes, longer, (columns, to) => {
        const resampled = resample(columns, "1min", to);
        const lengthMs = timeframeMs(to);
        for (const [timeMs, open, high, low, close, volume] of rowsOf(resampled)) {
          const inside = rowsOf(
            sliceColumns(columns, firstRowAt(columns, timeMs), firstRowAt(columns, timeMs + lengthMs)),
          );
          expect([open, close]).toEqual([inside[0]![1], inside.at(-1)![4]]);
          expect(high).toBe(Math.max(...inside.map((row) => row[2])));
          expect(low).toBe(Math.min(...inside.map((row) => row[3])));
          expect(volume).toBe(inside.reduce((sum, row) => sum + row[5], 0));
          expect(low).toBeLessThanOrEqual(Math.min(open, close));
          expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
        }
      }),
    );
  });

  it("loses no volume: what is not in a bar belongs to one that has not closed", () => {
    fc.assert(
      fc.property(minutes, longer, (columns, to) => {
        const total = (part: CandleColumns) => part.volume.reduce((sum, value) => sum + value, 0);
        const resampled = resample(columns, "1min", to);
        const last = rowsOf(resampled).at(-1);
        const openFrom = last === undefined ? 0 : firstRowAt(columns, last[0] + timeframeMs(to));
        expect(total(resampled) + total(sliceColumns(columns, openFrom, columns.length))).toBe(total(columns));
      }),
    );
  });

  it("gives the same bars in two steps as in one", () => {
    fc.assert(
      fc.property(minutes, (columns) => {
        const closedByMs = columns.length === 0 ? 0 : columns.time.at(-1)! + MINUTE_MS;
        const quarters = resample(columns, "1min", "15min", { closedByMs: Infinity });
        expect(rowsOf(resample(quarters, "15min", "1hour", { closedByMs }))).toEqual(
          rowsOf(resample(columns, "1min", "1hour")),
        );
      }),
    );
  });

  it("never gives out a bar before its end", () => {
    fc.assert(
      fc.property(minutes, longer, fc.integer({ min: 0, max: 8 * 1440 }), (columns, to, minute) => {
        const nowMs = minute * MINUTE_MS;
        const past = sliceColumns(columns, 0, firstRowAt(columns, nowMs));
        const seen = rowsOf(resample(past, "1min", to, { closedByMs: nowMs }));
        for (const [timeMs] of seen) expect(timeMs + timeframeMs(to)).toBeLessThanOrEqual(nowMs);
        // What has closed is final: later rows do not change it.
        const all = rowsOf(resample(columns, "1min", to, { closedByMs: Infinity }));
        expect(all.slice(0, seen.length)).toEqual(seen);
      }),
    );
  });

  it("returns the rows themselves for the same timeframe", () => {
    fc.assert(
      fc.property(minutes, (columns) => {
        expect(rowsOf(resample(columns, "1min", "1min"))).toEqual(rowsOf(columns));
      }),
    );
  });

  it("starts days at midnight UTC and weeks on Monday, or where a venue starts them", () => {
    const monday = Date.UTC(2024, 0, 1);
    const days = columnsOf(Array.from({ length: 21 }, (_, i) => [monday + (i + 2) * DAY_MS, 1, 1, 1, 1, 1]));
    const weekdays = (columns: CandleColumns) => [...columns.time].map((timeMs) => new Date(timeMs).getUTCDay());
    expect(weekdays(resample(days, "1day", "1week"))).toEqual([1, 1, 1]);
    expect(weekdays(resample(days, "1day", "1week", { anchorMs: 0 }))).toEqual([4, 4, 4]);

    const hours = columnsOf(Array.from({ length: 72 }, (_, i) => [monday + (i + 5) * HOUR_MS, 1, 1, 1, 1, 1]));
    expect([...resample(hours, "1hour", "1day").time]).toEqual([monday, monday + DAY_MS, monday + 2 * DAY_MS]);
  });

  it("has no bars of no rows", () => {
    expect(resample(allocateColumns(0), "1min", "1hour").length).toBe(0);
  });

  it.each([
    ["1hour", "1min"],
    ["8hour", "12hour"],
  ] as const)("refuses %s to %s, which is no multiple", (from, to) => {
    expect(() => resample(allocateColumns(1), from, to)).toThrow(RangeError);
  });
});

describe("bucketOpen", () => {
  it("is the start of the bar that holds a moment", () => {
    expect(bucketOpen(HOUR_MS - 1, HOUR_MS)).toBe(0);
    expect(bucketOpen(HOUR_MS, HOUR_MS)).toBe(HOUR_MS);
    expect(bucketOpen(-1, HOUR_MS)).toBe(-HOUR_MS);
    expect(bucketOpen(0, WEEK_MS, MONDAY_ANCHOR_MS)).toBe(MONDAY_ANCHOR_MS - WEEK_MS);
  });
});
