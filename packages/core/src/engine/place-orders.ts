import type { OrderIntent } from "../strategy/trader-policy.ts";
import { type ExitPlan, planRefusal } from "./exit-plan.ts";
import { endOrder, sizeRefusal } from "./fill-order.ts";
import { drawLatencyMs } from "./latency.ts";
import { floorToStep } from "./liquidity.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import type { Order } from "./order.ts";
import { type OrderTerms, orderTerms, termsRefusal } from "./order-terms.ts";
import { protectPosition } from "./protect-position.ts";
import type { Run } from "./run.ts";
import { affordableQty } from "./sizing.ts";

/** Carries out the policy's intents in their order: cancels, and orders that pass the risk check. */
export function placeOrders(run: Run, intents: readonly OrderIntent[]): void {
  for (const intent of intents) {
    const market = run.marketOf(intent.symbol);
    switch (intent.kind) {
      case "cancel":
        cancelOrders(run, market, "cancelled", intent.reason, intent.clientOrderId);
        break;
      case "exit":
        if (takesId(run, market, intent.clientOrderId)) placeExit(run, market, intent);
        break;
      case "protect":
        protectPosition(run, market, market.positionOf(intent.positionId ?? null), intent.exits);
        break;
      case "enter":
        if (takesId(run, market, intent.clientOrderId)) placeEntry(run, market, intent);
        break;
    }
  }
}

/**
 * Whether an order may have the id that its policy gives it. An id is one order: whoever places it again, after a
 * restart for example, changes nothing.
 */
function takesId(run: Run, market: Market, clientOrderId: string | undefined): boolean {
  if (clientOrderId === undefined) return true;
  const isOurs = clientOrderId.startsWith(`${market.symbol}-`) && /-\d+$/.test(clientOrderId);
  if (!isOurs && !run.givenIds.has(clientOrderId)) {
    run.givenIds.add(clientOrderId);
    return true;
  }
  const reason = isOurs ? "reserved_id" : "duplicate_id";
  run.recorder.orderEvent({ tsMs: run.nowMs, clientOrderId, event: "refused", reason, qty: null });
  return false;
}

/** Ends the orders that work or rest on a market: all of them, or the one with an id. */
export function cancelOrders(
  run: Run,
  market: Market,
  event: "cancelled" | "expired",
  reason: string,
  clientOrderId?: string,
): void {
  if (market.working.length === 0 && market.resting.length === 0) return;
  const isMeant = ({ order }: WorkingOrder) => clientOrderId === undefined || order.clientOrderId === clientOrderId;
  for (const working of market.working) if (isMeant(working)) endOrder(run, working, event, reason);
  for (const resting of market.resting) if (isMeant(resting)) endOrder(run, resting, event, reason);
  market.working = clientOrderId === undefined ? NO_ORDERS : market.working.filter((one) => !isMeant(one));
  market.resting = market.resting.filter((one) => !isMeant(one));
}

type Enter = Extract<OrderIntent, { kind: "enter" }>;
type Exit = Extract<OrderIntent, { kind: "exit" }>;

/** An entry is a fraction of equity; it becomes a quantity now or when it meets the market. */
function placeEntry(run: Run, market: Market, intent: Enter): void {
  const { model } = run.settings;
  const terms = orderTerms(intent.terms, run.nowMs, model.session.endAfter);
  const price = terms.limitPrice ?? market.mark;
  const fault = entryFault(intent, terms, run.nowMs, price);
  if (fault !== undefined || run.risk === undefined) {
    passEntry(run, market, intent, terms, price, intent, Infinity, fault);
    return;
  }
  const judged = run.risk.judge(run, market, intent, price);
  if ("refusal" in judged) passEntry(run, market, intent, terms, price, intent, Infinity, judged.refusal);
  else passEntry(run, market, intent, terms, price, judged, judged.maxQty, undefined);
}

/** Why nobody could take an entry like this, or `undefined`. */
function entryFault({ side, sizeShare, exits }: Enter, terms: OrderTerms, nowMs: number, price: number) {
  if (!(sizeShare > 0 && sizeShare < Infinity)) return "invalid_size";
  return termsRefusal(terms, nowMs) ?? (exits && planRefusal(exits, side === "buy", price));
}

