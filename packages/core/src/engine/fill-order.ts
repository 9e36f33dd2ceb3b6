import { NO_EXITS } from "./exit-plan.ts";
import { feeOf, receivedBps } from "./fees.ts";
import { fillableQty, floorToStep } from "./liquidity.ts";
import type { Market, WorkingOrder } from "./market.ts";
import type { Entered } from "./open-exits.ts";
import type { Fill, FillRule, OrderEvent, Side } from "./order.ts";
import { isRounding, type Position } from "./position.ts";
import { newExits } from "./protect-position.ts";
import type { Run } from "./run.ts";
import { affordableQty } from "./sizing.ts";
import { slippagePaidBps } from "./slippage.ts";

/** When and at which price an order meets the bar. */
export interface Meeting {
  readonly rule: FillRule;
  readonly latencyMs: number;
  readonly tsMs: number;
  readonly reference: number;
  readonly price: number;
  /** Basis points of the notional. */
  readonly feeBps: number;
  /** How the price came to an entry inside the bar; `undefined` at the open and the close. */
  readonly entered: Entered | undefined;
}

/**
 * Fills of an order what volume, cash and holdings allow where it meets the bar.
 * Returns whether the order came to its end.
 */
export function fillOrder(run: Run, market: Market, working: WorkingOrder, meeting: Meeting): boolean {
  if (market.fees.isInReceived && working.kind === "enter" && working.order.side === "buy") {
    return fillAt(run, market, working, { ...meeting, feeBps: receivedBps(meeting.feeBps) });
  }
  return fillAt(run, market, working, meeting);
}

function fillAt(run: Run, market: Market, working: WorkingOrder, meeting: Meeting): boolean {
  const { model } = run.settings;
  const fixedFee = working.filledQty === 0 ? market.fees.perOrder : 0;
  if (Number.isNaN(working.orderQty)) {
    run.revalue();
    const qty = marginedQty(working.order.sizeShare! * run.equity, meeting, fixedFee, run);
    working.orderQty = qty > working.maxQty ? floorToStep(working.maxQty, model.qtyStep) : qty;
    const refusal = sizeRefusal(working.orderQty, meeting.price, model.minNotional);
    if (refusal !== undefined) return endOrder(run, working, "refused", refusal);
  }

  const left = working.orderQty - working.filledQty;
  const offered =
    meeting.rule === "liquidated" || meeting.rule === "liquidation" ? Infinity : market.capacity(model.maxVolumePct);
  const allowed =
    working.kind === "enter" ? marginedQty(run.freeMoney(), meeting, fixedFee, run) : reducible(market, working, left);
  const fillQty = fillableQty(
    left,
    working.orderQty,
    Math.min(offered, allowed),
    model.partialFillThreshold,
    model.qtyStep,
  );
  if (fillQty > 0) book(run, market, working, meeting, fillQty, fixedFee);
  if (working.filledQty === working.orderQty) return true;
  if (allowed < Math.min(left, offered)) {
    return endOrder(run, working, "cancelled", working.kind === "enter" ? "cut_to_cash" : "reduce_only");
  }
  const isOnce = model.remainder === "cancel" || working.order.terms.timeInForce === "IOC";
  return isOnce && endOrder(run, working, "cancelled", "remainder");
}

/** What `money` as margin pays for, fees included: notional ÷ leverage + fees ≤ money. */
function marginedQty(money: number, { price, feeBps }: Meeting, fixedFee: number, run: Run): number {
  const { leverage, model } = run.settings;
  // A rebate is not there before the fill: it pays for nothing.
  const costBps = Math.max(0, feeBps);
  return affordableQty(money * leverage, price, costBps * leverage, model.qtyStep, fixedFee * leverage);
}

/** What an exit may still take off the position. Exits never open one. */
function reducible(market: Market, { order }: WorkingOrder, left: number): number {
  const { qty } = market.positionOf(order.terms.positionId);
  const held = order.side === "sell" ? qty : -qty;
  return isRounding(left - held, left) ? Infinity : Math.max(0, held);
}

/** Why an entry of this size is not accepted, or `undefined` when it is. */
export function sizeRefusal(qty: number, price: number, minNotional: number): string | undefined {
  if (!(qty > 0)) return "below_qty_step";
  return qty * price < minNotional ? "min_notional" : undefined;
}

/** Applies a fill to the order, the bar's volume, cash, position and exits, and records it. */
function book(run: Run, market: Market, working: WorkingOrder, meeting: Meeting, qty: number, fixedFee: number): void {
  const { order } = working;
  const { price, reference, rule } = meeting;
  const isComplete = isRounding(working.orderQty - working.filledQty - qty, working.orderQty);
  const fees = feeOf(qty, price, meeting.feeBps) + fixedFee;
  working.filledQty = isComplete ? working.orderQty : working.filledQty + qty;
  market.take(qty, meeting.latencyMs);
  run.cash += order.side === "buy" ? -(qty * price + fees) : qty * price - fees;
  const fill: Fill = {
    tsMs: meeting.tsMs,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    qty,
    price,
    fees,
    slippageBps: slippagePaidBps(order.side, reference, price),
    state: isComplete ? "filled" : "partial",
    barMs: market.columns.time[market.row]!,
    referencePrice: reference,
    rule,
    signalId: order.signalId,
  };
  run.recorder.fill(fill);
  const position = market.positionOf(order.terms.positionId);
  const trade = position.apply(fill, exitReason(rule), market.row);
  if (position.exits !== undefined && position.exits.isLong !== position.qty > 0) position.exits = undefined;
  if (position.qty === 0) position.exits = undefined;
  else if (enlarges(order.side, position) && (working.exits !== undefined || run.settings.leverage > 1)) {
    protect(run, market, position, working, meeting, qty);
  }
  if (trade === undefined) return;
  run.trades++;
  if (trade.pnl > 0) run.winningTrades++;
  run.recorder.trade(trade);
  run.risk?.onTrade(trade);
}

/** Rules of exits that the strategy asked for are all the same reason: its signal. */
function exitReason(rule: FillRule): string {
  return rule === "next_open" || rule === "close" ? "signal" : rule;
}

function enlarges(side: Side, { qty }: Position): boolean {
  return (side === "buy") === qty > 0;
}

/** Sets up the protective exits that an entry brings, or lets those of the position know that it has grown. */
function protect(
  run: Run,
  market: Market,
  position: Position,
  working: WorkingOrder,
  meeting: Meeting,
  qty: number,
): void {
  if (position.exits === undefined) {
    const barMs = market.columns.time[market.row]!;
    position.exits = newExits(run, position, working.exits ?? NO_EXITS, barMs, working.order.signalId);
  }
  const { exits } = position;
  exits.entryPrice = position.entryPrice;
  exits.enteredQty += qty;
  exits.see(meeting.price);
  exits.entered = meeting.entered;
  exits.enteredMs = meeting.tsMs;
  exits.changed();
}

/** Records how an order ended without (all of) its fill. Returns true: it is over. */
export function endOrder(run: Run, working: WorkingOrder, event: OrderEvent["event"], reason: string): true {
  const left = working.orderQty - working.filledQty;
  run.recorder.orderEvent({
    tsMs: run.nowMs,
    clientOrderId: working.order.clientOrderId,
    event,
    reason,
    qty: Number.isNaN(left) ? null : left,
  });
  return true;
}
