import {
  type CandleColumns,
  COLUMN_NAMES,
  candleAt,
  candleFault,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  resample,
  TIMEFRAMES,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MARKET_START_MS } from "./calendar.ts";
import { cutColumns } from "./columns.ts";
import { VOLUME_STEP } from "./day-candles.ts";
import { createMarket } from "./market.ts";

const JANUARY = Date.UTC(2024, 0, 1);
const YEAR_MS = 365 * DAY_MS;

const plain = (columns: CandleColumns) => Object.fromEntries(COLUMN_NAMES.map((name) => [name, [...columns[name]]]));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  const variance = (values: readonly number[], centre: number) => mean(values.map((value) => (value - centre) ** 2));
  return covariance / Math.sqrt(variance(a, meanA) * variance(b, meanB));
}

const returnsOf = ({ open, close }: CandleColumns) => Array.from(close, (price, i) => Math.log(price / open[i]!));
const hourlyReturns = (coin: string, seed: number, fromMs: number, toMs: number) =>
  returnsOf(createMarket(seed).candles(coin, "1hour", fromMs, toMs));

const deviation = (returns: readonly number[]) => Math.sqrt(mean(returns.map((value) => value ** 2)));

describe("createMarket", () => {
  it("gives a minute the same candle whatever range it is asked in", () => {
    const whole = createMarket(42).candles("ETH", "1min", JANUARY, JANUARY + 5 * DAY_MS);
    const minute = fc.integer({ min: 0, max: 5 * 1440 });
    fc.assert(
      fc.property(minute, minute, (a, b) => {
        const [fromMs, toMs] = [JANUARY + Math.min(a, b) * MINUTE_MS, JANUARY + Math.max(a, b) * MINUTE_MS];
        const part = createMarket(42).candles("ETH", "1min", fromMs, toMs);
        expect(plain(part)).toEqual(plain(cutColumns(whole, fromMs, toMs)));
      }),
      { numRuns: 20 },
    );
  });

  it("is the same market on every machine and in every version", () => {
    const market = createMarket(42);
    const hour = market.candles("BTC", "1hour", JANUARY, JANUARY + 1);
    expect(candleAt(hour, 0)).toEqual({
      open: 15135.4,
      high: 15146.6,
      low: 15014.9,
      close: 15106.7,
      volume: 1923.859375,
    });
    const minute = market.candles("DOGE", "1min", JANUARY, JANUARY + 1);
    expect(candleAt(minute, 0)).toEqual({
      open: 0.1130352,
      high: 0.1131132,
      low: 0.1130352,
      close: 0.1130991,
      volume: 488887.125,
    });
  });

  it("is another market with another seed", () => {
    const closes = (seed: number) => plain(createMarket(seed).candles("BTC", "1hour", JANUARY, JANUARY + DAY_MS)).close;
    expect(closes(1)).not.toEqual(closes(2));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the seed %s", (seed) => {
    expect(() => createMarket(seed)).toThrow(RangeError);
  });

  it("has a candle for every minute of a range, and none outside or before 2017", () => {
    const market = createMarket(42);
    const { time } = market.candles("BTC", "1min", JANUARY + 90_000, JANUARY + DAY_MS + 1);
    expect(time).toHaveLength(1440 - 2 + 1); // 00:02 to 00:00 of the next day
    expect([time[0], time.at(-1)]).toEqual([JANUARY + 2 * MINUTE_MS, JANUARY + DAY_MS]);
    expect(market.candles("BTC", "1min", MARKET_START_MS - WEEK_MS, MARKET_START_MS)).toHaveLength(0);
    expect(market.candles("BTC", "1min", JANUARY, JANUARY - DAY_MS)).toHaveLength(0);
  });

  it("makes sound candles that continue one another, in steps of volume, from 2017 to 2027", () => {
    for (const coin of ["BTC", "DOGE", "SHRIMP"]) {
      const market = createMarket(42);
      for (let fromMs = MARKET_START_MS; fromMs < Date.UTC(2028, 0, 1); fromMs += 29 * DAY_MS) {
        const candles = market.candles(coin, "1min", fromMs - MINUTE_MS, fromMs + DAY_MS);
        for (let i = 0; i < candles.length; i++) {
          const { open, high, low, close, volume } = candleAt(candles, i);
          const fault =
            candleFault(open, high, low, close, volume) ??
            (i > 0 && open !== candles.close[i - 1] ? "does not open at the close before" : undefined) ??
            (volume > 0 && Number.isInteger(volume / VOLUME_STEP) ? undefined : "volume is not in steps");
          if (fault !== undefined) expect.fail(`${coin} ${new Date(candles.time[i]!).toISOString()}: ${fault}`);
        }
      }
    }
  });

  it("aggregates exactly, by any way through the timeframes", () => {
    const market = createMarket(42);
    const chains = TIMEFRAMES.flatMap((middle) =>
      TIMEFRAMES.filter((last) => last !== middle && timeframeMs(last) % timeframeMs(middle) === 0).map(
        (last) => [middle, last] as const,
      ),
    );
    const day = fc.integer({ min: 0, max: 4_000 });
    fc.assert(
      fc.property(fc.constantFrom(...chains), day, fc.integer({ min: 1, max: 9 }), ([middle, last], first, days) => {
        const fromMs = MARKET_START_MS + first * DAY_MS;
        const minutes = market.candles("XRP", "1min", fromMs, fromMs + days * DAY_MS);
        const options = { anchorMs: 0, closedByMs: Infinity };
        const stepwise = resample(resample(minutes, "1min", middle, options), middle, last, options);
        expect(plain(stepwise)).toEqual(plain(resample(minutes, "1min", last, options)));
      }),
      { numRuns: 30 },
    );
  });

  it("tells hours that are exactly their minutes", () => {
    const market = createMarket(42);
    const minutes = market.candles("BTC", "1min", JANUARY, JANUARY + 3 * DAY_MS);
    const hours = market.candles("BTC", "1hour", JANUARY, JANUARY + 3 * DAY_MS);
    expect(plain(hours)).toEqual(plain(resample(minutes, "1min", "1hour")));
  });

  it("makes only the days of the range, and those once", () => {
    const market = createMarket(42);
    market.candles("BTC", "1min", JANUARY + HOUR_MS, JANUARY + 2 * HOUR_MS);
    expect(market.generatedDays).toBe(1);
    market.candles("BTC", "1hour", JANUARY - 9 * DAY_MS, JANUARY + DAY_MS);
    expect(market.generatedDays).toBe(10);
    market.candles("BTC", "1hour", JANUARY - 9 * DAY_MS, JANUARY + DAY_MS);
    expect(market.generatedDays).toBe(10);
  });
});

