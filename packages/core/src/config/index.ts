export { type ExecutionModelConfig, executionModelSchema, toExecutionModel } from "./execution-model.ts";
export { PROJECT_FILES, type ResolvedSettings, resolveSettings, type SettingSources } from "./resolve-settings.ts";
export { type DataEntry, type RequestedConfig, type RunConfig, runConfigSchema } from "./run-config.ts";
