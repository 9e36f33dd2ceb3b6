import type { RiskTables } from "./risk-settings.ts";

/** Risk settings by name. A configuration's own keys win over its profile's. */
export const RISK_PROFILES = {
  conservative: {
    size: { rule: "fraction", share: 0.02 },
    limits: { max_notional_share: 0.02, max_exposure_share: 0.1 },
  },
  balanced: {
    size: { rule: "fraction", share: 0.03 },
    limits: { max_notional_share: 0.03, max_exposure_share: 0.2 },
  },
  aggressive: {
    size: { rule: "fraction", share: 0.05 },
    limits: { max_notional_share: 0.05, max_exposure_share: 0.3 },
  },
  plan: {
    size: { rule: "risk_per_trade", risk_share: 0.02, max_share: 1 },
    stop_loss_share: 0.05,
    take_profit_share: 0.1,
    limits: { max_position_qty: 100, max_open_positions: 3, daily_loss_share: 0.05 },
  },
} as const satisfies Readonly<Record<string, RiskTables>>;

export type RiskProfile = keyof typeof RISK_PROFILES;

export const RISK_PROFILE_NAMES = Object.keys(RISK_PROFILES) as [RiskProfile, ...RiskProfile[]];
