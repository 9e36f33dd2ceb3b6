import { z } from "zod";
import { modelSettingsSchema } from "./model-settings.ts";
import { type MemoryRecord, PatternMemory } from "./pattern-memory.ts";
import { PATTERN_TIMEFRAMES, type PatternTimeframe } from "./timeframe-model.ts";

const countSchema = z.int().nonnegative();
const secondsSchema = z.number().nonnegative();
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const timeframeSchema = z.enum(PATTERN_TIMEFRAMES);
const thresholdSchema = z.number().min(0).max(100);

const modelEntrySchema = z.object({
  timeframe: timeframeSchema,
  /** Beside the manifest. */
  file: z.string(),
  sha256: sha256Schema,
  /** `venue`: the candles of this timeframe as they are in the cache; a timeframe: made of those. */
  made_of: z.enum(["venue", "1hour", "30min", "15min", "5min", "1min"]),
  /** sha256 of the column format of the candles that had closed by the cutoff. */
  data_sha256: sha256Schema,
  candles: countSchema,
  first_candle_ts: secondsSchema,
  /** Open time of the last candle that had closed by the cutoff. */
  last_candle_ts: secondsSchema,
  patterns: countSchema,
  memories: countSchema,
  threshold: thresholdSchema,
});

/** `manifest.json` of a model: what it was made of and the hashes of its files. */
export const modelManifestSchema = z.object({
  schema_version: z.literal(1),
  kind: z.literal("pattern-memory"),
  coin: z.string(),
  symbol: z.string(),
  exchange: z.string(),
  cutoff: z.string(),
  cutoff_ts: secondsSchema,
  settings: modelSettingsSchema,
  /** Training draws no random numbers. */
  seed: z.null(),
  timeframes: z.array(modelEntrySchema),
});

export type ModelManifest = z.infer<typeof modelManifestSchema>;
export type ModelEntry = ModelManifest["timeframes"][number];
/** What the candles of a timeframe were. */
export type MadeOf = ModelEntry["made_of"];

/** `<timeframe>.json`: what was learnt of one timeframe. */
export interface TimeframeFile {
  readonly timeframe: PatternTimeframe;
  readonly threshold: number;
  /** Candles that were learnt from, each as a pattern with the one after it. */
  readonly patterns: number;
  readonly memory: PatternMemory;
}

const MEMORY_WIDTH = 8;

const timeframeFileSchema = z.object({
  schema_version: z.literal(1),
  timeframe: timeframeSchema,
  threshold: thresholdSchema,
  patterns: countSchema,
  memories: z.array(z.array(z.number()).length(MEMORY_WIDTH)),
});

/** One memory a line, by body: time, body, moves of close, high and low, their weights. */
export function encodeTimeframeFile({ timeframe, threshold, patterns, memory }: TimeframeFile): string {
  const head = JSON.stringify({ schema_version: 1, timeframe, threshold, patterns }).slice(0, -1);
  const lines = Array.from({ length: memory.length }, (_, row) => encodeMemory(memory.at(row)));
  return `${head},"memories":[\n${lines.join(",\n")}\n]}\n`;
}

function encodeMemory(one: MemoryRecord): string {
  const moves = [one.body, one.close, one.high, one.low];
  const numbers = [one.timeMs / 1000, ...moves, one.closeWeight, one.highWeight, one.lowWeight];
  const strange = numbers.find((number) => !Number.isFinite(number));
  if (strange !== undefined) throw new RangeError(`${strange} cannot be written to a file`);
  return JSON.stringify(numbers);
}

/** @throws Error or ZodError saying what is wrong with the text */
export function decodeTimeframeFile(text: string): TimeframeFile {
  const { timeframe, threshold, patterns, memories } = timeframeFileSchema.parse(JSON.parse(text));
  const records = memories.map(decodeMemory);
  const unsorted = records.findIndex((one, i) => i > 0 && one.body < records[i - 1]!.body);
  if (unsorted >= 0) throw new Error(`memories.${unsorted}: its body is below the one before it`);
  return { timeframe, threshold, patterns, memory: PatternMemory.of(records) };
}

function decodeMemory(numbers: readonly number[]): MemoryRecord {
  const [seconds, body, close, high, low, closeWeight, highWeight, lowWeight] = numbers as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  return { timeMs: Math.round(seconds * 1000), body, close, high, low, closeWeight, highWeight, lowWeight };
}

export function encodeModelManifest(manifest: ModelManifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
