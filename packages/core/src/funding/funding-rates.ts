import { firstRowAt } from "../market/index.ts";

/** When a perpetual future settled, and at which rate, oldest first; both columns have a value a settlement. */
export interface FundingRates {
  /** Epoch milliseconds. */
  readonly timeMs: Float64Array;
  /** Share of the position's value that longs paid to shorts; below zero shorts paid. */
  readonly rate: Float64Array;
}

/** One settlement. */
export interface FundingRate {
  readonly timeMs: number;
  readonly rate: number;
}

/** The settlements with `fromMs` < time ≤ `toMs`: whoever holds a position then pays or is paid. */
export function settlementsBetween(funding: FundingRates, fromMs: number, toMs: number): readonly FundingRate[] {
  const settlements: FundingRate[] = [];
  for (let i = firstAfter(funding.timeMs, fromMs); i < funding.timeMs.length && funding.timeMs[i]! <= toMs; i++) {
    settlements.push({ timeMs: funding.timeMs[i]!, rate: funding.rate[i]! });
  }
  return settlements;
}

/** The first place whose time is later than `timeMs` (the length when none is); both are whole milliseconds. */
export function firstAfter(time: Float64Array, timeMs: number): number {
  return firstRowAt({ time, length: time.length }, timeMs + 1);
}
