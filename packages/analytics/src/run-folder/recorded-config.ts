import { executionModelSchema } from "@powertrader/core/config";
import { z } from "zod";

const table = z.record(z.string(), z.unknown());

/** Candles that a run read and did not keep. */
const otherCandles = z
  .array(
    z.object({
      symbol: z.string(),
      timeframe: z.string(),
      rows: z.int().nonnegative(),
      source: z.string(),
      sha256: z.string(),
    }),
  )
  .default([]);

/**
 * What a report reads of `config.json`. Names stay free text: a report describes whatever was recorded, so nothing here
 * may decide where a file is read or what is executed. Keys that older runs did not have mean what these runs did.
 */
export const recordedConfigSchema = z.looseObject({
  coins: z.array(z.string()).default([]),
  quote: z.string().default(""),
  exchange: z.string().default(""),
  timeframe: z.string().default(""),
  start_date: z.string().default(""),
  end_date: z.string().default(""),
  strategy: z.string().default(""),
  params: z.record(z.string(), z.unknown()).default({}),
  size: z.number().nullish(),
  leverage: z.number().default(1),
  seed: z.number().default(0),
  close_at_end: z.boolean().default(false),
  equity_interval: z.string().nullable().default(null),
  name: z.string().nullable().default(null),
  tags: z.array(z.string()).default([]),
  note: z.string().nullable().default(null),
  execution_model: executionModelSchema.loose().prefault({}),
  /** Described as they stand, key by key. */
  exits: table.default({}),
  risk: table.default({}),
  data: z
    .array(
      z.object({
        symbol: z.string(),
        timeframe: z.string(),
        file: z.string(),
        rows: z.int().nonnegative(),
        warm_up_rows: z.int().nonnegative(),
        source: z.string(),
        sha256: z.string(),
      }),
    )
    .default([]),
  /** Finer candles that the run could look at. */
  intrabar_data: otherCandles,
  /** Candles of longer timeframes that were read instead of aggregated. */
  higher_data: otherCandles,
  /** What models were trained on. */
  training_data: otherCandles,
  /** Models that were given to the run. */
  models: z.array(z.object({ symbol: z.string(), cutoff_ts: z.number(), sha256: z.string() })).default([]),
  /** Funding settlements that were paid and received. */
  funding_data: z
    .array(z.object({ symbol: z.string(), rows: z.int().nonnegative(), source: z.string(), sha256: z.string() }))
    .default([]),
  /** The file of signals that was replayed instead of a strategy. */
  signals: z.object({ file: z.string(), count: z.int().nonnegative(), sha256: z.string() }).optional(),
});

export type RecordedConfig = z.infer<typeof recordedConfigSchema>;
export type RecordedSeries = RecordedConfig["data"][number];
