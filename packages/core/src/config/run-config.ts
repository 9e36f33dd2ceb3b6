import { z } from "zod";
import { PtError } from "../errors/index.ts";
import { isTimeframe, parseCoin, parseExchange, parseTimeframe, type Timeframe } from "../market/index.ts";
import { riskConfigSchema } from "../risk/index.ts";
import { parseDate } from "../time/index.ts";
import { executionModelSchema } from "./execution-model.ts";
import { exitsSchema } from "./exit-plan.ts";

/** Lets one of our strict parsers judge a text; its PtError becomes an issue that carries it as `params.failure`. */
const parsedBy = <T>(parse: (text: string) => T) =>
  z.string().transform((input, context) => {
    try {
      return parse(input);
    } catch (failure) {
      if (!(failure instanceof PtError)) throw failure;
      context.issues.push({ code: "custom", message: failure.message, input, params: { failure } });
      return z.NEVER;
    }
  });

/** A date that exists, as it was written. */
const dateText = (name: string) =>
  parsedBy((text) => {
    parseDate(text, name);
    return text;
  });

const freeText = z.string().max(500);

/** One series a run used, as `config.json` records it. */
const dataEntry = z.object({
  symbol: z.string(),
  timeframe: z.string().refine(isTimeframe),
  file: z.string(),
  rows: z.int().nonnegative(),
  warm_up_rows: z.int().nonnegative(),
  source: z.string(),
  sha256: z.string(),
});

export type DataEntry = z.infer<typeof dataEntry>;

/** Candles that a run looked at besides those it traded, as `config.json` records them. */
const candlesEntry = dataEntry.omit({ file: true, warm_up_rows: true });

export type CandlesEntry = z.infer<typeof candlesEntry>;

/** The file whose signals a run replayed, as `config.json` records it. */
const signalsEntry = z.object({ file: z.string(), sha256: z.string(), count: z.int().nonnegative() });

export type SignalsEntry = z.infer<typeof signalsEntry>;

/** A model that a run was given, as `config.json` records it. */
const modelEntry = z.object({ symbol: z.string(), cutoff_ts: z.number(), sha256: z.string() });

export type ModelRecord = z.infer<typeof modelEntry>;

/** The programs that decided in place of our own: the command as it was given, or `attached`. */
const componentsEntry = z.strictObject({ thinker: z.string().optional(), trader: z.string().optional() });

export type ComponentsRecord = z.infer<typeof componentsEntry>;

/** Funding rates that a run paid, as `config.json` records them. */
const fundingEntry = dataEntry.pick({ symbol: true, rows: true, source: true, sha256: true });

export type FundingEntry = z.infer<typeof fundingEntry>;

/**
 * The configuration of a run as files state it: `config.json` of a run folder (everything resolved), a project file
 * or flags (anything may be missing). Unknown keys are errors.
 */
export const runConfigSchema = z.strictObject({
  initial_capital: z.number().positive().max(1e15).default(10_000),
  coins: z
    .array(parsedBy(parseCoin))
    .min(1)
    .default(["BTC", "ETH", "DOGE"])
    .transform((coins) => [...new Set(coins)]),
  quote: parsedBy(parseCoin).default("USDT"),
  exchange: parsedBy(parseExchange).default("kucoin"),
  timeframe: parsedBy<Timeframe>(parseTimeframe).default("1hour"),
  /** Where a strategy's longer timeframes come from: the run's own candles, or the cache's of that timeframe. */
  higher_timeframes: z.enum(["aggregate", "stored"]).default("aggregate"),
  /** How far back they are shown. */
  history_days: z.int().min(1).max(36_500).default(365),
  start_date: dateText("start_date").optional(),
  end_date: dateText("end_date").optional(),
  mode: z.enum(["replay", "replay-signals"]).default("replay"),
  strategy: z.string().max(200).default("powertrader"),
  params: z.record(z.string(), z.unknown()).default({}),
  /** Whether models are trained again while the run goes on. */
  walk_forward: z.boolean().default(true),
  /** Days. */
  retrain_interval: z.int().min(1).max(36_500).default(7),
  /** `null` as not given: so `config.json` has it where the strategy sizes its own orders. */
  size: z.number().positive().max(1).nullish(),
  leverage: z.number().min(1).max(125).default(1),
  seed: z.int().min(0).default(1),
  close_at_end: z.boolean().default(false),
  equity_interval: parsedBy<Timeframe>(parseTimeframe).nullable().default(null),
  name: freeText.nullable().default(null),
  tags: z.array(freeText.min(1)).default([]),
  note: freeText.nullable().default(null),
  /** Name of the preset that `execution_model` was completed from. */
  execution: freeText.min(1).nullable().default(null),
  execution_model: executionModelSchema.prefault({}),
  exits: exitsSchema.prefault({}),
  risk: riskConfigSchema.prefault({}),
  components: componentsEntry.optional(),
  signals: signalsEntry.optional(),
  data: z.array(dataEntry).optional(),
  intrabar_data: z.array(candlesEntry).optional(),
  higher_data: z.array(candlesEntry).optional(),
  funding_data: z.array(fundingEntry).optional(),
  training_data: z.array(candlesEntry).optional(),
  models: z.array(modelEntry).optional(),
});

/** What was asked for, defaults filled in; dates and size may still be open. */
export type RequestedConfig = z.infer<typeof runConfigSchema>;

/** `config.json`: everything decided. */
export type RunConfig = Omit<
  RequestedConfig,
  | "start_date"
  | "end_date"
  | "size"
  | "components"
  | "signals"
  | "data"
  | "intrabar_data"
  | "higher_data"
  | "funding_data"
  | "training_data"
  | "models"
> & {
  readonly start_date: string;
  readonly end_date: string;
  /** `null` where the strategy sizes its own orders. */
  readonly size: number | null;
  /** Only where programs that are not ours decided. */
  readonly components?: ComponentsRecord;
  /** Only with `mode: replay-signals`. */
  readonly signals?: SignalsEntry;
  readonly data: readonly DataEntry[];
  /** Only with `intrabar: drill-down`. */
  readonly intrabar_data?: readonly CandlesEntry[];
  /** Only with `higher_timeframes: stored`, when a strategy decides. */
  readonly higher_data?: readonly CandlesEntry[];
  /** Only with `funding`. */
  readonly funding_data?: readonly FundingEntry[];
  /** What models were trained on, up to the last training; only where some are. */
  readonly training_data?: readonly CandlesEntry[];
  /** Only with models that were given. */
  readonly models?: readonly ModelRecord[];
};
