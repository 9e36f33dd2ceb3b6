import type { PatternModel } from "./load-model.ts";

/** Where a run finds the models that are in force. */
export interface ModelSource {
  /** The model of `symbol` with the latest cutoff at or before `nowMs`; `undefined` when there is none. */
  modelAt(symbol: string, nowMs: number): Pick<PatternModel, "cutoffMs" | "timeframes"> | undefined;
}
