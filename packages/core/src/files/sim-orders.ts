import { z } from "zod";
import type { Order } from "../engine/order.ts";
import { num, numOrNull, quantitySchema, secondsSchema, sideSchema, text, toMs, toSeconds } from "./wire.ts";

/** One line of `sim_orders.jsonl`: an order as it was placed. */
const simOrderLine = z.object({
  ts: secondsSchema,
  client_order_id: z.string().min(1),
  side: sideSchema,
  symbol: z.string(),
  qty: quantitySchema.nullable(),
  size_share: z.number().nullable(),
  order_type: z.literal("market"),
  signal_id: z.string().nullable(),
});

export function encodeSimOrder(order: Order): string {
  return (
    `{"ts":${num(toSeconds(order.tsMs))},"client_order_id":${text(order.clientOrderId)},"side":"${order.side}",` +
    `"symbol":${text(order.symbol)},"qty":${numOrNull(order.qty)},"size_share":${numOrNull(order.sizeShare)},` +
    `"order_type":"market","limit_price":null,"stop_price":null,"time_in_force":"GTC",` +
    `"signal_id":${text(order.signalId)}}`
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
    qty: line.qty,
    sizeShare: line.size_share,
    signalId: line.signal_id ?? undefined,
  };
}
