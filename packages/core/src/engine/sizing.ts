import { feeOf } from "./fees.ts";
import { floorToStep } from "./liquidity.ts";

/**
 * The largest quantity on the step that `money` pays for, fees included. 0 when it pays for nothing.
 *
 * @param money - quote currency
 * @param price - what one base unit costs
 * @param fixedFee - quote currency, whatever the quantity
 */
export function affordableQty(money: number, price: number, feeBps: number, qtyStep: number, fixedFee = 0): number {
  if (!(money > fixedFee)) return 0;
  const cost = (qty: number) => qty * price + feeOf(qty, price, feeBps) + fixedFee;
  const most = (money - fixedFee) / (price * (1 + feeBps / 10_000));
  let qty = floorToStep(most, qtyStep);
  // Rounding can put the cost an ulp above the money. Each try gives up twice as much, so that the tries end.
  for (let less = Number.EPSILON; qty > 0 && cost(qty) > money; less *= 2) {
    qty = less < 1 ? floorToStep(most * (1 - less), qtyStep) : 0;
  }
  return qty;
}
