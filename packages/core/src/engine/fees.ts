import { BPS } from "./slippage.ts";

/** What a venue charges. The port that an own fee model implements. */
export interface FeeModel {
  /** Basis points of the notional, for an order that waited in the book (maker) or took from it (taker). */
  bps(isMaker: boolean): number;
  /** Quote currency, once per order, with its first fill. */
  readonly perOrder: number;
}

/** Fee of a fill in quote currency. */
export function feeOf(qty: number, price: number, feeBps: number): number {
  return qty * price * (feeBps * BPS);
}
