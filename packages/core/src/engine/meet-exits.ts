import { endOrder, fillOrder, type Meeting } from "./fill-order.ts";
import type { TimedBar } from "./finer-bars.ts";
import { participationOf } from "./liquidity.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import type { OpenExits } from "./open-exits.ts";
import type { FillRule } from "./order.ts";
import { MARKET_TERMS, type OrderTerms } from "./order-terms.ts";
import { recordOrder } from "./place-orders.ts";
import { onTick } from "./price-tick.ts";
import { type ExitHit, resolveExit } from "./resolve-exit.ts";
import type { Run } from "./run.ts";
import { slippedPrice } from "./slippage.ts";

/**
 * Tests the protective exits of a market's position against its present bar, from the moment on at which the position
 * was held, and leaves at the levels that the bar reaches. With several targets one bar may reach more than one.
 */
export function meetExits(run: Run, market: Market): void {
  const exits = market.exits!;
  const { columns, row } = market;
  const openMs = columns.time[row]!;
  const high = columns.high[row]!;
  const low = columns.low[row]!;
  if (!exits.concerns(openMs, high, low)) {
    exits.bars++;
    return;
  }
  const bar = market.bar();
  if (exits.isOver(openMs)) leaveAtOpen(run, market, exits, bar);
  else leaveAtLevels(run, market, exits, bar);
  if (market.exits !== undefined) exits.endBar(openMs, high, low);
}

function leaveAtLevels(run: Run, market: Market, exits: OpenExits, bar: TimedBar): void {
  const { model } = run.settings;
  while (market.exits !== undefined) {
    const { hit, doubt } = resolveExit(exits, bar, model, market.finer);
    if (doubt !== undefined) run.doubts.add(exits.isLong, market.position.qty, hit?.price ?? bar.close, doubt);
    if (hit === undefined) return;
    const held = Math.abs(market.position.qty);
    const qty = hit.by === "stop" ? held : exits.targetQty(bar.openMs, held);
    const isFilled = leave(run, market, exits, qty, hit.rule, levelTerms(hit), meetingAt(run, market, bar, hit, qty));
    if (!isFilled || hit.by === "stop") return;
    exits.targetsDone++;
    if (!hit.isAtOpen) exits.entered = { price: hit.price, moved: exits.isLong ? "up" : "down" };
  }
}

function leaveAtOpen(run: Run, market: Market, exits: OpenExits, bar: TimedBar): void {
  const qty = Math.abs(market.position.qty);
  const hit = { by: "stop", rule: "time_exit", price: bar.open, isAtOpen: true, bar } as const;
  leave(run, market, exits, qty, "time_exit", MARKET_TERMS, meetingAt(run, market, bar, hit, qty));
}

/** Whether all of `qty` left the position. */
function leave(
  run: Run,
  market: Market,
  exits: OpenExits,
  qty: number,
  rule: FillRule,
  terms: OrderTerms,
  meeting: Meeting,
): boolean {
  const side = exits.isLong ? "sell" : "buy";
  // The venue has held this order since the last decision.
  const placedMs = run.nowMs - market.timeframeMs;
  const order = recordOrder(run, market, { side, qty, sizeShare: null, terms, signalId: exits.signalId }, placedMs);
  const isOver = fillOrder(run, market, order, meeting);
  if (!isOver) {
    // What a stop could not sell goes on as a market order; a target that is not reached for all of it is tried again.
    if (rule === "take_profit") endOrder(run, order, "cancelled", "remainder");
    else market.addWorking(order);
  }
  if (market.position.qty === 0) endWith(run, market, order, exits.isLong);
  else if (!isOver && rule !== "take_profit") market.exits = undefined;
  return order.filledQty === order.orderQty;
}

/** A position that was left takes with it the exits that still work, and what still works to enlarge it. */
function endWith(run: Run, market: Market, own: WorkingOrder, isLong: boolean): void {
  market.exits = undefined;
  const belongs = (working: WorkingOrder) =>
    working !== own && (working.kind === "exit" || (working.order.side === "buy") === isLong);
  for (const working of market.working) if (belongs(working)) endOrder(run, working, "cancelled", "position_closed");
  market.working = market.working.some(belongs)
    ? market.working.filter((working) => !belongs(working))
    : market.working;
  if (market.working.length === 0) market.working = NO_ORDERS;
  for (const resting of market.resting)
    if (resting.kind === "exit") endOrder(run, resting, "cancelled", "position_closed");
  market.resting = market.resting.filter((resting) => resting.kind !== "exit");
}

function levelTerms(hit: ExitHit): OrderTerms {
  return hit.by === "stop"
    ? { ...MARKET_TERMS, orderType: "stop-market", stopPrice: hit.price }
    : { ...MARKET_TERMS, orderType: "take-profit", stopPrice: hit.price };
}

/** A target waits in the book, a stop takes what it gets, a liquidation is settled at its price. */
function meetingAt(
  run: Run,
  market: Market,
  bar: TimedBar,
  hit: Omit<ExitHit, "rule"> & { readonly rule: FillRule },
  qty: number,
): Meeting {
  const { model } = run.settings;
  const isMaker = hit.by === "target";
  const isLiquidation = hit.rule === "liquidation";
  return {
    rule: hit.rule,
    latencyMs: market.queueMs,
    tsMs: hit.isAtOpen ? hit.bar.openMs : hit.bar.closeMs - 1,
    reference: hit.price,
    price: isMaker
      ? hit.price
      : isLiquidation
        ? liquidatedAt(market.exits!, hit.price)
        : takenAt(run, market, bar, hit, qty),
    feeBps: market.fees.bps(isMaker) + (isLiquidation ? model.liquidationFeeBps : 0),
    entered: undefined,
  };
}

function takenAt(run: Run, market: Market, bar: TimedBar, hit: Pick<ExitHit, "price">, qty: number): number {
  const { model } = run.settings;
  const side = market.position.qty > 0 ? "sell" : "buy";
  const participation = participationOf(Math.min(qty, market.capacity(model.maxVolumePct)), bar.volume);
  return onTick(side, slippedPrice(side, hit.price, bar, model.slippage(bar, participation)), model.priceTick);
}

/** Isolated margin is all that can be lost: beyond it the venue's insurance pays. */
function liquidatedAt({ isLong, bankruptcyPrice }: OpenExits, price: number): number {
  return isLong ? Math.max(price, bankruptcyPrice) : Math.min(price, bankruptcyPrice);
}
