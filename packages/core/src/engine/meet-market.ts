import { candleAt } from "../market/candles.ts";
import { feeOf } from "./fees.ts";
import { referencePrice } from "./latency.ts";
import { fillableQty } from "./liquidity.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import type { Fill, FillRule, OrderEvent } from "./order.ts";
import { isRounding } from "./position.ts";
import type { Run } from "./run.ts";
import { affordableQty } from "./sizing.ts";
import { slippagePaidBps, slippedPrice } from "./slippage.ts";

/**
 * Works the orders of one market against its present bar, oldest first. An order that still works afterwards keeps
 * the later ones waiting.
 */
export function meetMarket(run: Run, market: Market, rule: FillRule): void {
  const { working } = market;
  let ended = 0;
  while (ended < working.length && workOrder(run, market, working[ended]!, rule)) ended++;
  market.working = ended === working.length ? NO_ORDERS : working.slice(ended);
}

/** Whether the order came to its end in this bar. */
function workOrder(run: Run, market: Market, working: WorkingOrder, rule: FillRule): boolean {
  const { model } = run.settings;
  const meeting = meetingOf(run, market, working, rule);
  if (Number.isNaN(working.orderQty)) {
    run.revalue();
    working.orderQty = affordableQty(working.order.sizeShare! * run.equity, meeting.price, model.feeBps, model.qtyStep);
    const refusal = sizeRefusal(working.orderQty, meeting.price, model.minNotional);
    if (refusal !== undefined) return endOrder(run, working, "refused", refusal);
  }

  const left = working.orderQty - working.filledQty;
  const offered = rule === "liquidated" ? Infinity : market.capacity(model.maxVolumePct);
  const payable =
    working.kind === "enter" ? affordableQty(run.freeMoney(), meeting.price, model.feeBps, model.qtyStep) : Infinity;
  const fillQty = fillableQty(
    left,
    working.orderQty,
    Math.min(offered, payable),
    model.partialFillThreshold,
    model.qtyStep,
  );
  if (fillQty > 0) book(run, market, working, meeting, fillQty, rule);
  if (working.filledQty === working.orderQty) return true;
  if (payable < Math.min(left, offered)) return endOrder(run, working, "cancelled", "cut_to_cash");
  return model.remainder === "cancel" && endOrder(run, working, "cancelled", "remainder");
}

/** When and at which price an order meets the bar. */
interface Meeting {
  readonly latencyMs: number;
  readonly tsMs: number;
  readonly reference: number;
  readonly price: number;
}

function meetingOf(run: Run, market: Market, working: WorkingOrder, rule: FillRule): Meeting {
  const bar = candleAt(market.columns, market.row);
  const { side } = working.order;
  const { slippageBps } = run.settings.model;
  if (rule !== "next_open") {
    return {
      latencyMs: 0,
      tsMs: run.nowMs,
      reference: bar.close,
      price: slippedPrice(side, bar.close, bar, slippageBps),
    };
  }
  const latencyMs = Math.max(working.latencyMs, market.queueMs);
  const reference = referencePrice(side, bar, latencyMs, market.timeframeMs);
  return {
    latencyMs,
    tsMs: Math.min(run.nowMs - market.timeframeMs + latencyMs, run.nowMs - 1),
    reference,
    price: slippedPrice(side, reference, bar, slippageBps),
  };
}

/** Why an entry of this size is not accepted, or `undefined` when it is. */
export function sizeRefusal(qty: number, price: number, minNotional: number): string | undefined {
  if (!(qty > 0)) return "below_qty_step";
  return qty * price < minNotional ? "min_notional" : undefined;
}

/** Applies a fill to the order, the bar's volume, cash and position, and records it. */
function book(run: Run, market: Market, working: WorkingOrder, meeting: Meeting, qty: number, rule: FillRule): void {
  const { order } = working;
  const { price, reference } = meeting;
  const isComplete = isRounding(working.orderQty - working.filledQty - qty, working.orderQty);
  const fees = feeOf(qty, price, run.settings.model.feeBps);
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
  const trade = market.position.apply(fill, rule === "end_of_run" || rule === "liquidated" ? rule : "signal");
  if (trade === undefined) return;
  run.trades++;
  if (trade.pnl > 0) run.winningTrades++;
  run.recorder.trade(trade);
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
