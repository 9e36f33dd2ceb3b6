export {
  type ExecutionModelConfig,
  executionModelSchema,
  slippageModelOf,
  toExecutionModel,
} from "./execution-model.ts";
export {
  EXECUTION_PRESETS,
  type ExecutionPreset,
  findExecutionPreset,
  isPresetName,
  type PresetFile,
  presetFileSchema,
} from "./execution-presets.ts";
export { type ExitsConfig, exitsSchema, toExitPlan } from "./exit-plan.ts";
export { type IdleSetting, idleSettings } from "./idle-settings.ts";
export { PROJECT_FILES, type ResolvedSettings, resolveSettings, type SettingSources } from "./resolve-settings.ts";
export {
  type CandlesEntry,
  type ComponentsRecord,
  type DataEntry,
  type FundingEntry,
  type ModelRecord,
  type RequestedConfig,
  type RunConfig,
  runConfigSchema,
  type SignalsEntry,
} from "./run-config.ts";
