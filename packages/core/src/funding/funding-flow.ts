/**
 * What a position is paid at a settlement, in quote currency: longs pay a positive rate, shorts receive it.
 *
 * @param signedQty - base units, below zero for a short
 * @param markClose - close of the mark candle that ends at the settlement
 */
export function fundingFlow(signedQty: number, markClose: number, rate: number): number {
  // Taken from 0, so that nothing to pay is 0 and not −0.
  return 0 - signedQty * markClose * rate;
}
