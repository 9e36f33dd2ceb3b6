import { type Candle, candleAt } from "../market/candles.ts";
import { participationOf } from "./liquidity.ts";
import type { Market, WorkingOrder } from "./market.ts";
import type { Side } from "./order.ts";
import { onTick } from "./price-tick.ts";
import type { Run } from "./run.ts";
import { slippedPrice } from "./slippage.ts";

/**
 * What a taker pays or gets in a bar: the reference moved by the model's slippage, on the tick, inside the bar.
 * @param wanted - the order, or how much of the bar it will take at most, base units
 */
export function takerPrice(
  run: Run,
  market: Market,
  bar: Candle,
  side: Side,
  reference: number,
  wanted: WorkingOrder | number,
): number {
  const { slippage, priceTick } = run.settings.model;
  const participation = run.slippageAsksShare ? participationIn(run, market, bar, reference, wanted) : 0;
  // The present bar moves on with the run; what a model is shown stays what it is.
  const shown = bar === market.bar ? candleAt(market.columns, market.row) : bar;
  return onTick(side, slippedPrice(side, reference, bar, slippage(shown, participation)), priceTick, bar);
}

function participationIn(
  run: Run,
  market: Market,
  bar: Candle,
  reference: number,
  wanted: WorkingOrder | number,
): number {
  const qty = typeof wanted === "number" ? wanted : qtyLeft(run, wanted, reference);
  return participationOf(Math.min(qty, market.capacity(run.settings.model.maxVolumePct)), bar.volume);
}

/** What is left of an order, as far as it can be known before its price. */
function qtyLeft(run: Run, { order, orderQty, filledQty }: WorkingOrder, price: number): number {
  if (!Number.isNaN(orderQty)) return orderQty - filledQty;
  run.revalue();
  return (order.sizeShare! * run.equity) / price;
}
