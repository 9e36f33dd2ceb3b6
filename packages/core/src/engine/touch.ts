import type { Candle } from "../market/candles.ts";
import type { ExecutionModel } from "./execution-model.ts";
import type { Side } from "./order.ts";

/** Where a bar meets an order that rests. */
export interface Touch {
  /** The price before slippage. */
  readonly price: number;
  /** Whether the very first trade of the bar meets it. */
  readonly isAtOpen: boolean;
}

/**
 * A limit order: at its price when the bar trades to it, at the open when that is better.
 * With `through` a touch alone does not fill: others may have been first in the queue.
 * @param gap - `at-limit` forgoes the better open where the bar trades at the limit too (as freqtrade does)
 */
export function touchLimit(
  side: Side,
  limit: number,
  bar: Candle,
  limitFill: ExecutionModel["limitFill"],
  gap: ExecutionModel["limitGap"] = "open-if-better",
): Touch | undefined {
  const isOpenBetter = side === "buy" ? bar.open <= limit : bar.open >= limit;
  const best = side === "buy" ? bar.low : bar.high;
  const isThrough = side === "buy" ? best < limit : best > limit;
  if (!isThrough && (best !== limit || limitFill === "through")) return undefined;
  const isForgone = gap === "at-limit" && bar.low <= limit && limit <= bar.high;
  return { price: isOpenBetter && !isForgone ? bar.open : limit, isAtOpen: isOpenBetter };
}

/**
 * A stop: at its price when the bar trades to it, at the open when the open is beyond. With `at-stop` also then at its
 * price, unless the whole bar is beyond (as freqtrade does; no venue would).
 */
export function touchStop(
  side: Side,
  stop: number,
  bar: Candle,
  stopFill: ExecutionModel["stopFill"],
): Touch | undefined {
  const isReached = side === "buy" ? bar.high >= stop : bar.low <= stop;
  if (!isReached) return undefined;
  const isGap = side === "buy" ? bar.open >= stop : bar.open <= stop;
  if (!isGap) return { price: stop, isAtOpen: false };
  const isInside = bar.low <= stop && stop <= bar.high;
  return { price: stopFill === "at-stop" && isInside ? stop : bar.open, isAtOpen: true };
}

/** The level of a trailing stop `share` behind the best price: below for a sell, above for a buy. */
export function trailedLevel(side: Side, best: number, share: number): number {
  return side === "sell" ? best * (1 - share) : best * (1 + share);
}
