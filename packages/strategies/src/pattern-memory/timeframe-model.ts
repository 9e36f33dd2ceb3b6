import type { Timeframe } from "@powertrader/core/market";
import type { PatternMemory } from "./pattern-memory.ts";

/** The timeframes that are remembered, shortest first. */
export const PATTERN_TIMEFRAMES = [
  "1hour",
  "2hour",
  "4hour",
  "8hour",
  "12hour",
  "1day",
  "1week",
] as const satisfies readonly Timeframe[];

export type PatternTimeframe = (typeof PATTERN_TIMEFRAMES)[number];

/** What was learnt of one timeframe. */
export interface TimeframeModel {
  readonly timeframe: PatternTimeframe;
  /** Largest distance, percent, at which a memory counts as alike. */
  readonly threshold: number;
  readonly memory: PatternMemory;
  /** Whether predictions are divided by the sum of the weights instead of by their number. */
  readonly normalizeWeights: boolean;
}
