import type { Candle } from "../market/candles.ts";
import { createStream } from "../random/index.ts";
import type { Side } from "./order.ts";

/** Delay of one order from the stream keyed (seed, order id): whole milliseconds, uniform over both ends. */
export function drawLatencyMs(seed: number, clientOrderId: string, range: readonly [number, number]): number {
  return range[0] === range[1] ? range[0] : createStream(seed, clientOrderId).integer(range[0], range[1]);
}

/**
 * The price an order meets after `latencyMs` into the bar: the open moved along the straight line to the close,
 * but only when that is worse for the taker.
 */
export function referencePrice(side: Side, bar: Candle, latencyMs: number, timeframeMs: number): number {
  const moved = bar.open + (bar.close - bar.open) * Math.min(1, latencyMs / timeframeMs);
  return side === "buy" ? Math.max(bar.open, moved) : Math.min(bar.open, moved);
}
