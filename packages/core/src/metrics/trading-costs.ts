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

/** Adds up the costs of fills one by one, so that nobody has to keep them. */
export class CostMeter implements TradingCosts {
  fees = 0;
  slippage = 0;
  turnover = 0;

  add(fill: CostedFill): void {
    this.fees += fill.fees;
    this.slippage += Math.abs(fill.price - fill.referencePrice) * fill.qty;
    this.turnover += fill.qty * fill.price;
  }
}

export function tradingCosts(fills: readonly CostedFill[]): TradingCosts {
  const meter = new CostMeter();
  for (const fill of fills) meter.add(fill);
  return meter;
}
