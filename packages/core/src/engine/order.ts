import type { OrderTerms } from "./order-terms.ts";

export type Side = "buy" | "sell";

/** An instruction as it was placed. Quantities are base units, positive; direction is `side`. */
export interface Order {
  /** `<SYMBOL>-<n>` */
  readonly clientOrderId: string;
  /** Close of the decision bar, epoch milliseconds. */
  readonly tsMs: number;
  readonly symbol: string;
  readonly side: Side;
  /** `null` while it is a fraction of equity, turned into a quantity when the order meets the market. */
  readonly qty: number | null;
  /** Fraction of equity of an entry, else `null`. */
  readonly sizeShare: number | null;
  readonly terms: OrderTerms;
  readonly signalId: string | undefined;
}

/** Every outcome of an order that is not a fill. */
export interface OrderEvent {
  readonly tsMs: number;
  readonly clientOrderId: string;
  readonly event: "refused" | "cancelled" | "expired";
  /** The rule that decided, e.g. `min_notional`, `superseded`, `cut_to_cash`, `end_of_run`. */
  readonly reason: string;
  /** Quantity that will not fill; `null` when it was never sized. */
  readonly qty: number | null;
}

/**
 * How a fill came about: a market order at the open or the close, an order that rested, a protective exit, or the end.
 */
export const FILL_RULES = [
  "next_open",
  "close",
  "limit",
  "stop",
  "take_profit",
  "stop_loss",
  "trailing_stop",
  "break_even",
  "time_exit",
  "liquidation",
  "end_of_run",
  "liquidated",
] as const;

export type FillRule = (typeof FILL_RULES)[number];

/** An executed part of an order. */
export interface Fill {
  /** When it executed, epoch milliseconds, inside its bar. */
  readonly tsMs: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: number;
  readonly price: number;
  /** Quote currency. */
  readonly fees: number;
  /** Paid against the reference price; adverse is positive. */
  readonly slippageBps: number;
  readonly state: "filled" | "partial";
  /** Open time of the bar it executed in. */
  readonly barMs: number;
  readonly referencePrice: number;
  readonly rule: FillRule;
  readonly signalId: string | undefined;
}

/** A round trip, flat to flat. Prices are quantity-weighted, `pnl` is after all costs. */
export interface Trade {
  /** `<SYMBOL>-t<n>` */
  readonly tradeId: string;
  /** Of the position, where the policy named it; else `null`. */
  readonly positionId: string | null;
  readonly symbol: string;
  readonly side: "long" | "short";
  /** Total quantity entered. */
  readonly qty: number;
  readonly entryMs: number;
  readonly entryPrice: number;
  readonly exitMs: number;
  readonly exitPrice: number;
  readonly pnl: number;
  /** 100 × pnl ÷ (qty × entryPrice) */
  readonly pnlPct: number;
  readonly fees: number;
  readonly exitReason: string;
  /** Closes of bars between entry and exit. */
  readonly barsHeld: number;
  /**
   * Furthest the price went against the position, and for it, in percent of the entry price: over its own fills and the
   * bars that it was held through, so never more than it really saw.
   */
  readonly maePct: number;
  readonly mfePct: number;
  /** Cash that moved without a fill while it was open (funding, interest), quote currency; part of `pnl`. */
  readonly flows: number;
}

/** Cash that moved without a fill (funding, interest). */
export interface CashFlow {
  readonly tsMs: number;
  readonly symbol: string;
  readonly kind: string;
  readonly amount: number;
}
