import { DAY_MS } from "@powertrader/core/market";

/** The market opens on 2017-01-01; there is nothing before. Its days are counted from here. */
export const MARKET_START_MS = Date.UTC(2017, 0, 1);

/** First moment of a day. */
export function dayOpenMs(day: number): number {
  return MARKET_START_MS + day * DAY_MS;
}

/** The days that `[fromMs, toMs)` touches, first to last. */
export function daysOf(fromMs: number, toMs: number): readonly number[] {
  const first = Math.max(0, Math.floor((fromMs - MARKET_START_MS) / DAY_MS));
  const end = Math.ceil((toMs - MARKET_START_MS) / DAY_MS);
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}
