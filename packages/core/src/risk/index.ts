export {
  LIMITS,
  type Limit,
  type LimitedEntry,
  type LimitName,
  limitEntry,
  type RiskLimits,
  type Room,
} from "./limits.ts";
export { RISK_PROFILE_NAMES, RISK_PROFILES, type RiskProfile } from "./profiles.ts";
export { correlation, realisedVolatility } from "./returns-of-closes.ts";
export {
  createRiskGate,
  type EntryRequest,
  type RefusalReason,
  type RiskApproval,
  type RiskGate,
  type RiskHistory,
  type RiskRefusal,
} from "./risk-gate.ts";
export {
  type RiskConfig,
  type RiskRules,
  type RiskSettings,
  type RiskTables,
  riskConfigSchema,
  rulesOf,
  toRiskSettings,
} from "./risk-settings.ts";
export { type Holding, type OtherCoin, type RiskAccount, type RiskSnapshot, riskSnapshot } from "./risk-snapshot.ts";
export { RiskTracker } from "./risk-tracker.ts";
export { type SizeRule, type SizingInput, sizeOf, sizeRuleSchema } from "./size-rule.ts";
export {
  type KellyRule,
  kellySize,
  limitStop,
  type NoSizeReason,
  notionalSize,
  riskSize,
  type Size,
  stopAt,
  type TradeTally,
  volatilitySize,
} from "./sizing.ts";
