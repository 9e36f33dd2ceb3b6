export { IndicatorHub, IndicatorView } from "./indicators/indicator-hub.ts";
export { findStrategy, resolveParams, STRATEGIES } from "./registry.ts";
export type { StrategyDefinition } from "./strategy-definition.ts";
