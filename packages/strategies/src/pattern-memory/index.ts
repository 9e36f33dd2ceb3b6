export { bodyOf } from "./body-distance.ts";
export { currentModelFolder, loadModel, type PatternModel, timeframeFile } from "./load-model.ts";
export {
  decodeTimeframeFile,
  encodeModelManifest,
  encodeTimeframeFile,
  type MadeOf,
  type ModelEntry,
  type ModelManifest,
  modelManifestSchema,
  type TimeframeFile,
} from "./model-files.ts";
export { cutoffFolder, MODEL_FILES, parseCutoffFolder } from "./model-folder.ts";
export { type ModelSettings, modelSettingsSchema } from "./model-settings.ts";
export type { ModelSource } from "./model-source.ts";
export { modelsInFolder } from "./models-in-folder.ts";
export { PatternMemory } from "./pattern-memory.ts";
export { type PredictedLines, predict } from "./predict.ts";
export { PATTERN_TIMEFRAMES, type PatternTimeframe, type TimeframeModel } from "./timeframe-model.ts";
