/**
 * Bars in which the data leave open what a position met, and what that may have changed: how much less, and how much
 * more, the run would have made there and then had each been the worst or the best that the bar allows. What later
 * trades would have made of it is not followed.
 */
export class Doubts {
  bars = 0;
  /** Zero or less, quote currency. */
  worst = 0;
  /** Zero or more, quote currency. */
  best = 0;

  /** @param price - what the run took */
  add(isLong: boolean, qty: number, price: number, doubt: { readonly worst: number; readonly best: number }): void {
    const gain = (other: number) => Math.abs(qty) * (isLong ? other - price : price - other);
    this.bars++;
    this.worst += Math.min(0, gain(doubt.worst));
    this.best += Math.max(0, gain(doubt.best));
  }
}
