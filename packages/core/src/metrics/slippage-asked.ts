import { BPS, volatilityFactor } from "../engine/slippage.ts";
import type { Candle } from "../market/candles.ts";

/**
 * What the model asked for as slippage on a fill, in quote currency, before the bar's range cut it:
 * qty × reference × slippageBps × volatility factor of the bar it executed in.
 */
export function slippageAsked(qty: number, referencePrice: number, bar: Candle, slippageBps: number): number {
  return qty * referencePrice * slippageBps * volatilityFactor(bar) * BPS;
}
