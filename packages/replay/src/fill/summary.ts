import { formatCount, formatMoney } from "@powertrader/core/format";
import type { FilledOrders } from "./fill-orders.ts";

/** Orders by what became of them. */
interface Tally {
  readonly orders: number;
  readonly filled: number;
  /** Some of it filled, the rest did not. */
  readonly partial: number;
  readonly refused: number;
  readonly cancelled: number;
  readonly expired: number;
}

function tallyOf({ orders, fills, events }: FilledOrders): Tally {
  const started = new Set(fills.map(({ clientOrderId }) => clientOrderId));
  const filled = new Set(fills.filter(({ state }) => state === "filled").map(({ clientOrderId }) => clientOrderId));
  const without = (kind: string) =>
    events.filter(({ event, clientOrderId }) => event === kind && !started.has(clientOrderId)).length;
  return {
    orders,
    filled: filled.size,
    partial: started.size - filled.size,
    refused: without("refused"),
    cancelled: without("cancelled"),
    expired: without("expired"),
  };
}

/** What became of the orders, in a line or two. */
export function describeFilled(result: FilledOrders): readonly string[] {
  const { orders, ...outcomes } = tallyOf(result);
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0);
  const parts = counts.map(([outcome, count]) => `${formatCount(count)} ${outcome}`).join(", ");
  const reasons = new Map<string, number>();
  for (const { event, reason } of result.events) {
    const key = `${event}: ${reason}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  const why = [...reasons].map(([reason, count]) => `${reason} (${formatCount(count)})`);
  return [
    `${formatCount(orders)} order${orders === 1 ? "" : "s"}: ${parts}; ${formatCount(result.fills.length)} fill${result.fills.length === 1 ? "" : "s"}, fees ${formatMoney(feesOf(result))}`,
    ...(why.length === 0 ? [] : [`not filled: ${why.join(", ")}`]),
  ];
}

export function filledToWire(result: FilledOrders, output: string, events: string | undefined): object {
  return {
    schema_version: 1,
    ...tallyOf(result),
    fills: result.fills.length,
    fees: feesOf(result),
    notes: result.notes,
    output,
    events: events ?? null,
  };
}

function feesOf({ fills }: FilledOrders): number {
  return fills.reduce((sum, { fees }) => sum + fees, 0);
}
