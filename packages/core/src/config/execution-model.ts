import { z } from "zod";
import type { ExecutionModel } from "../engine/execution-model.ts";

/** `execution_model` in configuration files: the seed's keys and ours, with their bounds and defaults. */
export const executionModelSchema = z.strictObject({
  slippage_bps: z.number().min(0).max(1_000).default(5),
  fee_bps: z.number().min(0).max(1_000).default(20),
  max_volume_pct: z.number().gt(0).max(100).default(1),
  latency_ms: z
    .tuple([z.int().min(0).max(3_600_000), z.int().min(0).max(3_600_000)])
    .refine(([min, max]) => min <= max, "the first number must not be above the second")
    .default([50, 500]),
  partial_fill_threshold: z.number().min(0).max(1).default(0.01),
  qty_step: z.number().min(0).max(1e9).default(1e-8),
  min_notional: z.number().min(0).max(1e12).default(10),
  fill_at: z.enum(["next-open", "close"]).default("next-open"),
  size_at: z.enum(["fill", "decision"]).default("fill"),
  remainder: z.enum(["carry", "cancel"]).default("carry"),
});

export type ExecutionModelConfig = z.infer<typeof executionModelSchema>;

/** The engine's form of the configured model. */
export function toExecutionModel(config: ExecutionModelConfig): ExecutionModel {
  return {
    slippageBps: config.slippage_bps,
    feeBps: config.fee_bps,
    maxVolumePct: config.max_volume_pct,
    latencyMs: config.latency_ms,
    partialFillThreshold: config.partial_fill_threshold,
    qtyStep: config.qty_step,
    minNotional: config.min_notional,
    fillAt: config.fill_at,
    sizeAt: config.size_at,
    remainder: config.remainder,
  };
}
