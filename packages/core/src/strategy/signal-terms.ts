import type { Signal } from "./signal.ts";

/** Keys of a signal's `data` that say how its orders are placed; anything else in there is for readers only. */
export const SIGNAL_TERMS = ["limit_price", "valid_minutes", "reprice", "exit_price"] as const;

/** Worst price of the order that a signal leads to; `undefined` for a market order. */
export function limitOf(signal: Signal): number | undefined {
  const { data } = signal;
  if (data === undefined) return undefined;
  return numberOf(signal.direction === "close" ? data.exit_price : data.limit_price);
}

/** What the price becomes at the tick after, should nothing have filled by then. */
export function repriceOf(signal: Signal): number | undefined {
  return limitOf(signal) === undefined || signal.direction === "close" ? undefined : numberOf(signal.data?.reprice);
}

/** First moment at which the order is withdrawn, epoch milliseconds; `undefined` for never. */
export function expiryOf(signal: Signal, nowMs: number): number | undefined {
  const minutes = numberOf(signal.data?.valid_minutes);
  return minutes === undefined ? undefined : nowMs + minutes * 60_000;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
