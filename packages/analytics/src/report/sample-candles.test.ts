import { allocateColumns, HOUR_MS, WEEK_MS } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { sampleCandles } from "./sample-candles.ts";

const START = Date.UTC(2024, 0, 1);

const hourly = (count: number, price = (i: number) => 100 + i) => {
  const columns = allocateColumns(count);
  for (let i = 0; i < count; i++) {
    columns.time[i] = START + i * HOUR_MS;
    columns.open[i] = price(i);
    columns.high[i] = price(i) + 2;
    columns.low[i] = price(i) - 2;
    columns.close[i] = price(i) + 1;
    columns.volume[i] = 1;
  }
  return columns;
};

describe("sampleCandles", () => {
  it("leaves a short series alone", () => {
    const bars = hourly(10);
    expect(sampleCandles(bars, HOUR_MS, 10)).toEqual({ columns: bars, lengthMs: HOUR_MS });
  });

  it("merges bars into the next longer timeframe, on the clock, extremes kept", () => {
    const { columns, lengthMs } = sampleCandles(hourly(10), HOUR_MS, 4); // 2.5 hours wanted
    expect(lengthMs).toBe(4 * HOUR_MS);
    expect([...columns.time]).toEqual([START, START + 4 * HOUR_MS, START + 8 * HOUR_MS]);
    expect([...columns.open]).toEqual([100, 104, 108]);
    expect([...columns.high]).toEqual([105, 109, 111]);
    expect([...columns.low]).toEqual([98, 102, 106]);
    expect([...columns.close]).toEqual([104, 108, 110]);
    expect([...columns.volume]).toEqual([4, 4, 2]);
  });

  it("merges into several weeks when nothing shorter is enough", () => {
    const { columns, lengthMs } = sampleCandles(hourly(24 * 7 * 10), HOUR_MS, 4);
    expect(lengthMs).toBe(3 * WEEK_MS);
    expect(columns.length).toBeLessThanOrEqual(5);
  });

  it("is empty for an empty series", () => {
    expect(sampleCandles(hourly(0), HOUR_MS, 4).columns.length).toBe(0);
  });
});
