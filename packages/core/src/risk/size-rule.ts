import { z } from "zod";
import type { Side } from "../engine/order.ts";
import type { HistoryView } from "../strategy/history-view.ts";
import { realisedVolatility } from "./returns-of-closes.ts";
import { checked, kellySize, notionalSize, riskSize, type Size, type TradeTally, volatilitySize } from "./sizing.ts";

/** A fraction above 0 and, without leverage, at most 1. */
export const shareSchema = z.number().gt(0).max(1);

/** `size` in configuration files: the rule that sizes entries, and its numbers. */
export const sizeRuleSchema = z.discriminatedUnion(
  "rule",
  [
    z.strictObject({ rule: z.literal("signal") }),
    z.strictObject({ rule: z.literal("fraction"), share: shareSchema }),
    z.strictObject({ rule: z.literal("fixed_notional"), notional: z.number().gt(0).max(1e15) }),
    z.strictObject({
      rule: z.literal("risk_per_trade"),
      risk_share: shareSchema,
      max_share: shareSchema.default(1),
    }),
    z.strictObject({
      rule: z.literal("volatility_target"),
      target_volatility: z.number().gt(0).max(100),
      bars: z.int().min(3).max(100_000).default(30),
      max_share: shareSchema.default(1),
    }),
    z.strictObject({
      rule: z.literal("kelly"),
      fraction: shareSchema.default(0.5),
      max_share: shareSchema.default(0.25),
      min_trades: z.int().min(1).max(1_000_000).default(20),
      fallback_share: shareSchema.nullable().default(0.02),
    }),
  ],
  { error: "expected one of signal|fraction|fixed_notional|risk_per_trade|volatility_target|kelly" },
);

export type SizeRule = z.infer<typeof sizeRuleSchema>;

/** What the rules look at. Prices in quote currency. */
export interface SizingInput {
  readonly side: Side;
  readonly price: number;
  readonly stopPrice: number | undefined;
  /** What the signal or `--size` says. */
  readonly sizeShare: number | undefined;
  readonly equity: number;
  /** Closed bars of the entry's coin. */
  readonly bars: HistoryView;
  readonly tally: TradeTally;
}

/** What a rule says of an entry: a share of equity above 0, or why there is none. */
export function sizeOf(size: SizeRule, input: SizingInput): Size {
  switch (size.rule) {
    case "signal":
      return input.sizeShare === undefined ? { refusal: "no_size" } : checked(input.sizeShare);
    case "fraction":
      return size.share;
    case "fixed_notional":
      return notionalSize(size.notional, input.equity);
    case "risk_per_trade":
      return riskSize(size.risk_share, input.side, input.price, input.stopPrice, size.max_share);
    case "volatility_target":
      return volatilitySize(size.target_volatility, realisedVolatility(input.bars, size.bars), size.max_share);
    case "kelly":
      return kellySize(input.tally, {
        fraction: size.fraction,
        maxShare: size.max_share,
        minTrades: size.min_trades,
        fallbackShare: size.fallback_share ?? undefined,
      });
  }
}
