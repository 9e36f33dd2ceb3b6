import type { Metric } from "./metric.ts";

/**
 * The most that was at work at any tick, quote currency: what positions together were worth, |equity − cash|.
 * @param length - rows used, the start row included
 */
export function peakDeployed(equity: Float64Array, cash: Float64Array, length: number = equity.length): number {
  let peak = 0;
  for (let row = 1; row < length; row++) peak = Math.max(peak, Math.abs(equity[row]! - cash[row]!));
  return peak;
}

/** What was made of the most that was at work: what a small position in a large account hides. */
export function returnOnDeployed(equity: Float64Array, length: number, peak: number): Metric {
  return peak > 0 ? (equity[length - 1]! - equity[0]!) / peak : { reason: "nothing was at work" };
}
