/** What cost statistics need to know of a fill; money in quote currency. */
export interface CostedFill {
  readonly qty: number;
  readonly price: number;
  /** Price before slippage. */
  readonly referencePrice: number;
  readonly fees: number;
}

/** Quote currency. */
export interface TradingCosts {
  readonly fees: number;
  /** Σ |price − reference| × qty: what slippage took. */
  readonly slippage: number;
  /** Σ qty × price, buys and sells. */
  readonly turnover: number;
}

export function tradingCosts(fills: readonly CostedFill[]): TradingCosts {
  let fees = 0;
  let slippage = 0;
  let turnover = 0;
  for (const fill of fills) {
    fees += fill.fees;
    slippage += Math.abs(fill.price - fill.referencePrice) * fill.qty;
    turnover += fill.qty * fill.price;
  }
  return { fees, slippage, turnover };
}
