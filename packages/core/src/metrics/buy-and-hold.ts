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
  const money = (1 / series.length) * initialCapital;
  const holdings = series.map((one) => holdingOf(one, fillAt, money));
  const equity = cashColumn(holdings, timeMs, length, initialCapital);
  for (const holding of holdings) addValue(holding, timeMs, equity);
  return equity;
}

/** One coin's part: nothing until its entry row has closed, then a quantity at the last close. */
interface Holding {
  readonly columns: CandleColumns;
  readonly timeframeMs: number;
  readonly entryRow: number;
  readonly qty: number;
  readonly spent: number;
}

function holdingOf(
  { columns, timeframeMs, firstDecisionMs }: HeldSeries,
  fillAt: "next-open" | "close",
  money: number,
): Holding {
  const entryRow = firstRowAt(columns, (firstDecisionMs ?? Infinity) - (fillAt === "close" ? timeframeMs : 0));
  const price = (fillAt === "close" ? columns.close : columns.open)[entryRow] ?? Number.NaN;
  const qty = entryRow < columns.length ? affordableQty(money, price, 0, 0) : 0;
  return { columns, timeframeMs, entryRow, qty, spent: qty === 0 ? 0 : qty * price };
}

/** What was not spent yet at every row. */
function cashColumn(
  holdings: readonly Holding[],
  timeMs: Float64Array,
  length: number,
  initialCapital: number,
): Float64Array {
  const column = new Float64Array(length).fill(initialCapital);
  const entries = holdings
    .filter(({ qty }) => qty > 0)
    .map(({ columns, timeframeMs, entryRow, spent }) => ({ atMs: columns.time[entryRow]! + timeframeMs, spent }))
    .sort((a, b) => a.atMs - b.atMs);
  let cash = initialCapital;
  for (const { atMs, spent } of entries) {
    cash -= spent;
    column.fill(cash, firstAtOrAfter(timeMs, length, atMs));
  }
  return column;
}

/** Adds to every row what the coin is worth at its last close. */
function addValue({ columns, timeframeMs, entryRow, qty }: Holding, timeMs: Float64Array, equity: Float64Array): void {
  if (qty === 0) return;
  const { time, close, length } = columns;
  let next = entryRow;
  let value = 0;
  for (let row = 1; row < equity.length; row++) {
    const lastOpenMs = timeMs[row]! - timeframeMs;
    while (next < length && time[next]! <= lastOpenMs) value = qty * close[next++]!;
    equity[row]! += value;
  }
}

function firstAtOrAfter(timeMs: Float64Array, length: number, atMs: number): number {
  let row = 1;
  while (row < length && timeMs[row]! < atMs) row++;
  return row;
}
