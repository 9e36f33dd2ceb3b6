import type { PowertraderParams } from "./params.ts";

/** How far the profit of a coin has been followed. Prices are bids. */
export interface TrailingStop {
  /** Whether the bid has been at the line. */
  isActive: boolean;
  /** Falling below it sells. */
  line: number;
  /** Highest bid since it is active, 0 before. */
  peak: number;
  /** Whether the bid was at the line or above it, as it was then, at the last tick. */
  wasAbove: boolean;
}

/** The stop of a coin of which nothing is known yet. */
export function newTrailingStop(base: number): TrailingStop {
  return { isActive: false, line: base, peak: 0, wasAbove: false };
}

/**
 * Moves a stop to the bid of this tick. Returns whether the bid has fallen through the line: sell everything. The stop then
 * stays as it is, so that a sale that did not come about is asked for again.
 *
 * @param base - price from which profit is followed
 */
export function trail(
  stop: TrailingStop,
  bid: number,
  base: number,
  { trailing, trailing_gap_pct: gapPct }: Pick<PowertraderParams, "trailing" | "trailing_gap_pct">,
): boolean {
  const mayFall = trailing === "upstream" && !stop.isActive;
  stop.line = mayFall ? base : Math.max(stop.line, base);
  // The line before it follows this bid: so it is in PowerTrader.
  const isAbove = bid >= stop.line;
  if (!stop.isActive && isAbove) {
    stop.isActive = true;
    stop.peak = bid;
  }
  if (stop.isActive) {
    stop.peak = Math.max(stop.peak, bid);
    stop.line = Math.max(stop.line, stop.peak * (1 - gapPct / 100));
    if (stop.wasAbove && bid < stop.line) return true;
  }
  stop.wasAbove = isAbove;
  return false;
}
