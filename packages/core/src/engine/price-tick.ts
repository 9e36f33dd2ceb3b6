import type { Candle } from "../market/candles.ts";
import type { Side } from "./order.ts";

/**
 * `price` on the venue's tick, rounded against the order: up for a buy, down for a sell. `price` itself without a tick,
 * and where that would leave the bar: its prices are not on the tick either.
 */
export function onTick(side: Side, price: number, tick: number, bar: Candle): number {
  if (tick === 0) return price;
  const rounded = roundToTick(side, price, tick);
  return bar.low <= rounded && rounded <= bar.high ? rounded : price;
}

function roundToTick(side: Side, price: number, tick: number): number {
  const ticks = price / tick;
  const nearest = Math.round(ticks);
  // A price that is on the tick but for rounding stays there.
  const isOnTick = Math.abs(ticks - nearest) < 1e-9 * Math.max(1, nearest);
  const whole = isOnTick ? nearest : side === "buy" ? Math.ceil(ticks) : Math.floor(ticks);
  const perUnit = Math.round(1 / tick);
  return Math.abs(perUnit * tick - 1) < 1e-9 ? whole / perUnit : whole * tick;
}
