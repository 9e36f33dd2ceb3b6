import { allocateColumns } from "@powertrader/core/market";
import {
  createRiskGate,
  type Holding,
  LIMITS,
  limitEntry,
  type OtherCoin,
  RISK_PROFILE_NAMES,
  type RiskLimits,
  type RiskSnapshot,
  RiskTracker,
  riskConfigSchema,
  riskSnapshot,
  toRiskSettings,
} from "@powertrader/core/risk";
import { HistoryView } from "@powertrader/core/strategy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const numRuns = Number(process.env.PT_PROPERTY_RUNS ?? 150) * 4;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** fast-check prints the seed and the counterexample when `check` does not hold. */
function forAll<T>(values: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(values, check), { numRuns });
}

const positive = (max: number) => fc.double({ min: 1e-6, max, noNaN: true });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const share = positive(1);
const side = fc.constantFrom("buy" as const, "sell" as const);

const limits: fc.Arbitrary<RiskLimits> = fc.record({
  maxPositionQty: maybe(positive(1e4)),
  maxNotionalShare: maybe(share),
  maxOpenPositions: maybe(fc.integer({ min: 1, max: 4 })),
  maxExposureShare: maybe(share),
  dailyLossShare: maybe(share),
  drawdownHaltShare: maybe(share),
  cooldownMs: maybe(fc.integer({ min: 1, max: DAY })),
  lossCooldownMs: maybe(fc.integer({ min: 1, max: DAY })),
  correlationCap: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  correlationBars: fc.constant(10),
});

const otherCoin: fc.Arbitrary<OtherCoin> = fc
  .record({ side, rho: fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: undefined, freq: 20 }) })
  .map(({ side, rho }) => ({ symbol: "B-USDT", side, correlation: () => rho }));

const snapshot: fc.Arbitrary<RiskSnapshot> = fc
  .record({
    equity: positive(1e6),
    lostToday: fc.double({ min: 0, max: 0.2, noNaN: true }),
    drawdownShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
    positionShare: fc.oneof(fc.constant(0), share),
    otherShare: fc.oneof(fc.constant(0), share),
    otherCoins: fc.array(otherCoin, { maxLength: 4 }),
    isReversal: fc.boolean(),
    sinceExitMs: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 2 * DAY })),
    sinceLossMs: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 2 * DAY })),
  })
  .map((one) => ({
    nowMs: 10 * DAY,
    equity: one.equity,
    dayStartEquity: one.equity,
    dayLowEquity: one.equity * (1 - one.lostToday),
    drawdownShare: one.drawdownShare,
    exposure: one.equity * (one.positionShare + one.otherShare),
    otherCoins: one.otherCoins,
    positionQty: (one.positionShare * one.equity) / 50,
    positionValue: one.positionShare * one.equity,
    isReversal: one.isReversal,
    lastExitMs: 10 * DAY - one.sinceExitMs,
    lastLossMs: 10 * DAY - one.sinceLossMs,
  }));

const entry = fc.record({ side, price: fc.constant(50) });

/** Above a limit by more than rounding. */
const exceeds = (value: number, limit = Infinity) => value > limit * (1 + 1e-9);

