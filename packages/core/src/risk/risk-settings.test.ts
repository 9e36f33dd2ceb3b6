import { describe, expect, it } from "vitest";
import { RISK_PROFILE_NAMES } from "./profiles.ts";
import { riskConfigSchema, rulesOf, toRiskSettings } from "./risk-settings.ts";

const settingsOf = (config: unknown) => toRiskSettings(riskConfigSchema.parse(config));

describe("riskConfigSchema", () => {
  it("limits nothing by default and takes the signal's size", () => {
    const { common, perCoin } = toRiskSettings(riskConfigSchema.prefault({}).parse(undefined));
    const { correlationBars, ...limits } = common.limits;
    expect(common.size).toEqual({ rule: "signal" });
    expect([common.stopLossShare, common.takeProfitShare, common.maxStopShare]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(Object.values(limits).every((limit) => limit === undefined)).toBe(true);
    expect([correlationBars, perCoin.size]).toEqual([100, 0]);
  });

  it.each([
    ["conservative", 0.02, 0.1],
    ["balanced", 0.03, 0.2],
    ["aggressive", 0.05, 0.3],
  ])("profile %s holds %d of equity a position and %d in all", (profile, share, exposure) => {
    const { common } = settingsOf({ profile });
    expect(common.size).toEqual({ rule: "fraction", share });
    expect(common.limits).toMatchObject({ maxNotionalShare: share, maxExposureShare: exposure });
  });

  it("profile plan risks 2 % at a stop of 5 %, three coins at most, and stops for the day at 5 %", () => {
    const { common } = settingsOf({ profile: "plan" });
    expect(common).toMatchObject({
      size: { rule: "risk_per_trade", risk_share: 0.02, max_share: 1 },
      stopLossShare: 0.05,
      takeProfitShare: 0.1,
      limits: { maxPositionQty: 100, maxOpenPositions: 3, dailyLossShare: 0.05 },
    });
  });

  it("lets own keys win over the profile's, null lifting a limit", () => {
    const { common } = settingsOf({ profile: "plan", stop_loss_share: 0.03, limits: { max_position_qty: null } });
    expect(common.stopLossShare).toBe(0.03);
    expect(common.takeProfitShare).toBe(0.1);
    expect(common.limits).toMatchObject({ maxPositionQty: undefined, maxOpenPositions: 3 });
  });

  it("merges one coin's rules over those of all", () => {
    const settings = settingsOf({
      profile: "balanced",
      limits: { cooldown_minutes: 60 },
      per_coin: { BTC: { size: { rule: "fixed_notional", notional: 500 }, limits: { max_notional_share: 0.1 } } },
    });
    expect(rulesOf(settings, "BTC-USDT").size).toEqual({ rule: "fixed_notional", notional: 500 });
    expect(rulesOf(settings, "BTC-USDT").limits).toMatchObject({
      maxNotionalShare: 0.1,
      maxExposureShare: 0.2,
      cooldownMs: 3_600_000,
    });
    expect(rulesOf(settings, "ETH-USDT")).toBe(settings.common);
  });

  it.each([undefined, ...RISK_PROFILE_NAMES])(
    "gives the same when its result is given back (profile %s)",
    (profile) => {
      const config = { profile, limits: { loss_cooldown_minutes: 5 }, per_coin: { BTC: { stop_loss_share: 0.01 } } };
      const resolved = riskConfigSchema.parse(config);
      expect(riskConfigSchema.parse(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
    },
  );

  it.each<[string, unknown, string, RegExp]>([
    ["a number that is none", { limits: { max_exposure_share: Number.NaN } }, "limits.max_exposure_share", /NaN/],
    ["infinity", { limits: { max_position_qty: Infinity } }, "limits.max_position_qty", /number/],
    ["a negative limit", { limits: { daily_loss_share: -0.05 } }, "limits.daily_loss_share", />0/],
    ["zero", { limits: { max_open_positions: 0 } }, "limits.max_open_positions", />=1/],
    ["a fraction of a coin", { limits: { max_open_positions: 1.5 } }, "limits.max_open_positions", /int/],
    ["percent where shares are meant", { size: { rule: "fraction", share: 2 } }, "size.share", /<=1/],
    ["a text", { stop_loss_share: "5%" }, "stop_loss_share", /number/],
    ["an unknown key", { limits: { max_exposure: 0.1 } }, "limits", /"max_exposure"/],
    ["an unknown table", { limit: {} }, "", /"limit"/],
    ["an unknown rule", { size: { rule: "martingale" } }, "size.rule", /expected one of signal\|fraction/],
    ["a size without a rule", { size: { share: 0.1 } }, "size.rule", /expected one of/],
    ["a key of another rule", { size: { rule: "signal", share: 0.1 } }, "size", /"share"/],
    ["an unknown profile", { profile: "reckless" }, "profile", /conservative/],
    ["a coin that is none", { per_coin: { "BTC-USDT": {} } }, "per_coin.BTC-USDT", /./],
    ["a coin's unknown key", { per_coin: { BTC: { profile: "plan" } } }, "per_coin.BTC", /"profile"/],
    [
      "a position above the exposure",
      { limits: { max_notional_share: 0.3, max_exposure_share: 0.2 } },
      "limits.max_notional_share",
      /^must not be above max_exposure_share \(0\.2\)$/,
    ],
    [
      "a position above the profile's exposure",
      { profile: "conservative", limits: { max_notional_share: 0.3 } },
      "limits.max_notional_share",
      /max_exposure_share \(0\.1\)/,
    ],
    [
      "a coin's position above everybody's exposure",
      { profile: "conservative", per_coin: { BTC: { limits: { max_notional_share: 0.3 } } } },
      "per_coin.BTC.limits.max_notional_share",
      /max_exposure_share \(0\.1\)/,
    ],
    [
      "a default stop beyond the furthest",
      { stop_loss_share: 0.2, max_stop_share: 0.1 },
      "stop_loss_share",
      /max_stop/,
    ],
    ["a fallback above the cap", { size: { rule: "kelly", fallback_share: 0.3 } }, "size.fallback_share", /max_share/],
  ])("refuses %s and says where", (_case, config, path, message) => {
    const { error } = riskConfigSchema.safeParse(config);
    expect(error!.issues[0]!.path.join(".")).toBe(path);
    expect(error!.issues[0]!.message).toMatch(message);
  });
});
