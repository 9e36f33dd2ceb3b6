import { z } from "zod";
import type { Signal } from "../strategy/signal.ts";
import { num, numOrNull, secondsSchema, text, toMs, toSeconds } from "./wire.ts";

/** One line of `signals.jsonl`: what a strategy thought at the close of a bar. */
const signalLine = z.object({
  signal_id: z.string().min(1),
  ts: secondsSchema,
  strategy: z.string(),
  symbol: z.string(),
  direction: z.enum(["long", "short", "close"]),
  strength: z.number().nullish(),
  size: z.number().nullish(),
  stop_loss: z.number().nullish(),
  take_profit: z.number().nullish(),
  tag: z.string().nullish(),
  reason: z.string().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
});

export function encodeSignal(signal: Signal): string {
  return (
    `{"signal_id":${text(signal.signalId)},"ts":${num(toSeconds(signal.tsMs))},"strategy":${text(signal.strategy)},` +
    `"symbol":${text(signal.symbol)},"direction":"${signal.direction}","strength":${num(signal.strength)},` +
    `"size":${numOrNull(signal.size)},"stop_loss":${numOrNull(signal.stopLoss)},` +
    `"take_profit":${numOrNull(signal.takeProfit)},"tag":${text(signal.tag)},"reason":${text(signal.reason)},` +
    `"data":${signal.data === undefined ? "null" : JSON.stringify(signal.data)}}`
  );
}

/** @throws ZodError when the line does not follow the contract */
export function decodeSignal(value: unknown): Signal {
  const line = signalLine.parse(value);
  return {
    signalId: line.signal_id,
    tsMs: toMs(line.ts),
    strategy: line.strategy,
    symbol: line.symbol,
    direction: line.direction,
    strength: line.strength ?? 1,
    size: line.size ?? undefined,
    stopLoss: line.stop_loss ?? undefined,
    takeProfit: line.take_profit ?? undefined,
    tag: line.tag ?? undefined,
    reason: line.reason ?? undefined,
    data: line.data ?? undefined,
  };
}
