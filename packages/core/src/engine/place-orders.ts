import type { OrderIntent } from "../strategy/trader-policy.ts";
import { drawLatencyMs } from "./latency.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import { endOrder, sizeRefusal } from "./meet-market.ts";
import type { Order } from "./order.ts";
import type { Run } from "./run.ts";
import { affordableQty } from "./sizing.ts";

/** Carries out the policy's intents in their order: cancels, and orders that pass the risk check. */
export function placeOrders(run: Run, intents: readonly OrderIntent[]): void {
  for (const intent of intents) {
    const market = run.marketOf(intent.symbol);
    switch (intent.kind) {
      case "cancel":
        cancelWorking(run, market, "cancelled", intent.reason);
        break;
      case "exit":
        placeExit(run, market, intent);
        break;
      case "enter":
        placeEntry(run, market, intent);
        break;
    }
  }
}

/** Ends everything that works on a market. */
export function cancelWorking(run: Run, market: Market, event: "cancelled" | "expired", reason: string): void {
  if (market.working.length === 0) return;
  for (const working of market.working) endOrder(run, working, event, reason);
  market.working = NO_ORDERS;
}

type Enter = Extract<OrderIntent, { kind: "enter" }>;
type Exit = Extract<OrderIntent, { kind: "exit" }>;

/** An entry is a fraction of equity; it becomes a quantity now or when it meets the market. */
function placeEntry(run: Run, market: Market, { side, sizeShare, signalId }: Enter): void {
  const { model } = run.settings;
  const isSizedNow = model.sizeAt === "decision";
  let qty: number | null = null;
  if (isSizedNow) {
    run.revalue();
    qty = affordableQty(sizeShare * run.equity, market.mark, model.feeBps, model.qtyStep);
  }
  const working = recordOrder(run, market, side, qty, sizeShare, signalId);
  const refusal = !(sizeShare > 0 && sizeShare < Infinity)
    ? "invalid_size"
    : isSizedNow
      ? sizeRefusal(working.orderQty, market.mark, model.minNotional)
      : undefined;
  accept(run, market, working, refusal);
}

/** An exit is a quantity, and may only reduce what is held, together with the exits that work already. */
function placeExit(run: Run, market: Market, { side, qty, signalId }: Exit): void {
  const held = side === "sell" ? market.position.qty : -market.position.qty;
  let promised = qty;
  for (const working of market.working) {
    if (working.kind === "exit") promised += working.orderQty - working.filledQty;
  }
  const refusal = !(qty > 0 && qty < Infinity) ? "invalid_qty" : promised > held ? "above_holdings" : undefined;
  accept(run, market, recordOrder(run, market, side, qty, null, signalId), refusal);
}

/** Lets an order work, or says why not. */
function accept(run: Run, market: Market, working: WorkingOrder, refusal: string | undefined): void {
  if (refusal === undefined) market.addWorking(working);
  else endOrder(run, working, "refused", refusal);
}

/** Gives an order its id and writes it down; it does not work yet. */
export function recordOrder(
  run: Run,
  market: Market,
  side: Order["side"],
  qty: number | null,
  sizeShare: number | null,
  signalId: string | undefined,
): WorkingOrder {
  const clientOrderId = `${market.symbol}-${++market.ordersPlaced}`;
  const order: Order = { clientOrderId, tsMs: run.nowMs, symbol: market.symbol, side, qty, sizeShare, signalId };
  run.recorder.order(order);
  return {
    order,
    kind: sizeShare === null ? "exit" : "enter",
    latencyMs: drawLatencyMs(run.settings.seed, clientOrderId, run.settings.model.latencyMs),
    orderQty: qty ?? Number.NaN,
    filledQty: 0,
  };
}