describe("an entry that the limits let through", () => {
  it("is above none of them, and not above what was wanted", () => {
    forAll(fc.tuple(share, entry, snapshot, limits), ([wanted, one, now, rules]) => {
      const allowed = limitEntry(wanted, one, now, rules);
      if (typeof allowed !== "number") return;
      const added = allowed * now.equity;
      expect(allowed).toBeGreaterThan(0);
      expect(allowed).toBeLessThanOrEqual(wanted);
      expect(exceeds(now.positionQty + added / one.price, rules.maxPositionQty)).toBe(false);
      expect(exceeds((now.positionValue + added) / now.equity, rules.maxNotionalShare)).toBe(false);
      expect(exceeds((now.exposure + added) / now.equity, rules.maxExposureShare)).toBe(false);
      const opens = now.otherCoins.length + 1;
      if (now.positionQty === 0) expect(opens).toBeLessThanOrEqual(rules.maxOpenPositions ?? Infinity);
      expect(exceeds(1 - now.dayLowEquity / now.dayStartEquity, rules.dailyLossShare)).toBe(false);
      expect(exceeds(now.drawdownShare, rules.drawdownHaltShare)).toBe(false);
      expect(now.nowMs - now.lastExitMs < (rules.cooldownMs ?? 0)).toBe(false);
      expect(now.nowMs - now.lastLossMs < (rules.lossCooldownMs ?? 0)).toBe(false);
    });
  });

  it("is the same in whatever order the limits are asked", () => {
    const orders = fc.shuffledSubarray([...LIMITS], { minLength: LIMITS.length });
    forAll(fc.tuple(share, entry, snapshot, limits, orders), ([wanted, one, now, rules, order]) => {
      const usual = limitEntry(wanted, one, now, rules);
      const shuffled = limitEntry(wanted, one, now, rules, order);
      expect(typeof shuffled).toBe(typeof usual);
      if (typeof usual === "number") expect(shuffled).toBe(usual);
    });
  });

  it("is not larger, and no longer let through, under one limit more", () => {
    const key = fc.constantFrom(...(["maxPositionQty", "maxNotionalShare", "maxExposureShare"] as const));
    forAll(fc.tuple(share, entry, snapshot, limits, key), ([wanted, one, now, rules, lifted]) => {
      const without = limitEntry(wanted, one, now, { ...rules, [lifted]: undefined });
      const allowed = limitEntry(wanted, one, now, rules);
      if (typeof without !== "number") expect(typeof allowed).toBe("object");
      else if (typeof allowed === "number") expect(allowed).toBeLessThanOrEqual(without);
    });
  });
});

describe("entries of one tick", () => {
  const NAMES = ["A", "B", "C", "D", "E"].map((coin) => `${coin}-USDT`);
  const CONFIGS = [
    ...RISK_PROFILE_NAMES.map((profile) => ({ profile })),
    { limits: { max_exposure_share: 0.7 } },
    { limits: { max_notional_share: 0.3, max_exposure_share: 0.8, max_open_positions: 2 } },
  ];
  const history = new HistoryView("A-USDT", "1hour", allocateColumns(0), { row: -1 });

  it("stay below the limits together, because what works already counts", () => {
    const scene = fc.record({
      config: fc.constantFrom(...CONFIGS),
      wishes: fc.array(fc.record({ symbol: fc.constantFrom(...NAMES), side, price: positive(1e5) }), { maxLength: 30 }),
    });
    forAll(scene, ({ config, wishes }) => {
      const settings = toRiskSettings(riskConfigSchema.parse(config));
      const { limits: rules } = settings.common;
      const gate = createRiskGate(settings);
      const tracker = new RiskTracker(0, 10_000);
      const pending = new Map<string, number>();
      for (const wish of wishes) {
        const holdings = NAMES.map(
          (symbol): Holding => ({ symbol, qty: 0, value: 0, pendingShare: pending.get(symbol) ?? 0, history }),
        );
        const request = { ...wish, stopPrice: undefined, sizeShare: 0.5 };
        const now = riskSnapshot(request, { nowMs: 0, equity: 10_000, holdings }, tracker);
        const decision = gate.decide(request, now, { bars: history, tally: tracker });
        if ("refusal" in decision) continue;
        const sign = wish.side === "buy" ? 1 : -1;
        const before = pending.get(wish.symbol) ?? 0;
        if (before * sign >= 0) pending.set(wish.symbol, before + sign * decision.sizeShare);
      }
      const shares = [...pending.values()].map(Math.abs);
      const total = shares.reduce((sum, one) => sum + one, 0);
      expect(exceeds(total, rules.maxExposureShare)).toBe(false);
      expect(shares.some((one) => exceeds(one, rules.maxNotionalShare))).toBe(false);
      expect(shares.length).toBeLessThanOrEqual(rules.maxOpenPositions ?? Infinity);
    });
  });
});

