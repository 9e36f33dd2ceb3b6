import type { Candle } from "../market/candles.ts";
import { feeOf } from "./fees.ts";
import { referencePrice } from "./latency.ts";
import { fillableQty, participationOf } from "./liquidity.ts";
import type { Side } from "./order.ts";
import { type SlippageModel, slippagePaidBps, slippedPrice, volatilitySlippage } from "./slippage.ts";

/** What `simulateFill` needs to know of a venue. */
export interface FillModel {
  /** On a calm bar, up to twice as much on a wild one. */
  readonly slippageBps: number;
  /** Instead of `slippageBps`. */
  readonly slippage?: SlippageModel;
  readonly feeBps: number;
  /** A fill below this fraction of its order is not made unless it completes the order. */
  readonly partialFillThreshold: number;
  /** Quantities are multiples of this; 0 means any quantity. */
  readonly qtyStep: number;
}

export interface FillRequest {
  readonly side: Side;
  /** What is left of the order, base units. */
  readonly qty: number;
  /** The whole order, base units. */
  readonly orderQty: number;
  readonly candle: Candle;
  readonly timeframeMs: number;
  /** How long after the open the order arrives. */
  readonly latencyMs: number;
  /** Base units this bar can still give. */
  readonly capacity: number;
  readonly model: FillModel;
}

export interface FillOutcome {
  readonly status: "filled" | "partial" | "unfilled";
  readonly fillQty: number;
  readonly fillPrice: number;
  readonly referencePrice: number;
  readonly slippageBps: number;
  /** Quote currency. */
  readonly fees: number;
}

/**
 * What one bar does with a market order that arrives `latencyMs` after its open. Pure: same arguments, same outcome.
 * The run composes the same parts (a property test holds the two together), with equity and cash in between.
 * `unfilled` when the bar has no volume left for it, or only a part below the threshold.
 *
 * @throws RangeError when a quantity is not positive and finite
 */
export function simulateFill(request: FillRequest): FillOutcome {
  const { side, qty, orderQty, candle, model } = request;
  if (!(qty > 0 && qty < Infinity && orderQty >= qty)) {
    throw new RangeError(`a fill needs 0 < qty ≤ orderQty, was qty ${qty} of ${orderQty}`);
  }
  const reference = referencePrice(side, candle, request.latencyMs, request.timeframeMs);
  const slippage = model.slippage ?? volatilitySlippage(model.slippageBps);
  const participation = participationOf(Math.min(qty, request.capacity), candle.volume);
  const price = slippedPrice(side, reference, candle, slippage(candle, participation));
  const fillQty = fillableQty(qty, orderQty, request.capacity, model.partialFillThreshold, model.qtyStep);
  return {
    status: fillQty === 0 ? "unfilled" : fillQty < qty ? "partial" : "filled",
    fillQty,
    fillPrice: price,
    referencePrice: reference,
    slippageBps: slippagePaidBps(side, reference, price),
    fees: feeOf(fillQty, price, model.feeBps),
  };
}
