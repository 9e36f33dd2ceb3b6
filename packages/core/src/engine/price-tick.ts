import type { Side } from "./order.ts";

/** `price` on the venue's tick, rounded against the order: up for a buy, down for a sell. `price` itself without a tick. */
export function onTick(side: Side, price: number, tick: number): number {
  if (tick === 0) return price;
  const ticks = price / tick;
  const nearest = Math.round(ticks);
  // A price that is on the tick but for rounding stays there.
  const whole =
    Math.abs(ticks - nearest) < 1e-9 * Math.max(1, nearest)
      ? nearest
      : side === "buy"
        ? Math.ceil(ticks)
        : Math.floor(ticks);
  const perUnit = Math.round(1 / tick);
  return Math.abs(perUnit * tick - 1) < 1e-9 ? whole / perUnit : whole * tick;
}
