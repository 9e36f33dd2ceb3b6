import { z } from "zod";

export const RESULT_SCHEMA_VERSION = 1;

const openPosition = z.object({
  symbol: z.string(),
  side: z.enum(["long", "short"]),
  qty: z.number().positive(),
  entry_price: z.number(),
  entry_ts: z.number(),
  mark: z.number(),
  value: z.number(),
  unrealised_pnl: z.number(),
  fees: z.number(),
  /** Cash that moved without a fill while it was open; stands only where something flowed. */
  flows: z.number().optional(),
  /** Stands only where the policy named the position. */
  position_id: z.string().optional(),
});

const warmUp = z.object({
  symbol: z.string(),
  /** Bars the strategy asks for before its first decision. */
  wanted: z.number().int(),
  /** Bars before the start of the range that the cache had. */
  had: z.number().int(),
  /** Close of the bar of the first decision, seconds; null when there was none. */
  first_decision: z.number().nullable(),
});

/** `result.json`: the outcome of a run in one document. Readers ignore unknown keys. */
export const resultSchema = z.object({
  schema_version: z.number().int(),
  status: z.enum(["completed", "ruined", "cancelled"]),
  hash: z.string(),
  /** True when any candle came from a simulated market. */
  synthetic: z.boolean(),
  start_ts: z.number(),
  end_ts: z.number(),
  /** Ticks. */
  bars: z.number().int(),
  initial_capital: z.number(),
  final_equity: z.number(),
  open_positions: z.array(openPosition),
  warm_up: z.array(warmUp),
  /**
   * Bars whose prices leave open what a position met, and the final equity had each of them been the worst or the best
   * that it allows (there and then: what later trades would have made of it is not followed); null when there were none.
   */
  intrabar: z
    .object({
      mode: z.string(),
      ambiguous_bars: z.number().int(),
      conservative_equity: z.number().nullable(),
      optimistic_equity: z.number().nullable(),
    })
    .optional(),
  /** Undefined metrics are null; `undefined_metrics` says why. */
  metrics: z.record(z.string(), z.number().nullable()),
  undefined_metrics: z.record(z.string(), z.string()),
  /** What the operator should know: cut ranges, gaps, orders that could never fill. */
  notes: z.array(z.string()),
});

export type Result = z.infer<typeof resultSchema>;
