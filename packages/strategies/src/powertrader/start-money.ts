import type { PowertraderParams } from "./params.ts";

/** Quote currency; PowerTrader buys no less. */
const LEAST_MONEY = 0.5;

/** Quote currency that a start buys for. */
export function startMoney(
  equity: number,
  coins: number,
  { start_allocation_pct: pct, start_sizing: sizing }: Pick<PowertraderParams, "start_allocation_pct" | "start_sizing">,
): number {
  const share = pct / 100 / (sizing === "v0" ? coins : 1);
  return Math.max(LEAST_MONEY, equity * share);
}
