import type { Trade } from "../engine/order.ts";
import { DAY_MS } from "../market/timeframe.ts";
import type { TradeTally } from "./sizing.ts";

/**
 * What the limits remember of a run: the day's start, the peak, each coin's last exit, what the trades add up to.
 * Ticks cost a few comparisons and no memory.
 */
export class RiskTracker implements TradeTally {
  dayStartEquity: number;
  dayLowEquity: number;
  peakEquity: number;
  /** The deepest fall below a peak so far, a fraction. */
  drawdownShare = 0;
  trades = 0;
  wins = 0;
  losses = 0;
  moneyWon = 0;
  moneyLost = 0;

  #nextDayMs: number;
  #lastEquity: number;
  readonly #lastExitMs = new Map<string, number>();
  readonly #lastLossMs = new Map<string, number>();

  /** @param startMs - epoch milliseconds of the start of the run */
  constructor(startMs: number, initialCapital: number) {
    this.dayStartEquity = initialCapital;
    this.dayLowEquity = initialCapital;
    this.peakEquity = initialCapital;
    this.#lastEquity = initialCapital;
    this.#nextDayMs = dayAfter(startMs);
  }

  /**
   * Takes the equity of a tick. The tick at UTC midnight is the start of the new day; without one, the day starts with
   * the last equity before midnight.
   */
  onTick(nowMs: number, equity: number): void {
    if (nowMs >= this.#nextDayMs) {
      this.dayStartEquity = nowMs % DAY_MS === 0 ? equity : this.#lastEquity;
      this.dayLowEquity = this.dayStartEquity;
      this.#nextDayMs = dayAfter(nowMs);
    }
    if (equity < this.dayLowEquity) this.dayLowEquity = equity;
    if (equity > this.peakEquity) this.peakEquity = equity;
    else this.drawdownShare = Math.max(this.drawdownShare, (this.peakEquity - equity) / this.peakEquity);
    this.#lastEquity = equity;
  }

  /** Takes a round trip when it ends. */
  onTrade({ symbol, exitMs, pnl }: Pick<Trade, "symbol" | "exitMs" | "pnl">): void {
    this.trades++;
    this.#lastExitMs.set(symbol, exitMs);
    if (pnl > 0) {
      this.wins++;
      this.moneyWon += pnl;
    } else if (pnl < 0) {
      this.losses++;
      this.moneyLost -= pnl;
      this.#lastLossMs.set(symbol, exitMs);
    }
  }

  /** When the coin's last round trip ended; `NaN` before the first. */
  lastExitMs(symbol: string): number {
    return this.#lastExitMs.get(symbol) ?? Number.NaN;
  }

  /** When the coin's last losing round trip ended; `NaN` before the first. */
  lastLossMs(symbol: string): number {
    return this.#lastLossMs.get(symbol) ?? Number.NaN;
  }
}

function dayAfter(timeMs: number): number {
  return (Math.floor(timeMs / DAY_MS) + 1) * DAY_MS;
}
