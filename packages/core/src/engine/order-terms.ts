export type OrderType = "market" | "limit" | "stop-market" | "stop-limit" | "take-profit" | "trailing-stop";

/** Good till cancelled, immediate or cancel, good till a moment, good till the end of the session. */
export type TimeInForce = "GTC" | "IOC" | "GTD" | "DAY";

/** Under which conditions an order executes. Everything but the type is `null` or false where it does not apply. */
export interface OrderTerms {
  readonly orderType: OrderType;
  /** Worst price of a limit or stop-limit order. */
  readonly limitPrice: number | null;
  /** Trigger of a stop, stop-limit or take-profit order; first level of a trailing stop. */
  readonly stopPrice: number | null;
  /** How far a trailing stop follows the best price since it rests, as a share of that price. */
  readonly trailShare: number | null;
  readonly timeInForce: TimeInForce;
  /** First moment at which a GTD order no longer works, epoch milliseconds. */
  readonly expiresMs: number | null;
  /** Refused when it would take liquidity on arrival. */
  readonly postOnly: boolean;
  /** Orders of one group end with the first fill of any of them (one cancels the other). */
  readonly ocoGroup: string | null;
  /** The position that the order belongs to, where a policy holds several in one symbol. */
  readonly positionId: string | null;
}

/** A plain market order. One object for all of them: most orders are this. */
export const MARKET_TERMS: OrderTerms = {
  orderType: "market",
  limitPrice: null,
  stopPrice: null,
  trailShare: null,
  timeInForce: "GTC",
  expiresMs: null,
  postOnly: false,
  ocoGroup: null,
  positionId: null,
};

/**
 * Terms of an order that waits for a price. Every key is written out: a number spread over a `null` makes V8 work out
 * the shape of the object anew each time.
 */
export function stopTerms(orderType: "stop-market" | "take-profit", stopPrice: number): OrderTerms {
  return {
    orderType,
    limitPrice: null,
    stopPrice,
    trailShare: null,
    timeInForce: "GTC",
    expiresMs: null,
    postOnly: false,
    ocoGroup: null,
    positionId: null,
  };
}

/** Completes what an intent says of its terms. A DAY order ends with the session it is placed in or before. */
export function orderTerms(
  stated: Partial<OrderTerms> | undefined,
  nowMs: number,
  sessionEnd: (nowMs: number) => number,
): OrderTerms {
  if (stated === undefined) return MARKET_TERMS;
  const terms = { ...MARKET_TERMS, ...stated };
  return terms.timeInForce === "DAY" ? { ...terms, expiresMs: sessionEnd(nowMs) } : terms;
}

/** Why no venue would take an order on these terms, or `undefined`. The reason is the rule's name. */
export function termsRefusal(terms: OrderTerms, nowMs: number): string | undefined {
  if (terms === MARKET_TERMS) return undefined;
  const { orderType, limitPrice, stopPrice, trailShare, timeInForce, expiresMs } = terms;
  const needsLimit = orderType === "limit" || orderType === "stop-limit";
  const needsStop = orderType === "stop-market" || orderType === "stop-limit" || orderType === "take-profit";
  if (needsLimit ? !isPrice(limitPrice) : limitPrice !== null) return "invalid_limit_price";
  if (needsStop ? !isPrice(stopPrice) : stopPrice !== null && !isPrice(stopPrice)) return "invalid_stop_price";
  if (orderType === "trailing-stop" ? !isTrail(trailShare, stopPrice) : trailShare !== null) return "invalid_trail";
  if ((orderType === "market" || orderType === "limit") && stopPrice !== null) return "invalid_stop_price";
  if (terms.postOnly && (orderType !== "limit" || timeInForce === "IOC")) return "invalid_post_only";
  if (terms.ocoGroup !== null && orderType === "market") return "invalid_oco_group";
  const needsEnd = timeInForce === "GTD" || timeInForce === "DAY";
  const hasEnd = expiresMs !== null && expiresMs > nowMs && expiresMs < Infinity;
  return needsEnd ? (hasEnd ? undefined : "invalid_expiry") : expiresMs === null ? undefined : "invalid_expiry";
}

function isPrice(price: number | null): boolean {
  return price !== null && price > 0 && price < Infinity;
}

/** A trailing stop follows at a share below one, or keeps the distance its first level had. */
function isTrail(trailShare: number | null, stopPrice: number | null): boolean {
  return trailShare === null ? isPrice(stopPrice) : trailShare > 0 && trailShare < 1;
}
