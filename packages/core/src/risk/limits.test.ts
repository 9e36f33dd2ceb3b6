import { describe, expect, it } from "vitest";
import { HOUR_MS } from "../market/timeframe.ts";
import { limitEntry, type RiskLimits } from "./limits.ts";
import { riskConfigSchema, toRiskSettings } from "./risk-settings.ts";
import type { OtherCoin, RiskSnapshot } from "./risk-snapshot.ts";

const NONE = toRiskSettings(riskConfigSchema.parse({})).common.limits;

/** A flat account of 1000 on a quiet day. */
const FLAT: RiskSnapshot = {
  nowMs: 100 * HOUR_MS,
  equity: 1_000,
  dayStartEquity: 1_000,
  dayLowEquity: 1_000,
  drawdownShare: 0,
  exposure: 0,
  otherCoins: [],
  positionQty: 0,
  positionValue: 0,
  isReversal: false,
  lastExitMs: Number.NaN,
  lastLossMs: Number.NaN,
};

const other = (side: "buy" | "sell" = "buy", correlation: number | undefined = 0): OtherCoin => ({
  symbol: "B-USDT",
  side,
  correlation: () => correlation,
});

/** What is left of a wish to buy half the equity at 10. */
function left(limits: Partial<RiskLimits>, now: Partial<RiskSnapshot> = {}) {
  return limitEntry(0.5, { side: "buy", price: 10 }, { ...FLAT, ...now }, { ...NONE, ...limits });
}

describe("limitEntry", () => {
  it("leaves an entry alone without limits", () => {
    expect(left({}, { exposure: 5_000, drawdownShare: 0.9, dayLowEquity: 1, lastExitMs: FLAT.nowMs })).toBe(0.5);
  });

  it.each<[string, Partial<RiskLimits>, Partial<RiskSnapshot>, number]>([
    ["a quantity", { maxPositionQty: 30 }, { positionQty: 10, positionValue: 100 }, 0.2],
    ["a position's share", { maxNotionalShare: 0.3 }, { positionQty: 10, positionValue: 100 }, 0.2],
    ["the exposure", { maxExposureShare: 0.6 }, { exposure: 250 }, 0.35],
    ["the tightest of several", { maxPositionQty: 20, maxNotionalShare: 0.1, maxExposureShare: 0.4 }, {}, 0.1],
  ])("cuts an entry to the room that %s leaves", (_case, limits, now, expected) => {
    expect(left(limits, now)).toBeCloseTo(expected, 12);
  });

  it.each<[string, Partial<RiskLimits>, Partial<RiskSnapshot>]>([
    ["max_position_qty", { maxPositionQty: 30 }, { positionQty: 30 }],
    ["max_position_qty", { maxPositionQty: 30 }, { positionQty: 31 }],
    ["max_notional_share", { maxNotionalShare: 0.3 }, { positionValue: 300 }],
    ["max_exposure", { maxExposureShare: 0.3 }, { exposure: 299.999999999999 }],
    ["max_open_positions", { maxOpenPositions: 2 }, { otherCoins: [other(), other()] }],
    ["daily_loss", { dailyLossShare: 0.05 }, { dayLowEquity: 949.99 }],
    ["drawdown_halt", { drawdownHaltShare: 0.3 }, { drawdownShare: 0.3001 }],
    ["cooldown", { cooldownMs: HOUR_MS }, { lastExitMs: FLAT.nowMs - HOUR_MS + 1 }],
    ["cooldown", { cooldownMs: HOUR_MS }, { isReversal: true }],
    ["cooldown", { lossCooldownMs: HOUR_MS }, { lastLossMs: FLAT.nowMs }],
    ["correlation_cap", { correlationCap: 0.7 }, { otherCoins: [other("buy", -0.9), other("buy", 0.71)] }],
    ["correlation_cap", { correlationCap: 0.7 }, { otherCoins: [other("sell", -0.8)] }],
    ["correlation_undefined", { correlationCap: 0.7 }, { otherCoins: [{ ...other(), correlation: () => undefined }] }],
  ])("refuses by the name of the rule: %s", (name, limits, now) => {
    expect(left(limits, now)).toEqual({ refusal: name });
  });

  it.each<[string, Partial<RiskLimits>, Partial<RiskSnapshot>]>([
    ["a day's loss exactly at the limit", { dailyLossShare: 0.05 }, { dayLowEquity: 950 }],
    ["a drawdown exactly at the limit", { drawdownHaltShare: 0.3 }, { drawdownShare: 1 - 0.7 }],
    ["the end of the cooldown", { cooldownMs: HOUR_MS }, { lastExitMs: FLAT.nowMs - HOUR_MS }],
    ["a winning exit under a loss cooldown", { lossCooldownMs: HOUR_MS }, { lastExitMs: FLAT.nowMs }],
    ["more of a coin that is held", { maxOpenPositions: 1 }, { positionQty: 1, otherCoins: [other()] }],
    ["a coin below the number allowed", { maxOpenPositions: 2 }, { otherCoins: [other()] }],
    ["a correlation exactly at the cap", { correlationCap: 0.7 }, { otherCoins: [other("buy", 0.7)] }],
    ["a hedge: the same move on the other side", { correlationCap: 0.7 }, { otherCoins: [other("sell", 0.95)] }],
    ["a correlation cap with nothing held", { correlationCap: 0 }, {}],
  ])("has nothing against %s", (_case, limits, now) => {
    expect(left(limits, now)).toBe(0.5);
  });
});
