/** Equity and cash at every tick, as columns. Row 0 is the start of the run with the initial capital. */
export class EquityCurve {
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  /** Rows used, the first one included. */
  length = 1;

  constructor(maxTicks: number, startMs: number, initialCapital: number) {
    this.timeMs = new Float64Array(maxTicks + 1);
    this.equity = new Float64Array(maxTicks + 1);
    this.cash = new Float64Array(maxTicks + 1);
    this.timeMs[0] = startMs;
    this.equity[0] = initialCapital;
    this.cash[0] = initialCapital;
  }

  /** Records a tick; a second record of the same tick replaces the first. */
  record(timeMs: number, equity: number, cash: number): void {
    if (this.length === 1 || this.timeMs[this.length - 1] !== timeMs) this.length++;
    const row = this.length - 1;
    this.timeMs[row] = timeMs;
    this.equity[row] = equity;
    this.cash[row] = cash;
  }
}
