import { BPS } from "./slippage.ts";

/** Fee of a fill in quote currency. */
export function feeOf(qty: number, price: number, feeBps: number): number {
  return qty * price * (feeBps * BPS);
}
