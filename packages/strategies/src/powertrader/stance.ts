import type { Bounds } from "./bounds.ts";
import type { MaybeLines } from "./expected-lines.ts";

/** What a timeframe says to a price. */
export type Stance = "long" | "short" | "within" | "inactive";

/** PowerTrader's own floor of the mean margin, percent. */
export const LEAST_MARGIN_PCT = 0.25;

/**
 * Short above the high bound, long below the low one. Bounds may be those of an earlier moment than the lines.
 * @param index - of the timeframe
 */
export function stanceOf(lines: MaybeLines, bounds: Bounds, index: number, price: number): Stance {
  if (lines === undefined) return "inactive";
  if (lines.high === lines.low) return "within";
  if (price > bounds.highs[index]!) return "short";
  return price < bounds.lows[index]! ? "long" : "within";
}

/** Mean distance in percent of the price to the lines of the timeframes that are long or short. */
export function profitMarginPct(lines: readonly MaybeLines[], stances: readonly Stance[], price: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = stances[i] === "long" ? lines[i]!.low : stances[i] === "short" ? lines[i]!.high : price;
    if (line === price) continue;
    sum += (100 * Math.abs(line - price)) / price;
    count++;
  }
  return count === 0 ? LEAST_MARGIN_PCT : Math.max(LEAST_MARGIN_PCT, sum / count);
}
