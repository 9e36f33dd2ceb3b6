import { z } from "zod";
import type { Order } from "../engine/order.ts";
import { MARKET_TERMS, type OrderTerms } from "../engine/order-terms.ts";
import { num, numOrNull, quantitySchema, secondsSchema, sideSchema, text, toMs, toSeconds } from "./wire.ts";

const priceSchema = z.number().positive().nullish();

/** One line of `sim_orders.jsonl`: an order as it was placed. The last six keys stand only where they apply. */
const simOrderLine = z.object({
  ts: secondsSchema,
  client_order_id: z.string().min(1),
  side: sideSchema,
  symbol: z.string(),
  qty: quantitySchema.nullish(),
  size_share: z.number().nullish(),
  order_type: z.enum(["market", "limit", "stop-market", "stop-limit", "take-profit", "trailing-stop"]),
  limit_price: priceSchema,
  stop_price: priceSchema,
  time_in_force: z.enum(["GTC", "IOC", "GTD", "DAY"]).nullish(),
  signal_id: z.string().nullish(),
  expires_ts: secondsSchema.nullish(),
  trail_share: z.number().gt(0).lt(1).nullish(),
  post_only: z.boolean().nullish(),
  oco_group: z.string().nullish(),
  position_id: z.string().nullish(),
});

export function encodeSimOrder(order: Order): string {
  const { terms } = order;
  return (
    `{"ts":${num(toSeconds(order.tsMs))},"client_order_id":${text(order.clientOrderId)},"side":"${order.side}",` +
    `"symbol":${text(order.symbol)},"qty":${numOrNull(order.qty)},"size_share":${numOrNull(order.sizeShare)},` +
    (terms === MARKET_TERMS
      ? `"order_type":"market","limit_price":null,"stop_price":null,"time_in_force":"GTC",`
      : encodeTerms(terms)) +
    `"signal_id":${text(order.signalId)}${terms === MARKET_TERMS ? "" : encodeRareTerms(terms)}}`
  );
}

function encodeTerms(terms: OrderTerms): string {
  return (
    `"order_type":"${terms.orderType}","limit_price":${numOrNull(terms.limitPrice)},` +
    `"stop_price":${numOrNull(terms.stopPrice)},"time_in_force":"${terms.timeInForce}",`
  );
}

function encodeRareTerms({ expiresMs, trailShare, postOnly, ocoGroup, positionId }: OrderTerms): string {
  return (
    (expiresMs === null ? "" : `,"expires_ts":${num(toSeconds(expiresMs))}`) +
    (trailShare === null ? "" : `,"trail_share":${num(trailShare)}`) +
    (postOnly ? ',"post_only":true' : "") +
    (ocoGroup === null ? "" : `,"oco_group":${text(ocoGroup)}`) +
    (positionId === null ? "" : `,"position_id":${text(positionId)}`)
  );
}

/** @throws ZodError when the line does not follow the contract */
export function decodeSimOrder(value: unknown): Order {
  const line = simOrderLine.parse(value);
  return {
    clientOrderId: line.client_order_id,
    tsMs: toMs(line.ts),
    symbol: line.symbol,
    side: line.side,
    qty: line.qty ?? null,
    sizeShare: line.size_share ?? null,
    terms: decodeTerms(line),
    signalId: line.signal_id ?? undefined,
  };
}

function decodeTerms(line: z.infer<typeof simOrderLine>): OrderTerms {
  const terms: OrderTerms = {
    orderType: line.order_type,
    limitPrice: line.limit_price ?? null,
    stopPrice: line.stop_price ?? null,
    trailShare: line.trail_share ?? null,
    timeInForce: line.time_in_force ?? "GTC",
    expiresMs: line.expires_ts === null || line.expires_ts === undefined ? null : toMs(line.expires_ts),
    postOnly: line.post_only ?? false,
    ocoGroup: line.oco_group ?? null,
    positionId: line.position_id ?? null,
  };
  return isPlain(terms) ? MARKET_TERMS : terms;
}

function isPlain(terms: OrderTerms): boolean {
  return (Object.keys(MARKET_TERMS) as (keyof OrderTerms)[]).every((key) => terms[key] === MARKET_TERMS[key]);
}
