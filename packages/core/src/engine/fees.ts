import { BPS } from "./slippage.ts";

/** What a venue charges. The port that an own fee model implements. */
export interface FeeModel {
  /** Basis points of the notional, for an order that waited in the book (maker) or took from it (taker). */
  bps(isMaker: boolean): number;
  /** Quote currency, once per order, with its first fill. */
  readonly perOrder: number;
  /** Whether a buy that enters is charged in the base units it receives instead of in quote currency. */
  readonly isInReceived: boolean;
}

/**
 * The rate on what arrives when the fee is kept back from it: of q units executed q × (1 − f) arrive, so that the fee
 * q × f is f ÷ (1 − f) of them. Fills state the quantity that arrived.
 */
export function receivedBps(feeBps: number): number {
  return feeBps / (1 - feeBps * BPS);
}

/** Fee of a fill in quote currency. */
export function feeOf(qty: number, price: number, feeBps: number): number {
  return qty * price * (feeBps * BPS);
}
