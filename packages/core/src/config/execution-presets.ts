import { z } from "zod";
import { nearest, PtError, plainIssue } from "../errors/index.ts";
import { printable } from "../market/symbol.ts";
import { readConfigFile, unknownKey } from "./config-file.ts";
import { type ExecutionModelConfig, executionModelSchema } from "./execution-model.ts";

/** Keys of `execution_model` by name. They stand where defaults stand: flags, variables and files win over them. */
export interface ExecutionPreset {
  readonly name: string;
  readonly summary: string;
  readonly model: Partial<ExecutionModelConfig>;
}

/** Below this no crypto entry is submitted: venues differ and change it, $10 is above all of them. */
const MIN_NOTIONAL = 10;

const venue = (name: string, summary: string, makerBps: number, takerBps: number): ExecutionPreset => ({
  name,
  summary,
  model: { fee_bps: takerBps, maker_fee_bps: makerBps, min_notional: MIN_NOTIONAL },
});

/**
 * Fees are those of the lowest public tier without discounts, as known in November 2026 without
 * a look at the pages named here (those marked * stand so in the fee tables of ccxt 4.5.84). They change: look there, or
 * let `pt-replay calibrate` measure your own.
 */
export const EXECUTION_PRESETS: readonly ExecutionPreset[] = [
  // * https://www.kucoin.com/vip/privilege: LV0, class A coins
  venue("kucoin", "KuCoin spot, level 0", 10, 10),
  // * https://www.binance.com/en/fee/schedule: regular user, spot, not paid in BNB
  venue("binance", "Binance spot, regular user", 10, 10),
  // https://www.bybit.com/en/help-center/article/Trading-Fee-Structure: VIP 0, spot
  venue("bybit", "Bybit spot, VIP 0", 10, 10),
  // * https://www.coinbase.com/advanced-fees: Advanced, first tier
  venue("coinbase", "Coinbase Advanced, first tier", 60, 120),
  // https://www.kraken.com/features/fee-schedule: Kraken Pro, spot, from $0 of volume in 30 days
  venue("kraken", "Kraken Pro spot, first tier", 25, 40),
  {
    name: "crypto",
    summary: "a crypto broker: 0.25 % of the notional",
    model: { fee_bps: 25, maker_fee_bps: null, min_notional: MIN_NOTIONAL },
  },
  {
    name: "stocks",
    summary: "a stock broker: $5 per round trip, $2.50 per order",
    model: { fee_bps: 0, maker_fee_bps: null, fee_per_order: 2.5 },
  },
];

/** In place of a preset: none, whatever a weaker source names. */
export const NO_PRESET = "none";

const PRESET_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** Whether a preset of one's own may be called so. */
export function isPresetName(name: string): boolean {
  return PRESET_NAME.test(name) && isFree(name);
}

/**
 * The preset called `named`, or the one in the file of that path when it ends in `.json`.
 * @param from - what named it, for the error
 * @throws PtError E_CONFIG_VALUE for an unknown name, or naming file and key that is wrong
 */
export async function findExecutionPreset(named: string, from: string): Promise<ExecutionPreset> {
  if (named.endsWith(".json")) return readPresetFile(named);
  const preset = EXECUTION_PRESETS.find((one) => one.name === named);
  if (preset !== undefined) return preset;
  const names = EXECUTION_PRESETS.map(({ name }) => name);
  const meant = nearest(named, names);
  throw new PtError(
    "E_CONFIG_VALUE",
    `${from}: no preset "${printable(named)}"${meant === undefined ? "" : ` (did you mean "${meant}"?)`}`,
    { hint: `Presets: ${names.join(", ")}; or the path of a .json file that pt-replay calibrate wrote.` },
  );
}

/** An estimate with its 95 % interval, and what it rests on. */
const estimateSchema = z.strictObject({
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
  fills: z.int().positive(),
});

/** What `pt-replay calibrate` says of where its values come from. Replays do not read it. */
const calibrationSchema = z.strictObject({
  exchange: z.string(),
  timeframe: z.string(),
  symbols: z.array(z.string()),
  from_ts: z.number(),
  to_ts: z.number(),
  confidence: z.number(),
  slippage_bps: estimateSchema,
  fee_bps: estimateSchema,
  maker_fee_bps: estimateSchema.nullable(),
  latency_min_ms: estimateSchema.nullable(),
  latency_max_ms: estimateSchema.nullable(),
});

/** A preset as a file. The keys of `execution_model` have the bounds of a configuration's. */
export const presetFileSchema = z.strictObject({
  name: z
    .string()
    .regex(PRESET_NAME, "expected 1 to 40 lower-case letters, digits, - and _")
    .refine(isFree, "this is the name of a built-in preset"),
  summary: z.string().max(500).optional(),
  execution_model: z.record(z.string(), z.unknown()).transform(statedModel),
  calibration: calibrationSchema.optional(),
});

export type PresetFile = z.input<typeof presetFileSchema>;

function isFree(name: string): boolean {
  return name !== NO_PRESET && EXECUTION_PRESETS.every((one) => one.name !== name);
}

/** The stated keys, judged by the schema of the whole, without the defaults of the others. */
function statedModel(stated: Readonly<Record<string, unknown>>, context: z.RefinementCtx) {
  const parsed = executionModelSchema.safeParse(stated);
  if (parsed.success) {
    return Object.fromEntries(
      Object.keys(stated).map((key) => [key, parsed.data[key as keyof ExecutionModelConfig]]),
    ) as Partial<ExecutionModelConfig>;
  }
  for (const issue of parsed.error.issues) {
    context.issues.push({ code: "custom", message: issue.message, path: [...issue.path], input: stated });
  }
  return z.NEVER;
}

const MODEL_KEYS = Object.keys(executionModelSchema.shape);
const FILE_KEYS = [...Object.keys(presetFileSchema.shape), ...MODEL_KEYS.map((key) => `execution_model.${key}`)];

async function readPresetFile(path: string): Promise<ExecutionPreset> {
  const values = await readConfigFile(path, "pt-replay execution --list shows the presets that need no file");
  const stated = values.execution_model;
  const isTable = typeof stated === "object" && stated !== null;
  for (const key of [
    ...Object.keys(values),
    ...Object.keys(isTable ? stated : {}).map((one) => `execution_model.${one}`),
  ])
    if (!FILE_KEYS.includes(key)) throw unknownKey(path, key, FILE_KEYS);
  const parsed = presetFileSchema.safeParse(values);
  if (parsed.success) {
    const { name, summary, execution_model: model } = parsed.data;
    return { name, summary: summary ?? path, model };
  }
  const issue = parsed.error.issues[0]!;
  const key = issue.path.join(".");
  const value = issue.path.reduce(
    (inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step],
    values as unknown,
  );
  throw new PtError(
    "E_CONFIG_VALUE",
    `${path}: ${key} = ${printable(JSON.stringify(value) ?? "nothing")}: ${plainIssue(issue.message)}`,
    {
      hint: "A preset is {name, execution_model}; pt-replay execution lists the keys and their bounds.",
      details: { file: path, key },
      cause: parsed.error,
    },
  );
}
