import { type Candle, type CandleColumns, candleAt } from "../market/candles.ts";

/** One closed bar by itself: its values, and its shape in words. It stays what it is when the run goes on. */
export class BarView implements Candle {
  /** Open time, epoch milliseconds. */
  readonly openMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;

  constructor(columns: CandleColumns, row: number) {
    const candle = candleAt(columns, row);
    this.openMs = columns.time[row]!;
    this.open = candle.open;
    this.high = candle.high;
    this.low = candle.low;
    this.close = candle.close;
    this.volume = candle.volume;
  }

  /** Closed above its open. */
  get isBullish(): boolean {
    return this.close > this.open;
  }

  /** Closed below its open. */
  get isBearish(): boolean {
    return this.close < this.open;
  }

  /** High minus low. */
  get range(): number {
    return this.high - this.low;
  }

  /** Distance between open and close. */
  get body(): number {
    return Math.abs(this.close - this.open);
  }
}
