import { type CandleColumns, resample } from "@powertrader/core/market";
import { daysOf } from "./calendar.ts";
import { Coin } from "./coin.ts";
import { cutColumns, joinColumns } from "./columns.ts";
import { Factor } from "./factor.ts";
import { Lru } from "./lru.ts";

/** Bounds of the memo: a day of minutes takes 69 kB, a day of hours 1 kB, the anchors of a coin some 100 kB. */
const KEPT_MINUTE_DAYS = 256;
const KEPT_HOUR_DAYS = 8192;
const KEPT_COINS = 128;

/** A market that has no present: it tells the future as well as the past. */
export interface Market {
  readonly seed: number;
  /** Days of minutes made so far; a day from the memo is not counted again. */
  readonly generatedDays: number;
  /**
   * Bars of `coin` against USDT that open in `[fromMs, toMs)`, oldest first; a copy that the caller may change.
   * A bar is the same whatever range it is asked in, and an hour is exactly the aggregate of its minutes.
   */
  candles(coin: string, timeframe: "1min" | "1hour", fromMs: number, toMs: number): CandleColumns;
}

/**
 * A synthetic market, the same for the same seed on every machine. Prices run from daily anchor to daily anchor, so
 * any day can be made without the days before it; the days asked for most recently are kept.
 * @throws RangeError when `seed` is not an integer from 0 to 2^53 − 1
 */
export function createMarket(seed: number): Market {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed must be an integer from 0, was ${seed}`);
  const factor = new Factor(seed);
  const coins = new Lru<Coin>(KEPT_COINS);
  const minuteDays = new Lru<CandleColumns>(KEPT_MINUTE_DAYS);
  const hourDays = new Lru<CandleColumns>(KEPT_HOUR_DAYS);
  let generatedDays = 0;

  const minutesOn = (name: string, day: number) =>
    minuteDays.get(`${name}/${day}`, () => {
      generatedDays++;
      return coins.get(name, () => new Coin(seed, name, factor)).candlesOn(day);
    });
  const hoursOn = (name: string, day: number) =>
    hourDays.get(`${name}/${day}`, () => joinColumns([resample(minutesOn(name, day), "1min", "1hour")]));

  return {
    seed,
    get generatedDays() {
      return generatedDays;
    },
    candles(coin, timeframe, fromMs, toMs) {
      const barsOn = timeframe === "1min" ? minutesOn : hoursOn;
      const parts = daysOf(fromMs, toMs).map((day) => cutColumns(barsOn(coin, day), fromMs, toMs));
      return joinColumns(parts);
    },
  };
}
