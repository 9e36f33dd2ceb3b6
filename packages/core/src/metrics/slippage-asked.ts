import { BPS, type SlippageModel } from "../engine/slippage.ts";
import type { Candle } from "../market/candles.ts";

/**
 * What the model asked for as slippage on a fill, in quote currency, before the bar's range cut it:
 * qty × reference × the model's basis points for the bar and the share of its volume.
 */
export function slippageAsked(qty: number, referencePrice: number, bar: Candle, slippage: SlippageModel): number {
  const participation = bar.volume > 0 ? qty / bar.volume : 0;
  return qty * referencePrice * slippage(bar, participation) * BPS;
}
