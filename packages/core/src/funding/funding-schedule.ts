import { type CandleColumns, firstRowAt } from "../market/index.ts";
import { type FundingRate, type FundingRates, firstAfter } from "./funding-rates.ts";

/** A settlement and the price that positions are valued at, or why there is none. */
export type Settlement = FundingRate &
  (
    | { readonly markClose: number; readonly reason: undefined }
    | { readonly markClose: undefined; readonly reason: "no_mark_candle" }
  );

export interface FundingSchedule {
  /** All settlements, oldest first. */
  readonly settlements: readonly Settlement[];
  /** Those with `previousMs` < time ≤ `nowMs`, oldest first. Allocates nothing when none is due. */
  due(previousMs: number, nowMs: number): readonly Settlement[];
}

const NONE: readonly Settlement[] = [];

/**
 * Settlements with the close of the mark candle that ends at each of them.
 * @param mark - candles of the mark price; of any timeframe whose bars end at the settlements
 */
export function createFundingSchedule(
  funding: FundingRates,
  mark: CandleColumns,
  markTimeframeMs: number,
): FundingSchedule {
  const { timeMs: times } = funding;
  const settlements = Array.from(times, (timeMs, i): Settlement => {
    const openMs = timeMs - markTimeframeMs;
    const row = firstRowAt(mark, openMs);
    const rate = funding.rate[i]!;
    if (mark.time[row] === openMs) return { timeMs, rate, markClose: mark.close[row]!, reason: undefined };
    return { timeMs, rate, markClose: undefined, reason: "no_mark_candle" };
  });
  // Ticks ask forward in time, so that the first settlement after the last one that was given is mostly the next.
  let next = 0;
  return {
    settlements,
    due(previousMs, nowMs) {
      const follows = !(times[next - 1]! > previousMs) && !(times[next]! <= previousMs);
      if (!follows) next = firstAfter(times, previousMs);
      const from = next;
      while (times[next]! <= nowMs) next++;
      return next === from ? NONE : settlements.slice(from, next);
    },
  };
}
