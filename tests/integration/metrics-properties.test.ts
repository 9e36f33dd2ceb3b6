import { DAY_MS, HOUR_MS } from "@powertrader/core/market";
import {
  computeMetrics,
  dailyPoints,
  isDefined,
  measureDrawdowns,
  monthlyReturns,
  sharpeRatio,
  simpleReturns,
  sortinoRatio,
  tradingCosts,
} from "@powertrader/core/metrics";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

beforeAll(() => fc.configureGlobal({ numRuns: 300, seed: 20240101 }));
afterAll(() => fc.resetConfigureGlobal());

/** A curve of equity above zero. */
const money = fc.double({ min: 0.01, max: 1e9, noNaN: true });
const curve = fc.array(money, { minLength: 1, maxLength: 60 });
/** One whose returns lose no digits. */
const gentleCurve = fc.array(fc.double({ min: 10, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 });
const returns = fc.array(
  fc.integer({ min: -2000, max: 2000 }).map((value) => value / 10_000),
  { minLength: 2, maxLength: 60 },
);

/** Any numbers at all: what a broken or ruined run may hold. */
const wild = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 40 });

const hourly = (count: number) => Float64Array.from({ length: count }, (_, i) => i * 7 * HOUR_MS);
const measure = (equity: readonly number[]) =>
  measureDrawdowns(hourly(equity.length), Float64Array.from(equity), equity.length, 99);

describe("drawdown", () => {
  it("lies between 0 and 1 while equity is positive", () => {
    fc.assert(
      fc.property(curve, (equity) => {
        const { maxShare } = measure(equity);
        expect(maxShare).toBeGreaterThanOrEqual(0);
        expect(maxShare).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is zero for a curve that never falls", () => {
    fc.assert(
      fc.property(curve, (equity) => {
        expect(measure([...equity].sort((a, b) => a - b)).maxShare).toBe(0);
      }),
    );
  });

  it("does not depend on the unit of money", () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: -20, max: 20 }), (equity, exponent) => {
        expect(measure(equity.map((value) => value * 2 ** exponent)).maxShare).toBe(measure(equity).maxShare);
      }),
    );
  });

  it("does not change when rows repeat", () => {
    fc.assert(
      fc.property(curve, fc.nat(), (equity, at) => {
        const row = at % equity.length;
        expect(measure([...equity.slice(0, row), equity[row]!, ...equity.slice(row)]).maxShare).toBe(
          measure(equity).maxShare,
        );
      }),
    );
  });

  it("is the deepest of a plain search over all pairs of rows", () => {
    fc.assert(
      fc.property(curve, (equity) => {
        let deepest = 0;
        for (let i = 0; i < equity.length; i++) {
          for (let j = i; j < equity.length; j++) deepest = Math.max(deepest, (equity[i]! - equity[j]!) / equity[i]!);
        }
        const { maxShare, deepest: list } = measure(equity);
        expect(maxShare).toBe(deepest);
        expect(list[0]?.share ?? 0).toBe(deepest);
        expect(list.map((one) => one.share)).toEqual(list.map((one) => one.share).sort((a, b) => b - a));
      }),
    );
  });
});

describe("ratios of daily returns", () => {
  const close = (a: unknown, b: number) => expect(a as number).toBeCloseTo(b, Math.abs(b) > 1e6 ? -1 : 6);
  const varied = (values: readonly number[]) => new Set(values).size > 1;

  it("do not depend on the scale of the returns", () => {
    fc.assert(
      fc.property(returns, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, k) => {
        fc.pre(varied(values));
        const [plain, scaled] = [Float64Array.from(values), Float64Array.from(values, (value) => value * k)];
        close(sharpeRatio(scaled), sharpeRatio(plain) as number);
        const sortino = sortinoRatio(plain);
        if (isDefined(sortino)) close(sortinoRatio(scaled), sortino);
      }),
    );
  });

  it("turn their sign with the returns", () => {
    fc.assert(
      fc.property(returns, (values) => {
        fc.pre(varied(values));
        close(
          sharpeRatio(Float64Array.from(values, (value) => -value)),
          -(sharpeRatio(Float64Array.from(values)) as number),
        );
      }),
    );
  });

  it("multiply up to the change of equity", () => {
    fc.assert(
      fc.property(gentleCurve, (equity) => {
        const { equity: points } = dailyPoints(hourly(equity.length), Float64Array.from(equity));
        const product = simpleReturns(points).reduce((all, value) => all * (1 + value), 1);
        expect(product / (equity.at(-1)! / equity[0]!)).toBeCloseTo(1, 6);
      }),
    );
  });

  it("multiply up to the same change month by month", () => {
    fc.assert(
      fc.property(gentleCurve, (equity) => {
        const times = Float64Array.from(equity, (_, i) => i * 9 * DAY_MS);
        const product = monthlyReturns(dailyPoints(times, Float64Array.from(equity))).reduce(
          (all, { value }) => all * (1 + value!),
          1,
        );
        expect(product / (equity.at(-1)! / equity[0]!)).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe("computeMetrics", () => {
  const trades = fc.array(
    fc.record({
      side: fc.constantFrom("long" as const, "short" as const),
      entryMs: fc.nat(1e9),
      exitMs: fc.integer({ min: 1e9, max: 2e9 }),
      pnl: fc.oneof(fc.constant(0), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      pnlPct: fc.double({ min: -100, max: 1e4, noNaN: true }),
    }),
    { maxLength: 30 },
  );

  it("is finite or null with a reason, whatever the curve", () => {
    fc.assert(
      fc.property(wild, wild, trades, (equity, cash, closed) => {
        const { values, undefined: reasons } = computeMetrics({
          timeMs: hourly(equity.length),
          equity: Float64Array.from(equity),
          cash: Float64Array.from(equity, (_, i) => cash[i] ?? 0),
          length: equity.length,
          trades: closed,
          costs: tradingCosts([]),
          benchmarkEquity: Float64Array.from(equity, (value) => Math.abs(value)),
        });
        for (const [name, value] of Object.entries(values)) {
          if (value === null) expect(reasons[name], name).toMatch(/\w/);
          else expect(Number.isFinite(value), name).toBe(true);
        }
        expect(values.winning_trades! + values.losing_trades! + closed.filter((one) => one.pnl === 0).length).toBe(
          values.trades,
        );
        if (values.losing_trades === 0) expect(values.profit_factor).toBeNull();
      }),
    );
  });
});
