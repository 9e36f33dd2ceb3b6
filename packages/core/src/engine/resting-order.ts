import type { Candle } from "../market/candles.ts";
import type { ExecutionModel } from "./execution-model.ts";
import type { WorkingOrder } from "./market.ts";
import type { Side } from "./order.ts";
import { type Touch, touchLimit, touchStop, trailedLevel } from "./touch.ts";

/** An order that waits for a price, and what it has seen since it waits. */
export interface RestingOrder extends WorkingOrder {
  /** Whether it has met no bar yet: on arrival it may take liquidity. */
  isFresh: boolean;
  /** Whether the stop of a stop-limit order was reached: from then on it is a limit order. */
  isTriggered: boolean;
  /** Best price since it rests, for a trailing stop: highest for a sell, lowest for a buy. `NaN` before the first bar. */
  best: number;
  /** Distance of a trailing stop without a share, signed; `NaN` before the first bar. */
  trailDistance: number;
}

/** How a resting order executes in a bar. */
export interface RestingTouch extends Touch {
  /** Whether it waited in the book for the other side. */
  readonly isMaker: boolean;
  readonly rule: "limit" | "stop" | "take_profit" | "trailing_stop";
  /** Worst price it may have; `NaN` for none. */
  readonly worst: number;
}

/** Where the bar meets the order, or `undefined` when it does not. A stop-limit order may be triggered by it. */
export function touchOf(resting: RestingOrder, bar: Candle, model: ExecutionModel): RestingTouch | undefined {
  const { side, terms } = resting.order;
  switch (terms.orderType) {
    case "limit":
      return limitTouch(resting, terms.limitPrice!, bar, model);
    case "take-profit": {
      const touch = limitTouch(resting, terms.stopPrice!, bar, model);
      return touch && { ...touch, rule: "take_profit" };
    }
    case "stop-market":
      return stopTouch(side, terms.stopPrice!, bar, model, "stop");
    case "trailing-stop":
      return trailingTouch(resting, bar, model);
    case "stop-limit":
      return stopLimitTouch(resting, bar, model);
    case "market":
      throw new Error("a market order does not rest");
  }
}

function limitTouch(
  resting: RestingOrder,
  limit: number,
  bar: Candle,
  model: ExecutionModel,
): RestingTouch | undefined {
  const touch = touchLimit(resting.order.side, limit, bar, model.limitFill, model.limitGap);
  return touch && { ...touch, isMaker: !(touch.isAtOpen && resting.isFresh), rule: "limit", worst: limit };
}

function stopTouch(
  side: Side,
  stop: number,
  bar: Candle,
  model: ExecutionModel,
  rule: "stop" | "trailing_stop",
): RestingTouch | undefined {
  const touch = touchStop(side, stop, bar, model.stopFill);
  return touch && { ...touch, isMaker: false, rule, worst: Number.NaN };
}

/**
 * First the stop, then the limit. After the stop was reached inside a bar, only what certainly came later counts: the
 * stop's own price, or the close.
 */
function stopLimitTouch(resting: RestingOrder, bar: Candle, model: ExecutionModel): RestingTouch | undefined {
  const { side, terms } = resting.order;
  const limit = terms.limitPrice!;
  if (resting.isTriggered) return limitTouch(resting, limit, bar, model);
  const trigger = touchStop(side, terms.stopPrice!, bar, "open-if-gapped");
  if (trigger === undefined) return undefined;
  resting.isTriggered = true;
  const isWithin = (price: number) => (side === "buy" ? price <= limit : price >= limit);
  if (isWithin(trigger.price)) return { ...trigger, isMaker: false, rule: "stop", worst: limit };
  if (isWithin(bar.close)) return { price: limit, isAtOpen: false, isMaker: true, rule: "limit", worst: limit };
  return undefined;
}

/** A trailing stop where it stood at the open; with `trail_from: this-bar`, else where the bar's extreme has moved it. */
function trailingTouch(resting: RestingOrder, bar: Candle, model: ExecutionModel): RestingTouch | undefined {
  const { side } = resting.order;
  seeBest(resting, bar.open);
  const standing = stopTouch(side, trailingLevel(resting, bar), bar, model, "trailing_stop");
  if (model.trailFrom === "earlier-bars" || standing?.isAtOpen) return standing;
  seeBest(resting, favourable(side, bar));
  const price = trailingLevel(resting, bar);
  const isReached = side === "sell" ? bar.low <= price : bar.high >= price;
  return isReached ? { price, isAtOpen: false, isMaker: false, rule: "trailing_stop", worst: Number.NaN } : undefined;
}

/**
 * Where a trailing stop stands: behind the best price it has seen, never worse than its first level. Without a share it
 * keeps the distance that its first level had from the first open.
 */
function trailingLevel(resting: RestingOrder, bar: Candle): number {
  const { side, terms } = resting.order;
  const { trailShare, stopPrice } = terms;
  if (trailShare === null) {
    if (Number.isNaN(resting.trailDistance)) resting.trailDistance = bar.open - stopPrice!;
    return resting.best - resting.trailDistance;
  }
  const level = trailedLevel(side, resting.best, trailShare);
  if (stopPrice === null) return level;
  return side === "sell" ? Math.max(level, stopPrice) : Math.min(level, stopPrice);
}

/** What a trailing stop takes from a bar that did not meet it. */
export function followBar(resting: RestingOrder, bar: Candle): void {
  seeBest(resting, favourable(resting.order.side, bar));
}

function seeBest(resting: RestingOrder, price: number): void {
  const { best } = resting;
  const isBetter = resting.order.side === "sell" ? price > best : price < best;
  if (isBetter || Number.isNaN(best)) resting.best = price;
}

/** The extreme of a bar that a stop order hopes for: the high for a sell. */
function favourable(side: Side, bar: Candle): number {
  return side === "sell" ? bar.high : bar.low;
}
