import type { Fill, Order, OrderEvent, RunRecorder, Trade } from "@powertrader/core/engine";
import { CostMeter } from "@powertrader/core/metrics";

/** Keeps in memory what the end of a run is computed from, and hands everything on. */
export class RunBook implements RunRecorder {
  readonly trades: Trade[] = [];
  readonly costs = new CostMeter();
  readonly #refusals = new Map<string, number>();
  readonly #next: RunRecorder;
  /** Ids of orders without a fill so far. */
  readonly #unfilled = new Set<string>();
  readonly #neverFilled: string[] = [];

  constructor(next: RunRecorder) {
    this.#next = next;
  }

  signal: RunRecorder["signal"] = (signal) => this.#next.signal(signal);
  cashFlow: RunRecorder["cashFlow"] = (flow) => this.#next.cashFlow(flow);

  order(order: Order): void {
    this.#unfilled.add(order.clientOrderId);
    this.#next.order(order);
  }

  orderEvent(event: OrderEvent): void {
    if (event.event === "refused") this.#refusals.set(event.reason, (this.#refusals.get(event.reason) ?? 0) + 1);
    else if (this.#unfilled.has(event.clientOrderId) && (event.qty ?? 0) > 0) {
      this.#neverFilled.push(`${event.clientOrderId} (${event.qty}, ${event.reason})`);
    }
    this.#unfilled.delete(event.clientOrderId);
    this.#next.orderEvent(event);
  }

  fill(fill: Fill): void {
    this.costs.add(fill);
    this.#unfilled.delete(fill.clientOrderId);
    this.#next.fill(fill);
  }

  trade(trade: Trade): void {
    this.trades.push(trade);
    this.#next.trade(trade);
  }

  /** What the reader of the summary should know about orders. */
  notes(): readonly string[] {
    const notes = [...this.#refusals].map(([reason, count]) => `${orders(count)} refused: ${reason}`);
    if (this.#neverFilled.length > 0) {
      const shown = this.#neverFilled.slice(0, 3).join(", ");
      const more = this.#neverFilled.length > 3 ? ", …" : "";
      notes.push(`${orders(this.#neverFilled.length)} met the market and never filled: ${shown}${more}`);
    }
    return notes;
  }
}

function orders(count: number): string {
  return count === 1 ? "1 order" : `${count} orders`;
}
