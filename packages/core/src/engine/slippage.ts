import type { Candle } from "../market/candles.ts";
import type { Side } from "./order.ts";

export const BPS = 1e-4;

/** A bar whose range is at most this share of its close counts as calm; twice the share doubles the slippage. */
const CALM_RANGE_SHARE = 0.015;

/** How much more than calm the bar was: clamp(1 + (r − 1.5 %) ÷ 1.5 %, 1, 2) with r = (high − low) ÷ close. */
export function volatilityFactor(bar: Candle): number {
  const range = (bar.high - bar.low) / bar.close;
  return Math.min(2, Math.max(1, 1 + (range - CALM_RANGE_SHARE) / CALM_RANGE_SHARE));
}

/**
 * The reference price moved against the taker by `slippageBps × volatilityFactor`, kept inside the bar's range.
 * Never better than the reference, which itself must lie inside the range.
 */
export function slippedPrice(side: Side, reference: number, bar: Candle, slippageBps: number): number {
  const share = slippageBps * volatilityFactor(bar) * BPS;
  return side === "buy" ? Math.min(reference * (1 + share), bar.high) : Math.max(reference * (1 - share), bar.low);
}

/** Adverse distance of `price` from `reference` in basis points. */
export function slippagePaidBps(side: Side, reference: number, price: number): number {
  const share = price / reference - 1;
  return (side === "buy" ? share : -share) / BPS || 0;
}
