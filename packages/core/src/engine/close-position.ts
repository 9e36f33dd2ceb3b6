import type { Market } from "./market.ts";
import { meetMarket } from "./meet-market.ts";
import { addOrder } from "./place-orders.ts";
import type { Run } from "./run.ts";

/** Orders the whole position closed and lets the order meet the present close at once. */
export function closePosition(run: Run, market: Market, nowMs: number, rule: "end_of_run" | "liquidated"): void {
  const { qty } = market.position;
  if (qty === 0) return;
  addOrder(run, market, {
    clientOrderId: `${market.symbol}-${++market.ordersPlaced}`,
    tsMs: nowMs,
    symbol: market.symbol,
    side: qty > 0 ? "sell" : "buy",
    qty: Math.abs(qty),
    sizeShare: null,
    signalId: undefined,
  });
  meetMarket(run, market, rule);
}
