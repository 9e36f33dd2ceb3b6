import { feeOf } from "./fees.ts";
import { floorToStep } from "./liquidity.ts";

/**
 * The largest quantity on the step that `money` pays for, fee included. 0 when it pays for nothing.
 *
 * @param money - quote currency
 * @param price - what one base unit costs
 */
export function affordableQty(money: number, price: number, feeBps: number, qtyStep: number): number {
  if (!(money > 0)) return 0;
  let qty = floorToStep(money / (price * (1 + feeBps / 10_000)), qtyStep);
  while (qty > 0 && qty * price + feeOf(qty, price, feeBps) > money) {
    qty = qtyStep === 0 ? qty * (1 - Number.EPSILON) : floorToStep(qty - qtyStep / 2, qtyStep);
  }
  return qty;
}
