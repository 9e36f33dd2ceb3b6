import type { Signal } from "../strategy/signal.ts";
import type { CashFlow, Fill, Order, OrderEvent, Trade } from "./order.ts";

/** Where a run reports what happened, in the order it happened. */
export interface RunRecorder {
  signal(signal: Signal): void;
  order(order: Order): void;
  orderEvent(event: OrderEvent): void;
  fill(fill: Fill): void;
  trade(trade: Trade): void;
  cashFlow(flow: CashFlow): void;
}