describe("the synthetic market", () => {
  it.each([
    ["BTC", 5_000, 100_000, 0.003, 0.008],
    ["ETH", 200, 12_000, 0.004, 0.011],
    ["DOGE", 0.005, 2, 0.006, 0.016],
  ])("keeps %s between %d and %d, with an hourly volatility between %d and %d", (coin, low, high, calm, wild) => {
    const hours = createMarket(42).candles(coin, "1hour", Date.UTC(2022, 0, 1), Date.UTC(2024, 0, 1));
    expect(Math.min(...hours.low)).toBeGreaterThan(low);
    expect(Math.max(...hours.high)).toBeLessThan(high);
    const volatility = deviation(returnsOf(hours));
    expect(volatility).toBeGreaterThan(calm);
    expect(volatility).toBeLessThan(wild);
  });

  it.each([1, 42])("moves BTC and ETH together under seed %d", (seed) => {
    const returns = (coin: string) => hourlyReturns(coin, seed, JANUARY, JANUARY + 120 * DAY_MS);
    expect(correlation(returns("BTC"), returns("ETH"))).toBeGreaterThan(0.3);
  });

  it("has calm and wild months, and a volatility that lasts from day to day", () => {
    const returns = hourlyReturns("BTC", 42, Date.UTC(2021, 0, 1), Date.UTC(2021, 0, 1) + 2 * YEAR_MS);
    const blocks = (hours: number) =>
      Array.from({ length: Math.floor(returns.length / hours) }, (_, i) =>
        deviation(returns.slice(i * hours, (i + 1) * hours)),
      );
    const months = blocks(30 * 24);
    expect(Math.max(...months) / Math.min(...months)).toBeGreaterThan(1.8);
    const days = blocks(24).map(Math.log);
    expect(correlation(days.slice(1), days.slice(0, -1))).toBeGreaterThan(0.3);
  });

  it("trades more where prices move more", () => {
    const { open, high, low, volume } = createMarket(42).candles("BTC", "1hour", JANUARY, JANUARY + 60 * DAY_MS);
    const ranges = Array.from(high, (price, i) => (price - low[i]!) / open[i]!);
    const notionals = Array.from(volume, (amount, i) => amount * open[i]!);
    expect(correlation(ranges, notionals)).toBeGreaterThan(0.5);
  });

  it.each(["BTC", "ETH", "DOGE", "SHRIMP"])("trades enough %s for an order of 10,000 in most hours", (coin) => {
    const { open, volume } = createMarket(42).candles(coin, "1hour", JANUARY, JANUARY + 90 * DAY_MS);
    const large = Array.from(volume, (amount, i) => amount * open[i]! > 1_000_000).filter(Boolean);
    expect(large.length / volume.length).toBeGreaterThan(0.99);
  });
});
