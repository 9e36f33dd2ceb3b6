import type { Candle } from "../market/candles.ts";
import { hashKey } from "../random/index.ts";
import type { Side } from "./order.ts";

/** Delay of one order: whole milliseconds, uniform over both ends, the one draw of the stream keyed (seed, order id). */
export function drawLatencyMs(seed: number, clientOrderId: string, range: readonly [number, number]): number {
  const share = (hashKey(seed, clientOrderId) >>> 0) / 0x1_0000_0000;
  return range[0] + Math.floor(share * (range[1] - range[0] + 1));
}

/**
 * The price an order meets after `latencyMs` into the bar: the open moved along the straight line to the close,
 * but only when that is worse for the taker.
 */
export function referencePrice(side: Side, bar: Candle, latencyMs: number, timeframeMs: number): number {
  const moved = bar.open + (bar.close - bar.open) * Math.min(1, latencyMs / timeframeMs);
  return side === "buy" ? Math.max(bar.open, moved) : Math.min(bar.open, moved);
}
