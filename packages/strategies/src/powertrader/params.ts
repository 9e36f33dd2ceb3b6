import { z } from "zod";
import { modelSettingsSchema } from "../pattern-memory/model-settings.ts";
import { dcaLevelsParam } from "./dca-levels.ts";

const percent = z.number().min(0).max(1000);

/** Everything that the strategy can be told. Percents are percents: 2.5 is 2.5 %. */
export const powertraderParams = z.strictObject({
  ...modelSettingsSchema.shape,
  min_candles: z
    .int()
    .min(2)
    .max(100_000)
    .default(21)
    .describe("closed candles that training needs of every timeframe"),
  bounds_lag: z
    .union([z.literal(0), z.literal(1)])
    .default(0)
    .describe("0: prices are held against the bounds of their own bar; 1: against those of the bar before"),
  half_spread_bps: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .describe("basis points that the ask is above the close, and the bid below it"),
  freshness_days: z.number().positive().max(100_000).default(14).describe("an older model says nothing any more"),
  trade_start_level: z.int().min(1).max(7).default(3).describe("timeframes that must be long, none short, to start"),
  start_sizing: z
    .enum(["upstream", "v0"])
    .default("upstream")
    .describe("upstream: start_allocation_pct is for every coin; v0: it is shared by all coins"),
  start_allocation_pct: z
    .number()
    .positive()
    .max(100)
    .default(0.005)
    .describe("percent of the account that a start buys, but never less than 0.50"),
  dca_levels: dcaLevelsParam
    .default("-2.5/-5/-10/-20/-30/-40/-50")
    .describe("losses in percent that are bought into, stage by stage; the last holds for all that follow"),
  dca_multiplier: z.number().positive().max(100).default(2).describe("times its value that is bought to a position"),
  max_dca_buys_per_24h: z
    .int()
    .min(0)
    .max(1000)
    .default(2)
    .describe("of a coin, since its last sale; 0 for none at all"),
  dca_stage: z
    .enum(["s+4", "start_level"])
    .default("s+4")
    .describe("long timeframes that buy stage s too: s + 4, or s + 1 above trade_start_level"),
  pm_start_pct_no_dca: percent.default(5).describe("profit in percent from which a stop trails, before any dca buy"),
  pm_start_pct_with_dca: percent.default(2.5).describe("profit in percent from which a stop trails, after a dca buy"),
  trailing_gap_pct: z.number().min(0).max(99).default(0.5).describe("percent that the stop trails below the peak"),
  trailing: z
    .enum(["upstream", "v0"])
    .default("upstream")
    .describe("upstream: the profit line follows the average price down; v0: it never falls while a position is held"),
  hub_status: z
    .enum(["midnight", "tick"])
    .default("midnight")
    .describe("how often the status files of hub_data are written: on every UTC day, or on every tick"),
});

export type PowertraderParams = z.output<typeof powertraderParams>;
