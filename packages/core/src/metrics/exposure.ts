import type { Metric } from "./metric.ts";

/**
 * Share of ticks with an open position: rows after the first whose equity is not all cash.
 * @param length - rows used, the start row included
 */
export function exposureShare(equity: Float64Array, cash: Float64Array, length: number = equity.length): Metric {
  if (length < 2) return { reason: "no ticks" };
  let inside = 0;
  for (let row = 1; row < length; row++) if (equity[row] !== cash[row]) inside++;
  return inside / (length - 1);
}
