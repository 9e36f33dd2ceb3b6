import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { findStrategy, resolveParams, STRATEGIES } from "./registry.ts";

const thrown = (code: string, message: string) => expect.objectContaining({ code, message });
const sma = findStrategy("sma-crossover");

describe("the strategies", () => {
  it("have names of their own that can be typed, and say what they do", () => {
    expect(STRATEGIES.map(({ name }) => name)).toEqual([
      "sma-crossover",
      "breakout",
      "mtf-trend",
      "buy-and-hold",
      "powertrader",
    ]);
    for (const { name, summary } of STRATEGIES) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(summary).toMatch(/\w/);
    }
  });

  it.each(STRATEGIES.map((strategy) => [strategy.name, strategy] as const))(
    "%s describes every parameter and has defaults for all",
    (_, strategy) => {
      const defaults = resolveParams(strategy, {});
      expect(Object.keys(defaults)).toEqual(Object.keys(strategy.params.shape));
      for (const [name, schema] of Object.entries(strategy.params.shape)) {
        expect((schema as z.ZodType).description, name).toMatch(/\w/);
        expect(defaults[name], name).toBeDefined();
      }
    },
  );
});

describe("findStrategy", () => {
  it.each([
    ["sma-crosover", 'unknown strategy "sma-crosover" (did you mean "sma-crossover"?)'],
    ["Breakout", 'unknown strategy "Breakout" (did you mean "breakout"?)'],
    ["magic", 'unknown strategy "magic"'],
    ["", 'unknown strategy ""'],
    ["__proto__", 'unknown strategy "__proto__"'],
    ["./my-strategy.ts", 'unknown strategy "./my-strategy.ts"'],
  ])('does not know "%s"', (name, message) => {
    expect(() => findStrategy(name)).toThrow(thrown("E_STRATEGY_NAME", message));
  });

  it("lists what there is", () => {
    expect(() => findStrategy("magic")).toThrow(
      expect.objectContaining({ hint: "Strategies: sma-crossover, breakout, mtf-trend, buy-and-hold, powertrader." }),
    );
  });
});

describe("resolveParams", () => {
  it("fills in defaults", () => {
    expect(resolveParams(sma, {})).toEqual({ fast: 50, slow: 200, direction: "both" });
    expect(resolveParams(sma, { fast: 7, direction: "long" })).toEqual({ fast: 7, slow: 200, direction: "long" });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ fats: 5 }, 'sma-crossover has no parameter "fats" (did you mean "fast"?)'],
    [{ lookback: 5 }, 'sma-crossover has no parameter "lookback"'],
    [{ constructor: 5 }, 'sma-crossover has no parameter "constructor"'],
    [{ fast: 0 }, "sma-crossover: fast = 0: must be >= 1"],
    [{ fast: 1e9 }, "sma-crossover: fast = 1000000000: must be <= 100000"],
    [{ fast: 2.5 }, "sma-crossover: fast = 2.5: must be a whole number"],
    [{ fast: Number.NaN }, "sma-crossover: fast = NaN: expected number, received NaN"],
    [{ fast: "50" }, 'sma-crossover: fast = "50": expected number, received string'],
    [{ slow: null }, "sma-crossover: slow = null: expected number, received null"],
    [{ direction: "up" }, 'sma-crossover: direction = "up": must be "both" or "long" or "short"'],
    [{ fast: 200 }, "sma-crossover: fast (200) must be below slow (200)"],
    [{ slow: 20 }, "sma-crossover: fast (50) must be below slow (20)"],
  ])("refuses %j", (given, message) => {
    expect(() => resolveParams(sma, given)).toThrow(thrown("E_STRATEGY_PARAM", message));
  });

  it("reads a timeframe in either spelling and names those there are", () => {
    const mtf = findStrategy("mtf-trend");
    expect(resolveParams(mtf, {})).toMatchObject({ timeframe: "4hour" });
    expect(resolveParams(mtf, { timeframe: "1d" })).toMatchObject({ timeframe: "1day" });
    expect(resolveParams(mtf, resolveParams(mtf, { timeframe: "1d" }))).toMatchObject({ timeframe: "1day" });
    expect(() => resolveParams(mtf, { timeframe: "3h" })).toThrow(
      thrown("E_STRATEGY_PARAM", 'mtf-trend: timeframe = "3h": must be one of 1m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w'),
    );
  });

  it("says what a parameter is for, or which there are", () => {
    expect(() => resolveParams(sma, { fast: 0 })).toThrow(
      expect.objectContaining({ hint: "fast: bars of the fast average." }),
    );
    expect(() => resolveParams(sma, { fats: 1 })).toThrow(
      expect.objectContaining({ hint: "Its parameters: fast, slow, direction." }),
    );
    expect(() => resolveParams(findStrategy("buy-and-hold"), { x: 1 })).toThrow(
      expect.objectContaining({ hint: "It has none." }),
    );
  });
});
