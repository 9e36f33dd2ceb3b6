import type { Market } from "./market.ts";
import { meetMarket } from "./meet-market.ts";
import { recordOrder } from "./place-orders.ts";
import type { Run } from "./run.ts";

/** Orders the whole position closed and lets the order meet the present close at once. */
export function closePosition(run: Run, market: Market, rule: "end_of_run" | "liquidated"): void {
  const { qty } = market.position;
  if (qty === 0) return;
  market.addWorking(recordOrder(run, market, qty > 0 ? "sell" : "buy", Math.abs(qty), null, undefined));
  meetMarket(run, market, rule);
}
