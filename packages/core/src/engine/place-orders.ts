import type { OrderIntent } from "../strategy/trader-policy.ts";
import { drawLatencyMs } from "./latency.ts";
import type { Market, WorkingOrder } from "./market.ts";
import { endOrder, sizeRefusal } from "./meet-market.ts";
import type { Order } from "./order.ts";
import type { Run } from "./run.ts";
import { affordableQty } from "./sizing.ts";

/** Carries out the policy's intents in their order: cancels, and orders that pass the risk check. */
export function placeOrders(run: Run, nowMs: number, intents: readonly OrderIntent[]): void {
  for (const intent of intents) {
    const market = run.marketOf(intent.symbol);
    if (intent.kind === "cancel") cancelWorking(run, market, "cancelled", intent.reason, nowMs);
    else place(run, market, nowMs, intent);
  }
}

/** Ends everything that works on a market. */
export function cancelWorking(
  run: Run,
  market: Market,
  event: "cancelled" | "expired",
  reason: string,
  nowMs: number,
): void {
  for (const working of market.working) endOrder(run, working, event, reason, nowMs);
  market.working = [];
}

function place(run: Run, market: Market, nowMs: number, intent: Exclude<OrderIntent, { kind: "cancel" }>): void {
  const { model } = run.settings;
  const sizedNow = intent.kind === "enter" && model.sizeAt === "decision";
  const qty = intent.kind === "exit" ? intent.qty : sizedNow ? sizeAtDecision(run, market, intent.sizeShare) : null;
  const working = addOrder(run, market, {
    clientOrderId: `${market.symbol}-${++market.ordersPlaced}`,
    tsMs: nowMs,
    symbol: market.symbol,
    side: intent.side,
    qty,
    sizeShare: intent.kind === "enter" ? intent.sizeShare : null,
    signalId: intent.signalId,
  });
  const refusal =
    intent.kind === "exit"
      ? exitRefusal(market, working)
      : sizedNow
        ? sizeRefusal(qty!, market.mark, model.minNotional)
        : shareRefusal(intent.sizeShare);
  if (refusal === undefined) return;
  market.working.pop();
  endOrder(run, working, "refused", refusal, nowMs);
}

/** Records an order and lets it work. */
export function addOrder(run: Run, market: Market, order: Order): WorkingOrder {
  const working: WorkingOrder = {
    order,
    kind: order.sizeShare === null ? "exit" : "enter",
    latencyMs: drawLatencyMs(run.settings.seed, order.clientOrderId, run.settings.model.latencyMs),
    orderQty: order.qty ?? Number.NaN,
    filledQty: 0,
  };
  run.recorder.order(order);
  market.working.push(working);
  return working;
}

function sizeAtDecision(run: Run, market: Market, sizeShare: number): number {
  const { feeBps, qtyStep } = run.settings.model;
  return affordableQty(sizeShare * run.value(), market.mark, feeBps, qtyStep);
}

/** An exit may only reduce what is held, together with the exits that work already. */
function exitRefusal(market: Market, exit: WorkingOrder): string | undefined {
  const held = exit.order.side === "sell" ? market.position.qty : -market.position.qty;
  if (!(exit.orderQty > 0 && exit.orderQty < Infinity)) return "invalid_qty";
  let promised = 0;
  for (const working of market.working) {
    if (working.kind === "exit") promised += working.orderQty - working.filledQty;
  }
  return promised > held ? "above_holdings" : undefined;
}

function shareRefusal(sizeShare: number): string | undefined {
  return sizeShare > 0 && sizeShare < Infinity ? undefined : "invalid_size";
}
