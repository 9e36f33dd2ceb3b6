import { z } from "zod";
import type { OrderEvent } from "../engine/order.ts";
import { num, numOrNull, quantitySchema, secondsSchema, text, toMs, toSeconds } from "./wire.ts";

/** One line of `order_events.jsonl`: an outcome of an order that is not a fill. */
const orderEventLine = z.object({
  ts: secondsSchema,
  client_order_id: z.string().min(1),
  event: z.enum(["refused", "cancelled", "expired"]),
  reason: z.string(),
  qty: quantitySchema.nullable(),
});

export function encodeOrderEvent(event: OrderEvent): string {
  return (
    `{"ts":${num(toSeconds(event.tsMs))},"client_order_id":${text(event.clientOrderId)},"event":"${event.event}",` +
    `"reason":${text(event.reason)},"qty":${numOrNull(event.qty)}}`
  );
}

/** @throws ZodError when the line does not follow the contract */
export function decodeOrderEvent(value: unknown): OrderEvent {
  const line = orderEventLine.parse(value);
  return {
    tsMs: toMs(line.ts),
    clientOrderId: line.client_order_id,
    event: line.event,
    reason: line.reason,
    qty: line.qty,
  };
}
