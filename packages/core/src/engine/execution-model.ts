/** How the simulated venue treats orders. The wire form, with bounds and defaults, is `config/execution-model.ts`. */
export interface ExecutionModel {
  /** Slippage on a calm bar, basis points of the reference price. */
  readonly slippageBps: number;
  /** Fee on the notional of every fill, basis points. */
  readonly feeBps: number;
  /** Largest share of a bar's volume that all orders of the bar may take, percent in (0, 100]. */
  readonly maxVolumePct: number;
  /** Smallest and largest delay from decision to arrival, whole milliseconds, both ends possible. */
  readonly latencyMs: readonly [number, number];
  /** A fill below this fraction of its order is not made unless it completes the order. */
  readonly partialFillThreshold: number;
  /** Quantities are multiples of this; 0 means any quantity. */
  readonly qtyStep: number;
  /** Entries worth less when sized are refused, quote currency. */
  readonly minNotional: number;
  /** Where orders execute: the open of the next bar, or (labelled) the close of the decision bar. */
  readonly fillAt: "next-open" | "close";
  /** When a fraction of equity becomes a quantity. */
  readonly sizeAt: "fill" | "decision";
  /** What happens to the part of an order that a bar could not fill. */
  readonly remainder: "carry" | "cancel";
}
