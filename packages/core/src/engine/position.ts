import type { CandleColumns } from "../market/candles.ts";
import type { Numbering } from "./numbering.ts";
import type { OpenExits } from "./open-exits.ts";
import type { Fill, Trade } from "./order.ts";

/** A rest smaller than this share of the whole is rounding, not a quantity. */
const REST_SHARE = 1e-9;

/** Whether what is left of `whole`, or goes beyond it, is only rounding. */
export function isRounding(rest: number, whole: number): boolean {
  return Math.abs(rest) <= REST_SHARE * whole;
}

/** Where a position stands: the bars of its market, and the count that gives trades their ids. */
export interface PositionBook {
  readonly columns: CandleColumns;
  readonly tradeIds: Numbering;
}

/** One position in a symbol, and the round trip it belongs to. */
export class Position {
  /** What the policy calls it; `null` for the one that every order without a name means. */
  readonly id: string | null;
  /** Its protective exits, `undefined` when it has none. */
  exits: OpenExits | undefined = undefined;
  /** Base units; negative is short, 0 is flat. */
  qty = 0;

  readonly #book: PositionBook;
  #trip: RoundTrip | undefined;

  constructor(book: PositionBook, id: string | null = null) {
    this.#book = book;
    this.id = id;
  }

  /** Quantity-weighted price of what was entered; `NaN` when flat. */
  get entryPrice(): number {
    return this.#trip === undefined ? Number.NaN : this.#trip.entryNotional / this.#trip.entryQty;
  }

  /** First entry of the open round trip, epoch milliseconds; `NaN` when flat. */
  get entryMs(): number {
    return this.#trip?.entryMs ?? Number.NaN;
  }

  /** Fees paid in the open round trip, quote currency. */
  get fees(): number {
    return this.#trip?.fees ?? 0;
  }

  /** Cash that moved without a fill in the open round trip, quote currency; what came in is positive. */
  get flows(): number {
    return this.#trip?.flows ?? 0;
  }

  /** Books cash that moved because of what is held (funding, interest): it counts for the round trip. */
  addFlow(amount: number): void {
    if (this.#trip !== undefined) this.#trip.flows += amount;
  }

  /**
   * Books a fill. Returns the round trip it ended, if it ended one; what goes beyond flat starts the next.
   * @param exitReason - why, should this fill end the round trip
   * @param row - of the bar it executed in
   */
  apply(fill: Fill, exitReason: string, row: number): Trade | undefined {
    const signed = fill.side === "buy" ? fill.qty : -fill.qty;
    if (this.qty === 0 || Math.sign(signed) === Math.sign(this.qty)) {
      this.#enter(fill, fill.qty, fill.fees, row);
      return undefined;
    }
    const held = Math.abs(this.qty);
    const isWholeFill = fill.qty <= held || isRounding(fill.qty - held, this.#trip!.entryQty);
    const exitQty = isWholeFill ? fill.qty : held;
    const exitFees = isWholeFill ? fill.fees : (fill.fees * exitQty) / fill.qty;
    const trade = this.#exit(fill, exitQty, exitFees, exitReason, row);
    if (!isWholeFill) this.#enter(fill, fill.qty - exitQty, fill.fees - exitFees, row);
    return trade;
  }

  #enter(fill: Fill, qty: number, fees: number, row: number): void {
    this.#trip ??= {
      side: fill.side === "buy" ? "long" : "short",
      entryMs: fill.tsMs,
      entryRow: row,
      // A bar that was entered at its open was held whole.
      firstWholeRow: fill.rule === "next_open" ? row : row + 1,
      entryQty: 0,
      entryNotional: 0,
      exitQty: 0,
      exitNotional: 0,
      fees: 0,
      flows: 0,
      lowest: fill.price,
      highest: fill.price,
    };
    this.#trip.entryQty += qty;
    this.#trip.entryNotional += qty * fill.price;
    this.#trip.fees += fees;
    sawPrice(this.#trip, fill.price);
    this.qty += fill.side === "buy" ? qty : -qty;
  }

  #exit(fill: Fill, qty: number, fees: number, exitReason: string, row: number): Trade | undefined {
    const trip = this.#trip!;
    trip.exitQty += qty;
    trip.exitNotional += qty * fill.price;
    trip.fees += fees;
    sawPrice(trip, fill.price);
    this.qty += fill.side === "buy" ? qty : -qty;
    if (!isRounding(this.qty, trip.entryQty)) return undefined;
    this.qty = 0;
    this.#trip = undefined;
    sawBars(trip, this.#book.columns, row);
    const ids = { tradeId: this.#book.tradeIds.next(), positionId: this.id };
    return closedTrade(trip, ids, fill, exitReason, row);
  }
}

interface RoundTrip {
  readonly side: "long" | "short";
  readonly entryMs: number;
  readonly entryRow: number;
  /** First bar that is held from its open on. */
  readonly firstWholeRow: number;
  entryQty: number;
  entryNotional: number;
  exitQty: number;
  exitNotional: number;
  fees: number;
  /** Cash that moved without a fill. */
  flows: number;
  /** Extreme prices the position certainly saw: its own fills, and bars that it was held through. */
  lowest: number;
  highest: number;
}

function sawPrice(trip: RoundTrip, price: number): void {
  if (price < trip.lowest) trip.lowest = price;
  if (price > trip.highest) trip.highest = price;
}

/** Takes the bars between entry and exit into account, once, when the round trip has ended. */
function sawBars(trip: RoundTrip, { low, high }: CandleColumns, exitRow: number): void {
  let { lowest, highest } = trip;
  for (let row = trip.firstWholeRow; row < exitRow; row++) {
    if (low[row]! < lowest) lowest = low[row]!;
    if (high[row]! > highest) highest = high[row]!;
  }
  trip.lowest = lowest;
  trip.highest = highest;
}

function closedTrade(
  trip: RoundTrip,
  { tradeId, positionId }: Pick<Trade, "tradeId" | "positionId">,
  last: Fill,
  exitReason: string,
  exitRow: number,
): Trade {
  const gross = trip.side === "long" ? trip.exitNotional - trip.entryNotional : trip.entryNotional - trip.exitNotional;
  const pnl = gross - trip.fees + trip.flows;
  const entryPrice = trip.entryNotional / trip.entryQty;
  const isLong = trip.side === "long";
  return {
    tradeId,
    positionId,
    symbol: last.symbol,
    side: trip.side,
    qty: trip.entryQty,
    entryMs: trip.entryMs,
    entryPrice,
    exitMs: last.tsMs,
    exitPrice: trip.exitNotional / trip.exitQty,
    pnl,
    pnlPct: (100 * pnl) / trip.entryNotional,
    fees: trip.fees,
    exitReason,
    barsHeld: exitRow - trip.entryRow,
    maePct: (100 * Math.max(0, isLong ? entryPrice - trip.lowest : trip.highest - entryPrice)) / entryPrice,
    mfePct: (100 * Math.max(0, isLong ? trip.highest - entryPrice : entryPrice - trip.lowest)) / entryPrice,
    flows: trip.flows,
  };
}
