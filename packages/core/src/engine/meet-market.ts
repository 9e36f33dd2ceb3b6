import { candleAt } from "../market/candles.ts";
import { endOrder, fillOrder, type Meeting } from "./fill-order.ts";
import { referencePrice } from "./latency.ts";
import { participationOf } from "./liquidity.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import type { Entered } from "./open-exits.ts";
import type { FillRule } from "./order.ts";
import { onTick } from "./price-tick.ts";
import type { Run } from "./run.ts";
import { slippedPrice } from "./slippage.ts";

/**
 * Works the market orders of one market against its present bar, oldest first. An order that still works afterwards
 * keeps the later ones waiting.
 */
export function meetMarket(run: Run, market: Market, rule: FillRule): void {
  const { working } = market;
  let ended = 0;
  while (ended < working.length && workOrder(run, market, working[ended]!, rule)) ended++;
  market.working = ended === working.length ? NO_ORDERS : working.slice(ended);
}

/** Whether the order came to its end in this bar. */
function workOrder(run: Run, market: Market, working: WorkingOrder, rule: FillRule): boolean {
  const { terms, tsMs } = working.order;
  if (terms.expiresMs !== null && terms.expiresMs <= run.nowMs - market.timeframeMs) {
    return endOrder(run, working, "expired", "time_in_force");
  }
  // An order that arrives after its bar belongs to the next.
  if (rule === "next_open" && working.latencyMs >= market.timeframeMs && tsMs + working.latencyMs >= run.nowMs) {
    return false;
  }
  return fillOrder(run, market, working, meetingOf(run, market, working, rule));
}

function meetingOf(run: Run, market: Market, working: WorkingOrder, rule: FillRule): Meeting {
  const bar = candleAt(market.columns, market.row);
  const { model } = run.settings;
  const { order } = working;
  let latencyMs = 0;
  let reference = bar.close;
  let tsMs = run.nowMs;
  if (rule === "next_open") {
    const openMs = run.nowMs - market.timeframeMs;
    latencyMs = Math.max(delayIn(working, openMs, market.timeframeMs), market.queueMs);
    reference = referencePrice(order.side, bar, latencyMs, market.timeframeMs);
    tsMs = Math.min(openMs + latencyMs, run.nowMs - 1);
  }
  const participation = participationOf(wantedQty(run, market, working, reference), bar.volume);
  const price = slippedPrice(order.side, reference, bar, model.slippage(bar, participation));
  return {
    rule,
    latencyMs,
    tsMs,
    reference,
    price: onTick(order.side, price, model.priceTick, bar),
    feeBps: market.fees.bps(false),
    entered: reference === bar.open || rule !== "next_open" ? undefined : delayedEntry(bar.open, reference),
  };
}

function delayedEntry(from: number, price: number): Entered {
  return { price, moved: price > from ? "up" : "down", from };
}

/** How long after the bar's open the order arrives. A delay longer than a bar has been waited for before. */
function delayIn({ order, latencyMs }: WorkingOrder, openMs: number, timeframeMs: number): number {
  return latencyMs < timeframeMs ? latencyMs : Math.max(0, order.tsMs + latencyMs - openMs);
}

/** What the order will take of the bar, as far as it can be known before its price. */
export function wantedQty(
  run: Run,
  market: Market,
  { order, orderQty, filledQty }: WorkingOrder,
  price: number,
): number {
  const isUnsized = Number.isNaN(orderQty);
  if (isUnsized) run.revalue();
  const left = isUnsized ? (order.sizeShare! * run.equity) / price : orderQty - filledQty;
  return Math.min(left, market.capacity(run.settings.model.maxVolumePct));
}