/** Writes an entry down with the size and exits that it may have, and lets it work unless it is refused. */
function passEntry(
  run: Run,
  market: Market,
  { side, signalId, clientOrderId }: Enter,
  terms: OrderTerms,
  price: number,
  { sizeShare, exits }: Pick<Enter, "sizeShare" | "exits">,
  maxQty: number,
  refusal: string | undefined,
): void {
  const { model } = run.settings;
  const isSizedNow = model.sizeAt === "decision";
  const qty = isSizedNow ? qtyNow(run, market, sizeShare, price, maxQty) : null;
  const draft = { side, qty, sizeShare, terms, signalId, clientOrderId };
  const working = recordOrder(run, market, draft, run.nowMs, refusal === undefined ? exits : undefined, maxQty);
  const tooSmall = isSizedNow ? sizeRefusal(working.orderQty, price, model.minNotional) : undefined;
  accept(run, market, working, refusal ?? tooSmall);
}

/** What a share of equity buys at the decision's price. */
function qtyNow(run: Run, market: Market, sizeShare: number, price: number, maxQty: number): number {
  const { model, leverage } = run.settings;
  run.revalue();
  const money = sizeShare * run.equity * leverage;
  const fees = market.fees.bps(false) * leverage;
  const wanted = affordableQty(money, price, fees, model.qtyStep, market.fees.perOrder * leverage);
  return wanted > maxQty ? floorToStep(maxQty, model.qtyStep) : wanted;
}

/** An exit is a quantity, and may only reduce what is held, together with the exits that work already. */
function placeExit(run: Run, market: Market, intent: Exit): void {
  const { side, qty, signalId } = intent;
  const terms = orderTerms(intent.terms, run.nowMs, run.settings.model.session.endAfter);
  const position = market.positionOf(terms.positionId);
  const held = side === "sell" ? position.qty : -position.qty;
  let promised = qty;
  for (const working of market.working) {
    if (working.kind === "exit" && working.order.terms.positionId === position.id)
      promised += working.orderQty - working.filledQty;
  }
  const refusal =
    (qty > 0 && qty < Infinity ? undefined : "invalid_qty") ??
    (promised > held ? "above_holdings" : undefined) ??
    termsRefusal(terms, run.nowMs);
  const draft = { side, qty, sizeShare: null, terms, signalId, clientOrderId: intent.clientOrderId };
  accept(run, market, recordOrder(run, market, draft, run.nowMs), refusal);
}

/** Lets an order work or rest, or says why not. */
export function accept(run: Run, market: Market, working: WorkingOrder, refusal: string | undefined): void {
  if (refusal !== undefined) endOrder(run, working, "refused", refusal);
  else if (working.order.terms.orderType === "market") market.addWorking(working);
  else {
    const rested = { isFresh: true, isTriggered: false, best: Number.NaN, trailDistance: Number.NaN };
    market.addResting({ ...working, ...rested });
  }
}

type OrderDraft = Pick<Order, "side" | "qty" | "sizeShare" | "terms" | "signalId"> & {
  readonly clientOrderId?: string | undefined;
};

/** Gives an order its id and writes it down; it does not work yet. */
export function recordOrder(
  run: Run,
  market: Market,
  draft: OrderDraft,
  tsMs: number,
  exits: ExitPlan | undefined = undefined,
  maxQty = Infinity,
): WorkingOrder {
  const clientOrderId = draft.clientOrderId ?? market.orderIds.next();
  const order: Order = {
    clientOrderId,
    tsMs,
    symbol: market.symbol,
    side: draft.side,
    qty: draft.qty,
    sizeShare: draft.sizeShare,
    terms: draft.terms,
    signalId: draft.signalId,
  };
  run.recorder.order(order);
  return workingOrder(run, order, draft.sizeShare === null ? "exit" : "enter", exits, maxQty);
}

/** An order of which nothing has filled yet, with its latency drawn. */
export function workingOrder(
  run: Run,
  order: Order,
  kind: WorkingOrder["kind"],
  exits: ExitPlan | undefined = undefined,
  maxQty = Infinity,
): WorkingOrder {
  return {
    order,
    kind,
    latencyMs: drawLatencyMs(run.settings.seed, order.clientOrderId, run.settings.model.latencyMs),
    exits,
    maxQty,
    orderQty: order.qty ?? Number.NaN,
    filledQty: 0,
  };
}
