import type { Candle } from "../market/candles.ts";
import type { Side } from "./order.ts";

export const BPS = 1e-4;

/**
 * How far a taker is moved against, in basis points of the reference price. The port that an own model implements.
 * @param participation - quantity over the bar's volume, 0 where the bar has no volume; worked out only for functions
 *   that take it
 */
export type SlippageModel = (bar: Candle, participation: number) => number;

/** A bar whose range is at most this share of its close counts as calm; twice the share doubles the slippage. */
const CALM_RANGE_SHARE = 0.015;

/** How much more than calm the bar was: clamp(1 + (r − 1.5 %) ÷ 1.5 %, 1, 2) with r = (high − low) ÷ close. */
export function volatilityFactor(bar: Candle): number {
  const range = (bar.high - bar.low) / bar.close;
  return Math.min(2, Math.max(1, 1 + (range - CALM_RANGE_SHARE) / CALM_RANGE_SHARE));
}

/** The same on every bar. */
export function fixedSlippage(bps: number): SlippageModel {
  return () => bps;
}

/** `bps` on a calm bar, up to twice as much on a wild one (the seed's model). */
export function volatilitySlippage(bps: number): SlippageModel {
  return (bar) => bps * volatilityFactor(bar);
}

/**
 * `bps` plus an impact that grows with the share of the bar's volume, squared
 * (zipline's VolumeShareSlippage: price × impact × share²).
 */
export function volumeShareSlippage(bps: number, impact: number): SlippageModel {
  return (_, participation) => bps + (impact * participation ** 2) / BPS;
}

/**
 * `bps` plus the square-root law of market impact: coefficient × volatility × √participation, with the bar's range over
 * its close for volatility (Almgren et al., "Direct estimation of equity market impact", 2005; Tóth et al. 2011).
 */
export function squareRootSlippage(bps: number, coefficient: number): SlippageModel {
  return (bar, participation) =>
    bps + (coefficient * ((bar.high - bar.low) / bar.close) * Math.sqrt(participation)) / BPS;
}

/** Half of a constant bid-ask spread on top of `bps`. */
export function spreadSlippage(bps: number, spreadBps: number): SlippageModel {
  return () => bps + spreadBps / 2;
}

/**
 * The reference price moved against the taker by `bps`, kept inside the bar's range.
 * Never better than the reference, which itself must lie inside the range.
 */
export function slippedPrice(side: Side, reference: number, bar: Candle, bps: number): number {
  const share = bps * BPS;
  return side === "buy" ? Math.min(reference * (1 + share), bar.high) : Math.max(reference * (1 - share), bar.low);
}

/** Adverse distance of `price` from `reference` in basis points. */
export function slippagePaidBps(side: Side, reference: number, price: number): number {
  const share = price / reference - 1;
  return (side === "buy" ? share : -share) / BPS || 0;
}
