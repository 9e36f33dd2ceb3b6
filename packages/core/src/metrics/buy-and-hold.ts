import { affordableQty } from "../engine/sizing.ts";
import { type CandleColumns, firstRowAt } from "../market/candles.ts";

export interface HeldSeries {
  /** Bars of one coin, oldest first; rows before the first decision may be among them. */
  readonly columns: CandleColumns;
  readonly timeframeMs: number;
  /** Close of the bar at which a strategy could first decide; `undefined` when it never could: the share stays cash. */
  readonly firstDecisionMs: number | undefined;
}

export interface BuyAndHoldRequest {
  readonly series: readonly HeldSeries[];
  /** Ticks of the run, ascending; row 0 is the start. */
  readonly timeMs: Float64Array;
  readonly length: number;
  /** Quote currency, spread evenly over the coins. */
  readonly initialCapital: number;
  readonly fillAt: "next-open" | "close";
}

/**
 * Equity at every row of a portfolio that buys every coin once, without costs, and never sells.
 *
 * Each coin takes an even share of the capital at the first price an order decided at `firstDecisionMs` could have had:
 * the open of the next bar, or with `fillAt` "close" the close of that very bar. Between its bars a coin is worth its
 * last close. The arithmetic is the engine's, so that a strategy that does the same without costs draws the same curve.
 */
export function buyAndHold(request: BuyAndHoldRequest): Float64Array {
  const { series, timeMs, length, initialCapital, fillAt } = request;
  const equity = new Float64Array(length);
  const money = (1 / series.length) * initialCapital;
  const holdings = series.map((one) => new Holding(one, fillAt));
  let cash = initialCapital;
  equity[0] = initialCapital;
  for (let row = 1; row < length; row++) {
    const nowMs = timeMs[row]!;
    for (const holding of holdings) cash -= holding.advanceTo(nowMs, money);
    let value = cash;
    for (const holding of holdings) value += holding.value;
    equity[row] = value;
  }
  return equity;
}

/** One coin's part: nothing until its entry row has closed, then a quantity at the last close. */
class Holding {
  value = 0;

  readonly #columns: CandleColumns;
  readonly #timeframeMs: number;
  readonly #entryRow: number;
  readonly #entryPrices: Float64Array;
  /** Last closed row. */
  #row = -1;
  #qty = 0;

  constructor({ columns, timeframeMs, firstDecisionMs }: HeldSeries, fillAt: "next-open" | "close") {
    this.#columns = columns;
    this.#timeframeMs = timeframeMs;
    const entryMs = (firstDecisionMs ?? Infinity) - (fillAt === "close" ? timeframeMs : 0);
    this.#entryRow = firstRowAt(columns, entryMs);
    this.#entryPrices = fillAt === "close" ? columns.close : columns.open;
  }

  /** Moves to the last bar closed at `nowMs` and returns the money spent on the way. */
  advanceTo(nowMs: number, money: number): number {
    const columns = this.#columns;
    const before = this.#row;
    let row = before;
    while (row + 1 < columns.length && columns.time[row + 1]! + this.#timeframeMs <= nowMs) row++;
    if (row === before) return 0;
    this.#row = row;
    let spent = 0;
    if (before < this.#entryRow && row >= this.#entryRow) {
      const price = this.#entryPrices[this.#entryRow]!;
      this.#qty = affordableQty(money, price, 0, 0);
      spent = this.#qty * price;
    }
    if (this.#qty > 0) this.value = this.#qty * columns.close[row]!;
    return spent;
  }
}
