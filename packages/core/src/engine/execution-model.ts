import type { FeeModel } from "./fees.ts";
import type { Session } from "./session.ts";
import type { SlippageModel } from "./slippage.ts";

/** Which way a bar is believed to have gone where its four prices leave that open. */
export const INTRABAR_MODES = ["pessimistic", "drill-down", "ohlc-path", "nearest-extreme", "optimistic"] as const;

export type IntrabarMode = (typeof INTRABAR_MODES)[number];

/** How the simulated venue treats orders. The wire form, with bounds and defaults, is `config/execution-model.ts`. */
export interface ExecutionModel {
  readonly slippage: SlippageModel;
  readonly fees: FeeModel;
  /** Coins with fees of their own, by base. */
  readonly feesOfCoin: ReadonlyMap<string, FeeModel>;
  /** Largest share of a bar's volume that all orders of the bar may take, percent in (0, 100]. */
  readonly maxVolumePct: number;
  /** Smallest and largest delay from decision to arrival, whole milliseconds, both ends possible. */
  readonly latencyMs: readonly [number, number];
  /** A fill below this fraction of its order is not made unless it completes the order. */
  readonly partialFillThreshold: number;
  /** Quantities are multiples of this; 0 means any quantity. */
  readonly qtyStep: number;
  /** Prices of fills are multiples of this, rounded against the order; 0 means any price. */
  readonly priceTick: number;
  /** Entries worth less when sized are refused, quote currency. */
  readonly minNotional: number;
  /** Where orders execute: the open of the next bar, or (labelled) the close of the decision bar. */
  readonly fillAt: "next-open" | "close";
  /** When a fraction of equity becomes a quantity. */
  readonly sizeAt: "fill" | "decision";
  /** What happens to the part of an order that a bar could not fill. */
  readonly remainder: "carry" | "cancel";
  /** Whether a limit order fills when the bar trades at its price, or only when it trades through it. */
  readonly limitFill: "touch" | "through";
  /** Where a limit order fills whose price the open has passed already. */
  readonly limitGap: "open-if-better" | "at-limit";
  /** Where a stop fills whose price the open has jumped over. */
  readonly stopFill: "open-if-gapped" | "at-stop";
  /** Whether a trailing stop follows extremes of earlier bars only, or of the present bar before it is tested. */
  readonly trailFrom: "earlier-bars" | "this-bar";
  readonly intrabar: IntrabarMode;
  /** With leverage: margin below this share of its notional is liquidated. */
  readonly maintenanceShare: number;
  /** Fee of a liquidation on its notional, on top of the taker's. */
  readonly liquidationFeeBps: number;
  /** Outside of it nothing fills. */
  readonly session: Session;
}
