import { z } from "zod";
import { type ExecutionModel, INTRABAR_MODES } from "../engine/execution-model.ts";
import type { FeeModel } from "../engine/fees.ts";
import { ALWAYS_OPEN, US_EQUITIES } from "../engine/session.ts";
import {
  fixedSlippage,
  type SlippageModel,
  spreadSlippage,
  squareRootSlippage,
  volatilitySlippage,
  volumeShareSlippage,
} from "../engine/slippage.ts";

const bps = z.number().min(0).max(1_000);

const takerFee = bps;
const makerFee = z.number().min(-100).max(1_000).nullable();
const orderFee = z.number().min(0).max(1e6);

/** `execution_model` in configuration files: the seed's keys and ours, with their bounds and defaults. */
export const executionModelSchema = z.strictObject({
  slippage_model: z.enum(["volatility", "fixed", "volume-share", "square-root", "spread"]).default("volatility"),
  slippage_bps: bps.default(5),
  impact: z.number().min(0).max(100).default(0.1),
  spread_bps: bps.default(0),
  fee_bps: takerFee.default(20),
  /** `null` for the same as takers. Venues that pay makers have negative ones. */
  maker_fee_bps: makerFee.default(null),
  fee_per_order: orderFee.default(0),
  /** In quote currency, or kept back from what a buy receives. */
  fee_in: z.enum(["quote", "received"]).default("quote"),
  max_volume_pct: z.number().gt(0).max(100).default(1),
  latency_ms: z
    .tuple([z.int().min(0).max(86_400_000), z.int().min(0).max(86_400_000)])
    .refine(([min, max]) => min <= max, "the first number must not be above the second")
    .default([50, 500]),
  partial_fill_threshold: z.number().min(0).max(1).default(0.01),
  qty_step: z.number().min(0).max(1e9).default(1e-8),
  price_tick: z.number().min(0).max(1e9).default(0),
  min_notional: z.number().min(0).max(1e12).default(10),
  fill_at: z.enum(["next-open", "close"]).default("next-open"),
  size_at: z.enum(["fill", "decision"]).default("fill"),
  remainder: z.enum(["carry", "cancel"]).default("carry"),
  limit_fill: z.enum(["touch", "through"]).default("touch"),
  limit_gap: z.enum(["open-if-better", "at-limit"]).default("open-if-better"),
  stop_fill: z.enum(["open-if-gapped", "at-stop"]).default("open-if-gapped"),
  trail_from: z.enum(["earlier-bars", "this-bar"]).default("earlier-bars"),
  intrabar: z.enum(INTRABAR_MODES).default("pessimistic"),
  maintenance_margin: z.number().min(0).max(0.5).default(0.005),
  liquidation_fee_bps: bps.default(0),
  /** Yearly interest on what is borrowed, a fraction. */
  borrow_rate: z.number().min(0).max(10).default(0),
  /** Whether imported funding rates are paid and received. */
  funding: z.boolean().default(false),
  session: z.enum(["24/7", "us-equities"]).default("24/7"),
  /** Coins with fees of their own. What a coin leaves out is as for all. */
  per_coin: z
    .record(
      z.string().regex(/^[A-Z0-9]{1,20}$/, "expected a coin in capitals, e.g. BTC"),
      z.strictObject({ fee_bps: takerFee, maker_fee_bps: makerFee, fee_per_order: orderFee }).partial(),
    )
    .default({}),
});

export type ExecutionModelConfig = z.infer<typeof executionModelSchema>;

/** The engine's form of the configured model. */
export function toExecutionModel(config: ExecutionModelConfig): ExecutionModel {
  return {
    slippage: slippageModelOf(config),
    fees: feeModelOf(config),
    feesOfCoin: new Map(
      Object.entries(config.per_coin).map(([coin, own]) => [
        coin,
        feeModelOf({ ...config, ...(own as Partial<FeeKeys>) }),
      ]),
    ),
    maxVolumePct: config.max_volume_pct,
    latencyMs: config.latency_ms,
    partialFillThreshold: config.partial_fill_threshold,
    qtyStep: config.qty_step,
    priceTick: config.price_tick,
    minNotional: config.min_notional,
    fillAt: config.fill_at,
    sizeAt: config.size_at,
    remainder: config.remainder,
    limitFill: config.limit_fill,
    limitGap: config.limit_gap,
    stopFill: config.stop_fill,
    trailFrom: config.trail_from,
    intrabar: config.intrabar,
    maintenanceShare: config.maintenance_margin,
    liquidationFeeBps: config.liquidation_fee_bps,
    session: config.session === "24/7" ? ALWAYS_OPEN : US_EQUITIES,
  };
}

type FeeKeys = Pick<ExecutionModelConfig, "fee_bps" | "maker_fee_bps" | "fee_per_order" | "fee_in">;

function feeModelOf(config: FeeKeys): FeeModel {
  const takerBps = config.fee_bps;
  const makerBps = config.maker_fee_bps ?? takerBps;
  return {
    bps: (isMaker) => (isMaker ? makerBps : takerBps),
    perOrder: config.fee_per_order,
    isInReceived: config.fee_in === "received",
  };
}

/** The configured slippage as a function of the bar and the share of its volume. */
export function slippageModelOf(
  config: Pick<ExecutionModelConfig, "slippage_model" | "slippage_bps" | "impact" | "spread_bps">,
): SlippageModel {
  switch (config.slippage_model) {
    case "volatility":
      return volatilitySlippage(config.slippage_bps);
    case "fixed":
      return fixedSlippage(config.slippage_bps);
    case "volume-share":
      return volumeShareSlippage(config.slippage_bps, config.impact);
    case "square-root":
      return squareRootSlippage(config.slippage_bps, config.impact);
    case "spread":
      return spreadSlippage(config.slippage_bps, config.spread_bps);
  }
}
