import {
  type CandleColumns,
  COLUMN_NAMES,
  candleAt,
  candleFault,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  resample,
  WEEK_MS,
} from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { MARKET_START_MS } from "./calendar.ts";
import { createMarket } from "./market.ts";
import { visibleBars } from "./visible-bars.ts";

const market = createMarket(42);
const MONDAY = Date.UTC(2024, 0, 1);
const NOON = MONDAY + 12 * HOUR_MS;
const LATER = MONDAY + WEEK_MS;

const plain = (columns: CandleColumns) => Object.fromEntries(COLUMN_NAMES.map((name) => [name, [...columns[name]]]));

describe("visibleBars", () => {
  it("shows closed bars as the aggregate of their minutes", () => {
    const range = { fromMs: MONDAY, toMs: MONDAY + DAY_MS };
    const minutes = market.candles("BTC", "1min", range.fromMs, range.toMs);
    for (const timeframe of ["1min", "5min", "30min", "1hour", "4hour", "1day"] as const) {
      expect(plain(visibleBars(market, "BTC", timeframe, range, LATER))).toEqual(
        plain(resample(minutes, "1min", timeframe)),
      );
    }
  });

  it("counts a bar by its open time, at both ends", () => {
    const range = { fromMs: MONDAY + 1, toMs: MONDAY + 2 * HOUR_MS + 1 };
    expect([...visibleBars(market, "BTC", "1hour", range, LATER).time]).toEqual([
      MONDAY + HOUR_MS,
      MONDAY + 2 * HOUR_MS,
    ]);
    const last = visibleBars(market, "BTC", "1hour", range, LATER);
    const whole = visibleBars(market, "BTC", "1hour", { fromMs: MONDAY, toMs: NOON }, LATER);
    expect(candleAt(last, 1)).toEqual(candleAt(whole, 2));
  });

  it("starts weeks on Thursday, and the first one with the market", () => {
    const { time, open } = visibleBars(market, "BTC", "1week", { fromMs: 0, toMs: Date.UTC(2018, 0) }, LATER);
    expect([...time].every((timeMs) => timeMs % WEEK_MS === 0)).toBe(true);
    expect(time[0]).toBe(Date.UTC(2016, 11, 29));
    expect(open[0]).toBe(market.candles("BTC", "1min", MARKET_START_MS, MARKET_START_MS + MINUTE_MS).open[0]);
  });

  it("shows nothing of a bar that opens now, and a little of it a second later", () => {
    const range = { fromMs: NOON, toMs: NOON + HOUR_MS };
    expect(visibleBars(market, "BTC", "1hour", range, NOON)).toHaveLength(0);
    const bar = candleAt(visibleBars(market, "BTC", "1hour", range, NOON + 1_000), 0);
    const minute = candleAt(market.candles("BTC", "1min", NOON, NOON + MINUTE_MS), 0);
    expect(bar).toMatchObject({ open: minute.open, high: minute.open, low: minute.open, close: minute.open });
    expect(bar.volume).toBeCloseTo(minute.volume / 60, 1);
  });

  it.each(["1min", "15min", "1hour", "1day", "1week"] as const)("grows an open bar of %s without taking back", (tf) => {
    let before = { high: 0, low: Infinity, volume: 0 };
    for (let nowMs = NOON + 7_000; nowMs < NOON + MINUTE_MS; nowMs += 7_000) {
      const bars = visibleBars(market, "BTC", tf, { fromMs: MONDAY - WEEK_MS, toMs: LATER }, nowMs);
      const bar = candleAt(bars, bars.length - 1);
      expect(candleFault(bar.open, bar.high, bar.low, bar.close, bar.volume)).toBeUndefined();
      expect(bar.high).toBeGreaterThanOrEqual(before.high);
      expect(bar.low).toBeLessThanOrEqual(before.low);
      expect(bar.volume).toBeGreaterThan(before.volume);
      before = bar;
    }
  });

  it("shows an open bar inside the bar that it will have been", () => {
    const range = { fromMs: MONDAY, toMs: MONDAY + DAY_MS };
    const open = candleAt(visibleBars(market, "BTC", "1day", range, NOON + 90_500), 0);
    const whole = candleAt(visibleBars(market, "BTC", "1day", range, LATER), 0);
    expect(open.open).toBe(whole.open);
    expect(open.high).toBeLessThanOrEqual(whole.high);
    expect(open.low).toBeGreaterThanOrEqual(whole.low);
    expect(open.volume).toBeLessThan(whole.volume);
  });
});
