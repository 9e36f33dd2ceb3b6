/** What cost statistics need to know of a fill; money in quote currency. */
export interface CostedFill {
  readonly side: "buy" | "sell";
  readonly qty: number;
  readonly price: number;
  /** Price before slippage. */
  readonly referencePrice: number;
  readonly fees: number;
}

/** Quote currency. */
export interface TradingCosts {
  readonly fees: number;
  /**
   * Σ adverse distance from the reference × qty: what slippage took. Negative where a venue's insurance settled a
   * liquidation at a better price than the market's.
   */
  readonly slippage: number;
  /** Σ qty × price, buys and sells. */
  readonly turnover: number;
}

/** Adds up the costs of fills one by one, so that nobody has to keep them. */
export class CostMeter implements TradingCosts {
  fees = 0;
  slippage = 0;
  turnover = 0;

  add(fill: CostedFill): void {
    this.fees += fill.fees;
    this.slippage += slippageCost(fill);
    this.turnover += fill.qty * fill.price;
  }
}

/** What slippage took of one fill, quote currency. */
export function slippageCost({ side, qty, price, referencePrice }: CostedFill): number {
  return (side === "buy" ? price - referencePrice : referencePrice - price) * qty;
}

export function tradingCosts(fills: readonly CostedFill[]): TradingCosts {
  const meter = new CostMeter();
  for (const fill of fills) meter.add(fill);
  return meter;
}
