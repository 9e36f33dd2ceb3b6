import { PATTERN_TIMEFRAMES } from "../pattern-memory/timeframe-model.ts";
import type { PowertraderParams } from "./params.ts";

/** Loss in percent that stage `stage` buys into; the last level holds for all stages after it. */
export function hardLevelPct(stage: number, levels: readonly number[]): number {
  return levels[Math.min(stage, levels.length - 1)]!;
}

/** Long timeframes that buy stage `stage` at any loss; `undefined` once there are not that many. */
export function neuralLevel(
  stage: number,
  { dca_stage: rule, trade_start_level: startLevel }: Pick<PowertraderParams, "dca_stage" | "trade_start_level">,
): number | undefined {
  const level = rule === "s+4" ? stage + 4 : startLevel + 1 + stage;
  return level <= PATTERN_TIMEFRAMES.length ? level : undefined;
}

/** Why stage `stage` is bought now, or `undefined`. */
export function dcaTrigger(
  stage: number,
  gainPct: number,
  longLevel: number,
  levels: readonly number[],
  params: Pick<PowertraderParams, "dca_stage" | "trade_start_level">,
): "hard" | "neural" | undefined {
  if (gainPct <= hardLevelPct(stage, levels)) return "hard";
  const needed = neuralLevel(stage, params);
  return gainPct < 0 && needed !== undefined && longLevel >= needed ? "neural" : undefined;
}
