import { endOrder, fillOrder, type Meeting } from "./fill-order.ts";
import type { TimedBar } from "./finer-bars.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import type { OpenExits } from "./open-exits.ts";
import type { FillRule } from "./order.ts";
import { MARKET_TERMS, type OrderTerms, stopTerms } from "./order-terms.ts";
import { recordOrder } from "./place-orders.ts";
import type { Position } from "./position.ts";
import { type ExitHit, resolveExit } from "./resolve-exit.ts";
import type { Run } from "./run.ts";
import { takerPrice } from "./taker-price.ts";

/**
 * Tests the protective exits of a market's positions against its present bar, each from the moment on at which the
 * position was held, and leaves at the levels that the bar reaches. With several targets one bar may reach more than one.
 */
export function meetExits(run: Run, market: Market): void {
  for (const position of market.positions) {
    if (position.exits !== undefined) meetExitsOf(run, market, position, position.exits);
  }
}

/** The exits that the open alone decides: they come before orders that wait for a price inside the bar. */
export function meetExitsAtOpen(run: Run, market: Market): void {
  const bar = market.bar;
  for (const position of market.positions) {
    const { exits } = position;
    if (exits === undefined || exits.entered !== undefined || isLeaving(market, exits)) continue;
    if (exits.isOver(bar.openMs)) leaveAtOpen(run, market, position, exits, bar);
    else if (resolveExit(exits, bar, run.settings.model, market.finer).hit?.isAtOpen) {
      leaveAtLevels(run, market, position, exits, bar);
    }
  }
}

/** Whether what is left of a stop still works for the position. If the policy cancels it, its exits guard it again. */
function isLeaving(market: Market, exits: OpenExits): boolean {
  if (exits.leaving === undefined || market.working.includes(exits.leaving)) return exits.leaving !== undefined;
  exits.leaving = undefined;
  exits.changed();
  return false;
}

function meetExitsOf(run: Run, market: Market, position: Position, exits: OpenExits): void {
  if (isLeaving(market, exits)) return;
  const { columns, row } = market;
  const openMs = columns.time[row]!;
  const high = columns.high[row]!;
  const low = columns.low[row]!;
  if (!exits.concerns(openMs, high, low)) {
    exits.bars++;
    return;
  }
  const bar = market.bar;
  if (exits.isOver(openMs)) leaveAtOpen(run, market, position, exits, bar);
  else leaveAtLevels(run, market, position, exits, bar);
  if (position.exits !== undefined) exits.endBar(openMs, bar);
}

function leaveAtLevels(run: Run, market: Market, position: Position, exits: OpenExits, bar: TimedBar): void {
  const { model } = run.settings;
  while (position.exits !== undefined) {
    const { hit, doubt } = resolveExit(exits, bar, model, market.finer);
    if (doubt !== undefined) run.doubts.add(exits.isLong, position.qty, hit?.price ?? bar.close, doubt);
    if (hit === undefined) return;
    const held = Math.abs(position.qty);
    const qty = hit.by === "stop" ? held : exits.targetQty(bar.openMs, held);
    const isFilled = leave(
      run,
      market,
      position,
      exits,
      qty,
      levelTerms(hit),
      meetingAt(run, market, exits, bar, hit, qty),
    );
    if (!isFilled || hit.by === "stop") return;
    exits.targetsDone++;
    exits.targetFilledQty = 0;
    if (!hit.isAtOpen) exits.entered = { price: hit.price, moved: exits.isLong ? "up" : "down" };
  }
}

function leaveAtOpen(run: Run, market: Market, position: Position, exits: OpenExits, bar: TimedBar): void {
  const qty = Math.abs(position.qty);
  const hit = { by: "stop", rule: "time_exit", price: bar.open, isAtOpen: true, bar } as const;
  leave(run, market, position, exits, qty, MARKET_TERMS, meetingAt(run, market, exits, bar, hit, qty));
}

/** Whether all of `qty` left the position. */
function leave(
  run: Run,
  market: Market,
  position: Position,
  exits: OpenExits,
  qty: number,
  levels: OrderTerms,
  meeting: Meeting,
): boolean {
  const { rule } = meeting;
  const side = exits.isLong ? "sell" : "buy";
  const terms = position.id === null ? levels : { ...levels, positionId: position.id };
  // The venue has held this order since the last decision.
  const placedMs = run.nowMs - market.timeframeMs;
  const order = recordOrder(run, market, { side, qty, sizeShare: null, terms, signalId: exits.signalId }, placedMs);
  const isOver = fillOrder(run, market, order, meeting);
  if (!isOver) {
    // What a stop could not sell goes on as a market order; a target that is not reached for all of it is tried again.
    if (rule === "take_profit") {
      exits.targetFilledQty += order.filledQty;
      endOrder(run, order, "cancelled", "remainder");
    } else {
      market.addWorking(order);
      exits.leaving = order;
    }
  }
  if (position.qty === 0) endWith(run, market, position, order, exits.isLong);
  return order.filledQty === order.orderQty;
}

/** A position that was left takes with it the exits that still work, and what still works to enlarge it. */
function endWith(run: Run, market: Market, position: Position, own: WorkingOrder, isLong: boolean): void {
  position.exits = undefined;
  if (market.working.length === 0 && market.resting.length === 0) return;
  const belongs = (working: WorkingOrder) =>
    working !== own &&
    working.order.terms.positionId === position.id &&
    (working.kind === "exit" || (working.order.side === "buy") === isLong);
  const leaves = (resting: WorkingOrder) => resting.kind === "exit" && belongs(resting);
  for (const working of market.working) if (belongs(working)) endOrder(run, working, "cancelled", "position_closed");
  for (const resting of market.resting) if (leaves(resting)) endOrder(run, resting, "cancelled", "position_closed");
  market.working = market.working.some((one) => !belongs(one))
    ? market.working.filter((one) => !belongs(one))
    : NO_ORDERS;
  market.resting = market.resting.filter((one) => !leaves(one));
}

function levelTerms(hit: ExitHit): OrderTerms {
  return stopTerms(hit.by === "stop" ? "stop-market" : "take-profit", hit.price);
}

/** A target waits in the book, a stop takes what it gets, a liquidation is settled at its price. */
function meetingAt(
  run: Run,
  market: Market,
  exits: OpenExits,
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
    tsMs: Math.max(exits.enteredMs, hit.isAtOpen ? hit.bar.openMs : hit.bar.closeMs - 1),
    reference: hit.price,
    price: isMaker
      ? hit.price
      : isLiquidation
        ? liquidatedAt(exits, hit.price)
        : takerPrice(run, market, bar, exits.isLong ? "sell" : "buy", hit.price, qty),
    feeBps: market.fees.bps(isMaker) + (isLiquidation ? model.liquidationFeeBps : 0),
    entered: undefined,
  };
}

/** Isolated margin is all that can be lost: beyond it the venue's insurance pays. */
function liquidatedAt({ isLong, bankruptcyPrice }: OpenExits, price: number): number {
  return isLong ? Math.max(price, bankruptcyPrice) : Math.min(price, bankruptcyPrice);
}