describe("the daily loss", () => {
  it("counts from the last equity at or before UTC midnight, whatever the ticks", () => {
    const tick = fc.record({
      stepMs: fc.oneof(fc.constantFrom(HOUR, 6 * HOUR, DAY), fc.integer({ min: 1, max: 3 * DAY })),
      equity: fc.double({ min: 1, max: 2e4, noNaN: true }),
    });
    const scene = fc.record({
      startMs: fc.integer({ min: 0, max: 400 * DAY }),
      ticks: fc.array(tick, { maxLength: 60 }),
    });
    forAll(scene, ({ startMs, ticks }) => {
      const tracker = new RiskTracker(startMs, 10_000);
      const seen: [number, number][] = [[startMs, 10_000]];
      let nowMs = startMs;
      for (const { stepMs, equity } of ticks) {
        nowMs += stepMs;
        tracker.onTick(nowMs, equity);
        seen.push([nowMs, equity]);
        const midnight = Math.floor(nowMs / DAY) * DAY;
        const [, dayStart] = seen.findLast(([timeMs]) => timeMs <= midnight) ?? seen[0]!;
        const today = seen.filter(([timeMs]) => timeMs >= midnight).map(([, value]) => value);
        expect(tracker.dayStartEquity).toBe(dayStart);
        expect(tracker.dayLowEquity).toBe(Math.min(dayStart, ...today));
        expect(tracker.peakEquity).toBe(Math.max(...seen.map(([, value]) => value)));
      }
    });
  });

  it("refuses until the last millisecond before midnight and not at midnight", () => {
    const { limits: rules } = toRiskSettings(riskConfigSchema.parse({ limits: { daily_loss_share: 0.05 } })).common;
    const history = new HistoryView("A-USDT", "1hour", allocateColumns(0), { row: -1 });
    const scene = fc.record({
      day: fc.integer({ min: 0, max: 30_000 }),
      crashMs: fc.integer({ min: 1, max: DAY - 1 }),
      lost: fc.double({ min: 0.0501, max: 0.9, noNaN: true }),
    });
    forAll(scene, ({ day, crashMs, lost }) => {
      const tracker = new RiskTracker(day * DAY, 1_000);
      const saysAt = (nowMs: number, equity: number) => {
        tracker.onTick(nowMs, equity);
        const request = { symbol: "A-USDT", side: "buy", price: 50 } as const;
        const account = { nowMs, equity, holdings: [{ symbol: "A-USDT", qty: 0, value: 0, pendingShare: 0, history }] };
        return limitEntry(0.1, request, riskSnapshot(request, account, tracker), rules);
      };
      expect(saysAt(day * DAY + crashMs, 1_000 * (1 - lost))).toEqual({ refusal: "daily_loss" });
      expect(saysAt((day + 1) * DAY - 1, 2_000)).toEqual({ refusal: "daily_loss" });
      expect(saysAt((day + 1) * DAY, 500)).toBe(0.1);
    });
  });
});

describe("a configuration of risk", () => {
  const number = fc.oneof(
    { weight: 3, arbitrary: share },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -0.1, 0, Infinity, -Infinity, 1.5, 1e300) },
  );
  const config = fc.record(
    {
      profile: fc.constantFrom(...RISK_PROFILE_NAMES, null),
      stop_loss_share: number,
      max_stop_share: number,
      limits: fc.record(
        { max_notional_share: number, max_exposure_share: number, daily_loss_share: number },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );

  it("is sound, or refused with a reason and a place", () => {
    forAll(config, (one) => {
      const parsed = riskConfigSchema.safeParse(one);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        expect(issue!.message.length).toBeGreaterThan(3);
        expect(issue!.path.length).toBeGreaterThan(0);
        return;
      }
      const { common } = toRiskSettings(parsed.data);
      const { maxNotionalShare, maxExposureShare, dailyLossShare } = common.limits;
      for (const value of [
        common.stopLossShare,
        common.maxStopShare,
        maxNotionalShare,
        maxExposureShare,
        dailyLossShare,
      ]) {
        if (value !== undefined) expect(value > 0 && value <= 1).toBe(true);
      }
      expect(maxNotionalShare ?? 0).toBeLessThanOrEqual(maxExposureShare ?? 1);
      expect(common.stopLossShare ?? 0).toBeLessThanOrEqual(common.maxStopShare ?? 1);
    });
  });

  it("with an unknown key anywhere is refused by its name", () => {
    const key = fc
      .stringMatching(/^[a-z]{3,12}$/)
      .filter((text) => !["size", "limits", "profile", "rule"].includes(text));
    const place = fc.constantFrom<(key: string) => unknown>(
      (one) => ({ [one]: 1 }),
      (one) => ({ limits: { [one]: 1 } }),
      (one) => ({ size: { rule: "signal", [one]: 1 } }),
      (one) => ({ per_coin: { BTC: { [one]: 1 } } }),
      (one) => ({ per_coin: { BTC: { limits: { [one]: 1 } } } }),
    );
    forAll(fc.tuple(key, place), ([one, at]) => {
      expect(riskConfigSchema.safeParse(at(one)).error!.issues[0]!.message).toContain(`"${one}"`);
    });
  });
});
