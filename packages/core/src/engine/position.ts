import type { Fill, Trade } from "./order.ts";

/** A rest smaller than this share of the whole is rounding, not a quantity. */
const REST_SHARE = 1e-9;

/** Whether what is left of `whole`, or goes beyond it, is only rounding. */
export function isRounding(rest: number, whole: number): boolean {
  return Math.abs(rest) <= REST_SHARE * whole;
}

/** What is held of one symbol, and the round trip it belongs to. */
export class Position {
  /** Base units; negative is short, 0 is flat. */
  qty = 0;

  #trip: RoundTrip | undefined;
  #trades = 0;

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

  /**
   * Books a fill. Returns the round trip it ended, if it ended one; what goes beyond flat starts the next.
   * @param exitReason - why, should this fill end the round trip
   */
  apply(fill: Fill, exitReason: string): Trade | undefined {
    const signed = fill.side === "buy" ? fill.qty : -fill.qty;
    if (this.qty === 0 || Math.sign(signed) === Math.sign(this.qty)) {
      this.#enter(fill, fill.qty, fill.fees);
      return undefined;
    }
    const held = Math.abs(this.qty);
    const isWholeFill = fill.qty <= held || isRounding(fill.qty - held, this.#trip!.entryQty);
    const exitQty = isWholeFill ? fill.qty : held;
    const exitFees = isWholeFill ? fill.fees : (fill.fees * exitQty) / fill.qty;
    const trade = this.#exit(fill, exitQty, exitFees, exitReason);
    if (!isWholeFill) this.#enter(fill, fill.qty - exitQty, fill.fees - exitFees);
    return trade;
  }

  #enter(fill: Fill, qty: number, fees: number): void {
    this.#trip ??= {
      side: fill.side === "buy" ? "long" : "short",
      entryMs: fill.tsMs,
      entryQty: 0,
      entryNotional: 0,
      exitQty: 0,
      exitNotional: 0,
      fees: 0,
    };
    this.#trip.entryQty += qty;
    this.#trip.entryNotional += qty * fill.price;
    this.#trip.fees += fees;
    this.qty += fill.side === "buy" ? qty : -qty;
  }

  #exit(fill: Fill, qty: number, fees: number, exitReason: string): Trade | undefined {
    const trip = this.#trip!;
    trip.exitQty += qty;
    trip.exitNotional += qty * fill.price;
    trip.fees += fees;
    this.qty += fill.side === "buy" ? qty : -qty;
    if (!isRounding(this.qty, trip.entryQty)) return undefined;
    this.qty = 0;
    this.#trip = undefined;
    this.#trades++;
    return closedTrade(trip, `${fill.symbol}-t${this.#trades}`, fill, exitReason);
  }
}

interface RoundTrip {
  readonly side: "long" | "short";
  readonly entryMs: number;
  entryQty: number;
  entryNotional: number;
  exitQty: number;
  exitNotional: number;
  fees: number;
}

function closedTrade(trip: RoundTrip, tradeId: string, last: Fill, exitReason: string): Trade {
  const gross = trip.side === "long" ? trip.exitNotional - trip.entryNotional : trip.entryNotional - trip.exitNotional;
  const pnl = gross - trip.fees;
  return {
    tradeId,
    symbol: last.symbol,
    side: trip.side,
    qty: trip.entryQty,
    entryMs: trip.entryMs,
    entryPrice: trip.entryNotional / trip.entryQty,
    exitMs: last.tsMs,
    exitPrice: trip.exitNotional / trip.exitQty,
    pnl,
    pnlPct: (100 * pnl) / trip.entryNotional,
    fees: trip.fees,
    exitReason,
  };
}
