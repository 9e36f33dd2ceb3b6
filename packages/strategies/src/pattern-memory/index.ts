export { bodyOf } from "./body-distance.ts";
export { type ModelSettings, modelSettingsSchema } from "./model-settings.ts";
export { type MemoryRecord, PatternMemory } from "./pattern-memory.ts";
export { type PredictedLines, predict } from "./predict.ts";
export { PATTERN_TIMEFRAMES, type PatternTimeframe, type TimeframeModel } from "./timeframe-model.ts";
