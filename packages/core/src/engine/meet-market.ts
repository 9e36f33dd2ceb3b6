import { type Candle, candleAt } from "../market/candles.ts";
import { referencePrice } from "./latency.ts";
import type { Market, WorkingOrder } from "./market.ts";
import type { FillRule, OrderEvent } from "./order.ts";
import type { Run } from "./run.ts";
import { type FillOutcome, simulateFill } from "./simulate-fill.ts";
import { affordableQty } from "./sizing.ts";
import { slippedPrice } from "./slippage.ts";

/**
 * Works the orders of one market against its present bar, oldest first. An order that still works afterwards keeps
 * the later ones waiting.
 */
export function meetMarket(run: Run, market: Market, rule: FillRule): void {
  let ended = 0;
  while (ended < market.working.length && workOrder(run, market, market.working[ended]!, rule)) ended++;
  if (ended > 0) market.working.splice(0, ended);
}

/** Whether the order came to its end in this bar. */
function workOrder(run: Run, market: Market, working: WorkingOrder, rule: FillRule): boolean {
  const meeting = meetingOf(market, working, rule);
  if (Number.isNaN(working.orderQty)) {
    const refusal = sizeAtMarket(run, market, working, meeting);
    if (refusal !== undefined) return endOrder(run, working, "refused", refusal, nowMs(market));
  }

  const left = working.orderQty - working.filledQty;
  const offered = rule === "liquidated" ? Infinity : market.capacity;
  const money = working.kind === "enter" ? affordable(run, market, working, meeting) : Infinity;
  const outcome = simulateFill({
    side: working.order.side,
    qty: left,
    orderQty: working.orderQty,
    candle: meeting.candle,
    timeframeMs: market.timeframeMs,
    latencyMs: meeting.latencyMs,
    capacity: Math.min(offered, money),
    model: run.settings.model,
  });
  if (outcome.status !== "unfilled") book(run, market, working, meeting, outcome, rule);
  if (outcome.status === "filled") return true;
  if (money < Math.min(left, offered)) return endOrder(run, working, "cancelled", "cut_to_cash", nowMs(market));
  if (run.settings.model.remainder === "cancel") {
    return endOrder(run, working, "cancelled", "remainder", nowMs(market));
  }
  return false;
}

/** When and at which prices an order meets the bar. */
interface Meeting {
  /** The bar as a taker sees it: its open is the first price the order could have. */
  readonly candle: Candle;
  readonly latencyMs: number;
  readonly tsMs: number;
}

function meetingOf(market: Market, working: WorkingOrder, rule: FillRule): Meeting {
  const candle = candleAt(market.columns, market.row);
  if (rule !== "next_open") return { candle: { ...candle, open: candle.close }, latencyMs: 0, tsMs: nowMs(market) };
  const latencyMs = Math.max(working.latencyMs, market.queueMs);
  return { candle, latencyMs, tsMs: Math.min(barMs(market) + latencyMs, nowMs(market) - 1) };
}

/** Turns a fraction of equity into a quantity at the price the order would get; a reason when that is refused. */
function sizeAtMarket(run: Run, market: Market, working: WorkingOrder, meeting: Meeting): string | undefined {
  const { model } = run.settings;
  const price = takerPrice(run, market, working, meeting);
  const qty = affordableQty(working.order.sizeShare! * run.value(), price, model.feeBps, model.qtyStep);
  working.orderQty = qty;
  return sizeRefusal(qty, price, model.minNotional);
}

/** Why an entry of this size is not accepted, or `undefined` when it is. */
export function sizeRefusal(qty: number, price: number, minNotional: number): string | undefined {
  if (!(qty > 0)) return "below_qty_step";
  return qty * price < minNotional ? "min_notional" : undefined;
}

/** What the free money buys at the price this order would get. */
function affordable(run: Run, market: Market, working: WorkingOrder, meeting: Meeting): number {
  const { feeBps, qtyStep } = run.settings.model;
  return affordableQty(run.freeMoney(), takerPrice(run, market, working, meeting), feeBps, qtyStep);
}

function takerPrice(run: Run, market: Market, working: WorkingOrder, meeting: Meeting): number {
  const { side } = working.order;
  const reference = referencePrice(side, meeting.candle, meeting.latencyMs, market.timeframeMs);
  return slippedPrice(side, reference, meeting.candle, run.settings.model.slippageBps);
}

/** Applies a fill to the order, the bar's volume, cash and position, and records it. */
function book(
  run: Run,
  market: Market,
  working: WorkingOrder,
  meeting: Meeting,
  outcome: FillOutcome,
  rule: FillRule,
): void {
  const { order } = working;
  working.filledQty = outcome.status === "filled" ? working.orderQty : working.filledQty + outcome.fillQty;
  market.capacity -= outcome.fillQty;
  market.queueMs = meeting.latencyMs;
  const notional = outcome.fillQty * outcome.fillPrice;
  run.cash += order.side === "buy" ? -(notional + outcome.fees) : notional - outcome.fees;
  const fill = {
    tsMs: meeting.tsMs,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    qty: outcome.fillQty,
    price: outcome.fillPrice,
    fees: outcome.fees,
    slippageBps: outcome.slippageBps,
    state: outcome.status === "filled" ? "filled" : "partial",
    barMs: barMs(market),
    referencePrice: outcome.referencePrice,
    rule,
    signalId: order.signalId,
  } as const;
  run.recorder.fill(fill);
  const trade = market.position.apply(fill, rule === "end_of_run" || rule === "liquidated" ? rule : "signal");
  if (trade === undefined) return;
  run.trades++;
  if (trade.pnl > 0) run.winningTrades++;
  run.recorder.trade(trade);
}

/** Records how an order ended without (all of) its fill. Returns true: it is over. */
export function endOrder(
  run: Run,
  working: WorkingOrder,
  event: OrderEvent["event"],
  reason: string,
  tsMs: number,
): true {
  const left = working.orderQty - working.filledQty;
  run.recorder.orderEvent({
    tsMs,
    clientOrderId: working.order.clientOrderId,
    event,
    reason,
    qty: Number.isNaN(left) ? null : left,
  });
  return true;
}

function barMs(market: Market): number {
  return market.columns.time[market.row]!;
}

function nowMs(market: Market): number {
  return barMs(market) + market.timeframeMs;
}
