import { endOrder, fillOrder, type Meeting } from "./fill-order.ts";
import { referencePrice } from "./latency.ts";
import { type Market, NO_ORDERS, type WorkingOrder } from "./market.ts";
import type { Entered } from "./open-exits.ts";
import type { FillRule } from "./order.ts";
import type { Run } from "./run.ts";
import { takerPrice } from "./taker-price.ts";

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
  const { bar } = market;
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
  const isGuarded = working.exits !== undefined || run.settings.leverage > 1;
  return {
    rule,
    latencyMs,
    tsMs,
    reference,
    price: takerPrice(run, market, bar, order.side, reference, working),
    feeBps: market.fees.bps(false),
    entered: isGuarded && rule === "next_open" ? delayedEntry(bar.open, reference) : undefined,
  };
}

/** An order that the market ran away from while it was on its way; `undefined` when it found the open. */
function delayedEntry(from: number, price: number): Entered | undefined {
  if (price === from) return undefined;
  return { price, moved: price > from ? "up" : "down", from };
}

/** How long after the bar's open the order arrives. A delay longer than a bar has been waited for before. */
function delayIn({ order, latencyMs }: WorkingOrder, openMs: number, timeframeMs: number): number {
  return latencyMs < timeframeMs ? latencyMs : Math.max(0, order.tsMs + latencyMs - openMs);
}
