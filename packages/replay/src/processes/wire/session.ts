import { readFileSync } from "node:fs";
import { exitsSchema } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { faultOf } from "@powertrader/core/files";
import { TIMEFRAMES } from "@powertrader/core/market";
import { z } from "zod";

export const SESSION_SCHEMA_VERSION = 1;

/** `session.json`: what both halves need to know before the first tick. It stands before a component is started. */
export const sessionSchema = z.object({
  schema_version: z.literal(SESSION_SCHEMA_VERSION),
  run_id: z.uuid(),
  orchestrator_pid: z.int().positive(),
  /** In `--coins` order, which decides between competing signals. */
  symbols: z.array(z.string()).min(1),
  timeframe: z.enum(TIMEFRAMES),
  /** Lines of each symbol's bars file that close before the first tick. */
  warm_up_rows: z.record(z.string(), z.int().nonnegative()),
  /** Longer timeframes whose bars are there as files; others are made of the run's own. */
  higher_timeframes: z.array(z.enum(TIMEFRAMES)),
  history_days: z.number().positive(),
  start_ts: z.number(),
  end_ts: z.number(),
  initial_capital: z.number(),
  strategy: z.string(),
  params: z.record(z.string(), z.unknown()),
  warm_up_bars: z.int().nonnegative(),
  /** `null` where the strategy sizes its own orders. */
  size: z.number().nullable(),
  exits: exitsSchema,
  /** Where the models that the run was given lie; `null` where it trains its own, into `models` beside `ipc`. */
  model_dir: z.string().nullable(),
  seed: z.number(),
});

export type Session = z.output<typeof sessionSchema>;

/** @throws PtError E_PROTOCOL when the file is not there or not what this version speaks */
export function readSession(path: string): Session {
  try {
    return sessionSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new PtError("E_PROTOCOL", `${path}: ${faultOf(error)}`, {
      hint: "Name the ipc folder of a run that is under way, made by this version of pt-replay.",
      cause: error,
    });
  }
}
