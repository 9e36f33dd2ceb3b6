import type { Market } from "./market.ts";
import { meetMarket } from "./meet-market.ts";
import { MARKET_TERMS } from "./order-terms.ts";
import { recordOrder } from "./place-orders.ts";
import type { Run } from "./run.ts";

/** Orders every position of a market closed, and lets the orders meet the present close at once. */
export function closePositions(run: Run, market: Market, rule: "end_of_run" | "liquidated"): void {
  for (const { id, qty } of market.positions) {
    if (qty === 0) continue;
    const side = qty > 0 ? "sell" : "buy";
    const terms = id === null ? MARKET_TERMS : { ...MARKET_TERMS, positionId: id };
    const draft = { side, qty: Math.abs(qty), sizeShare: null, terms, signalId: undefined } as const;
    market.addWorking(recordOrder(run, market, draft, run.nowMs));
  }
  if (market.working.length > 0) meetMarket(run, market, rule);
}
