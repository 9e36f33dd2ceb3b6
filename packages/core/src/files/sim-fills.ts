import { z } from "zod";
import { FILL_RULES, type Fill } from "../engine/order.ts";
import { num, quantitySchema, secondsSchema, sideSchema, text, toMs, toSeconds } from "./wire.ts";

/** One line of `sim_fills.jsonl`: an executed part of an order. `ts` may be fractional. */
const simFillLine = z.object({
  ts: secondsSchema,
  client_order_id: z.string().min(1),
  side: sideSchema,
  symbol: z.string(),
  qty: quantitySchema,
  fill_price: z.number().positive(),
  fees: z.number(),
  slippage_bps: z.number(),
  state: z.enum(["filled", "partial"]),
  bar_ts: secondsSchema,
  reference_price: z.number().positive(),
  rule: z.enum(FILL_RULES),
  signal_id: z.string().nullable(),
});

export function encodeSimFill(fill: Fill): string {
  return (
    `{"ts":${num(toSeconds(fill.tsMs))},"client_order_id":${text(fill.clientOrderId)},"side":"${fill.side}",` +
    `"symbol":${text(fill.symbol)},"qty":${num(fill.qty)},"fill_price":${num(fill.price)},"fees":${num(fill.fees)},` +
    `"slippage_bps":${num(fill.slippageBps)},"state":"${fill.state}","bar_ts":${num(toSeconds(fill.barMs))},` +
    `"reference_price":${num(fill.referencePrice)},"rule":"${fill.rule}","signal_id":${text(fill.signalId)}}`
  );
}

/** @throws ZodError when the line does not follow the contract */
export function decodeSimFill(value: unknown): Fill {
  const line = simFillLine.parse(value);
  return {
    tsMs: toMs(line.ts),
    clientOrderId: line.client_order_id,
    symbol: line.symbol,
    side: line.side,
    qty: line.qty,
    price: line.fill_price,
    fees: line.fees,
    slippageBps: line.slippage_bps,
    state: line.state,
    barMs: toMs(line.bar_ts),
    referencePrice: line.reference_price,
    rule: line.rule,
    signalId: line.signal_id ?? undefined,
  };
}
