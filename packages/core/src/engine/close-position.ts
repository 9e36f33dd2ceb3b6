import type { Market } from "./market.ts";
import { meetMarket } from "./meet-market.ts";
import { MARKET_TERMS } from "./order-terms.ts";
import { recordOrder } from "./place-orders.ts";
import type { Run } from "./run.ts";

/** Orders the whole position closed and lets the order meet the present close at once. */
export function closePosition(run: Run, market: Market, rule: "end_of_run" | "liquidated"): void {
  const { qty } = market.position;
  if (qty === 0) return;
  const side = qty > 0 ? "sell" : "buy";
  const draft = { side, qty: Math.abs(qty), sizeShare: null, terms: MARKET_TERMS, signalId: undefined } as const;
  market.addWorking(recordOrder(run, market, draft, run.nowMs));
  meetMarket(run, market, rule);
}
