import type { Side } from "../engine/order.ts";

/** Why there is no size, as it stands in `order_events.jsonl`. */
export type NoSizeReason =
  | "no_size"
  | "no_stop"
  | "stop_beyond_price"
  | "no_volatility"
  | "too_few_trades"
  | "no_edge"
  | "invalid_size";

/** A share of equity above 0, or the reason why there is none. */
export type Size = number | { readonly refusal: NoSizeReason };

/** What the closed trades of a run add up to. Money in quote currency, after all costs. */
export interface TradeTally {
  readonly trades: number;
  /** Trades with pnl > 0. */
  readonly wins: number;
  /** Trades with pnl < 0. */
  readonly losses: number;
  readonly moneyWon: number;
  /** Positive. */
  readonly moneyLost: number;
}

/** The share of equity that `notional` is, at most `maxShare`. */
export function notionalSize(notional: number, equity: number, maxShare = 1): Size {
  return checked(Math.min(maxShare, notional / equity));
}

/**
 * The share of equity that loses `riskShare` of equity when the stop is hit at its price:
 * riskShare × price ÷ |price − stop|, at most `maxShare`.
 */
export function riskSize(
  riskShare: number,
  side: Side,
  price: number,
  stopPrice: number | undefined,
  maxShare = 1,
): Size {
  if (stopPrice === undefined || Number.isNaN(stopPrice)) return { refusal: "no_stop" };
  const distance = side === "buy" ? price - stopPrice : stopPrice - price;
  if (!(distance > 0)) return { refusal: "stop_beyond_price" };
  return checked(Math.min(maxShare, (riskShare * price) / distance));
}

/**
 * The share of equity that moves as much in a year as is wanted: target ÷ realised volatility, at most `maxShare`.
 * @param realised - annual, a fraction; `undefined` where it does not exist
 */
export function volatilitySize(target: number, realised: number | undefined, maxShare = 1): Size {
  return realised === undefined ? { refusal: "no_volatility" } : checked(Math.min(maxShare, target / realised));
}

export interface KellyRule {
  /** How much of the Kelly share is bet; ½ is half Kelly. */
  readonly fraction: number;
  readonly maxShare: number;
  /** Closed trades before the formula is believed. */
  readonly minTrades: number;
  /** Size until then, and while no trade has lost: the payoff ratio does not exist yet. */
  readonly fallbackShare: number | undefined;
}

/**
 * fraction × (W − (1 − W) ÷ R), at most `maxShare`; W is the share of winning trades, R average win ÷ average loss.
 * Source: J. L. Kelly, "A New Interpretation of Information Rate", Bell System Technical Journal 35(4), 1956.
 */
export function kellySize(tally: TradeTally, { fraction, maxShare, minTrades, fallbackShare }: KellyRule): Size {
  const { trades, wins, losses, moneyWon, moneyLost } = tally;
  if (trades === 0 || trades < minTrades || losses === 0) {
    return fallbackShare === undefined ? { refusal: "too_few_trades" } : checked(Math.min(maxShare, fallbackShare));
  }
  if (wins === 0) return { refusal: "no_edge" };
  const winShare = wins / trades;
  const payoff = moneyWon / wins / (moneyLost / losses);
  const kelly = winShare - (1 - winShare) / payoff;
  return kelly > 0 ? checked(Math.min(maxShare, fraction * kelly)) : { refusal: "no_edge" };
}

/** The stop itself, or the price at `maxShare` of `price` away from it when the stop lies further. */
export function limitStop(side: Side, price: number, stopPrice: number, maxShare: number): number {
  const furthest = stopAt(side, price, maxShare);
  return side === "buy" ? Math.max(stopPrice, furthest) : Math.min(stopPrice, furthest);
}

/** The price at which a position entered at `price` has lost `share` of it. */
export function stopAt(side: Side, price: number, share: number): number {
  return side === "buy" ? price - price * share : price + price * share;
}

/** A share of equity that an order can carry. */
export function checked(share: number): Size {
  return share > 0 && share < Infinity ? share : { refusal: "invalid_size" };
}
