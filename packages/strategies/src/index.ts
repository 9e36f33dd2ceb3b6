export { IndicatorHub, IndicatorView } from "./indicators/indicator-hub.ts";
export { findStrategy, resolveParams, STRATEGIES } from "./registry.ts";
export type { PolicyContext, SourceContext, StrategyDefinition, TrainingPlan } from "./strategy-definition.ts";
