import { describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns } from "./candles.ts";
import { HOUR_MS, MINUTE_MS, TIMEFRAMES, timeframeMs } from "./timeframe.ts";
import { barsForHigher, TimeframeAggregator } from "./timeframe-aggregator.ts";

/** Bars that open at these multiples of `lengthMs`, each closing at its own number. */
function opening(opens: readonly number[], lengthMs: number): CandleColumns {
  const columns = allocateColumns(opens.length);
  opens.forEach((at, i) => {
    columns.time[i] = at * lengthMs;
    for (const price of [columns.open, columns.high, columns.low, columns.close]) price[i] = at;
    columns.volume[i] = 1;
  });
  return columns;
}
const count = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("TimeframeAggregator", () => {
  it("leaves out a first bar whose opening candle is missing and a last one that has not closed", () => {
    const quarters = new TimeframeAggregator(opening(count(1, 15), 15 * MINUTE_MS), "15min");
    const hours = quarters.columns("1hour");
    expect([...hours.time]).toEqual([HOUR_MS, 2 * HOUR_MS]);
    expect([...hours.open, ...hours.close, ...hours.volume]).toEqual([4, 8, 7, 11, 4, 4]);
  });

  it("keeps a first bar from its opening candle on, and a last one up to its last moment", () => {
    const quarters = new TimeframeAggregator(opening(count(4, 8), 15 * MINUTE_MS), "15min");
    expect([...quarters.columns("1hour").time]).toEqual([HOUR_MS]);
  });

  it("makes bars with a hole of the candles there are, and none where there are none", () => {
    const quarters = new TimeframeAggregator(opening([0, 1, 2, 3, 5, 7, 16, 17, 18, 19], 15 * MINUTE_MS), "15min");
    const hours = quarters.columns("1hour");
    expect([...hours.time]).toEqual([0, HOUR_MS, 4 * HOUR_MS]);
    expect([...hours.open]).toEqual([0, 5, 16]);
    expect([...hours.volume]).toEqual([4, 2, 4]);
  });

  it("has no bars where the series holds no whole one", () => {
    expect(new TimeframeAggregator(opening([], HOUR_MS), "1hour").columns("1day").length).toBe(0);
    expect(new TimeframeAggregator(opening(count(1, 47), HOUR_MS), "1hour").columns("1day").length).toBe(0);
    expect(new TimeframeAggregator(opening(count(1, 48), HOUR_MS), "1hour").columns("1day").length).toBe(1);
  });

  it("makes each timeframe once, and takes no more memory than its rows need", () => {
    const hours = new TimeframeAggregator(opening(count(0, 2400), HOUR_MS), "1hour");
    expect(hours.columns("1day")).toBe(hours.columns("1day"));
    expect(hours.columns("1day").time.buffer.byteLength).toBe(100 * 6 * 8);
  });

  it("refuses what is no multiple", () => {
    const hours = new TimeframeAggregator(opening([0], HOUR_MS), "1hour");
    expect(() => hours.columns("30min")).toThrow(new RangeError("30min is not a multiple of 1hour"));
  });
});

describe("barsForHigher", () => {
  it("is just enough bars behind a decision for so many longer ones, wherever the series starts", () => {
    for (const higher of TIMEFRAMES) {
      const ratio = timeframeMs(higher) / timeframeMs("5min");
      if (!Number.isInteger(ratio) || ratio > 96) continue;
      for (const bars of [0, 1, 2, 5]) {
        const wanted = barsForHigher("5min", higher, bars);
        const had = count(0, ratio).map((start) => {
          const series = opening(count(start, start + wanted + 1), 5 * MINUTE_MS);
          return new TimeframeAggregator(series, "5min").columns(higher).length;
        });
        expect(Math.min(...had), `${bars} ${higher}`).toBeGreaterThanOrEqual(bars);
        if (wanted === 0) continue;
        const fewer = count(0, ratio).map((start) => {
          const series = opening(count(start, start + wanted), 5 * MINUTE_MS);
          return new TimeframeAggregator(series, "5min").columns(higher).length;
        });
        expect(Math.min(...fewer), `${bars} ${higher}`).toBeLessThan(Math.max(bars, 1));
      }
    }
  });

  it("refuses what is no multiple", () => {
    expect(() => barsForHigher("1day", "4hour", 50)).toThrow(new RangeError("4hour is not a multiple of 1day"));
  });
});
