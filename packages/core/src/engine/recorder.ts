import type { Signal } from "../strategy/signal.ts";
import type { TraderPolicy } from "../strategy/trader-policy.ts";
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

/** A recorder that also tells the policy what it asks to be told; `recorder` itself where it asks for nothing. */
export function withPolicyTold(recorder: RunRecorder, policy: TraderPolicy): RunRecorder {
  if (policy.onFill === undefined && policy.onOrderEvent === undefined) return recorder;
  return {
    signal: (signal) => recorder.signal(signal),
    order: (order) => recorder.order(order),
    trade: (trade) => recorder.trade(trade),
    cashFlow: (flow) => recorder.cashFlow(flow),
    fill: (fill) => {
      recorder.fill(fill);
      policy.onFill?.(fill);
    },
    orderEvent: (event) => {
      recorder.orderEvent(event);
      policy.onOrderEvent?.(event);
    },
  };
}
