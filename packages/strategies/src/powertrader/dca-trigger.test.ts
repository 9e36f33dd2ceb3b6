import { describe, expect, it } from "vitest";
import { dcaLevelsOf } from "./dca-levels.ts";
import { dcaTrigger, neuralLevel } from "./dca-trigger.ts";
import { powertraderParams } from "./params.ts";

const DEFAULTS = powertraderParams.parse({});
const LEVELS = dcaLevelsOf(DEFAULTS.dca_levels);
const trigger = (stage: number, gainPct: number, longLevel: number) =>
  dcaTrigger(stage, gainPct, longLevel, LEVELS, DEFAULTS);

describe("dcaTrigger", () => {
  it("buys at the loss of its stage", () => {
    expect(trigger(0, -2.6, 0)).toBe("hard");
    expect(trigger(0, -2.5, 0)).toBe("hard");
    expect(trigger(0, -2.4, 0)).toBeUndefined();
    expect(trigger(1, -4.9, 0)).toBeUndefined();
    expect(trigger(1, -5, 0)).toBe("hard");
    expect(trigger(6, -49, 0)).toBeUndefined();
  });

  it("buys every stage after the last at the last loss", () => {
    expect(trigger(7, -50, 0)).toBe("hard");
    expect(trigger(99, -50, 0)).toBe("hard");
    expect(trigger(99, -49, 7)).toBeUndefined();
  });

  it("buys at any loss where enough timeframes are long, for the first four stages", () => {
    expect(trigger(0, -1, 4)).toBe("neural");
    expect(trigger(0, -1, 3)).toBeUndefined();
    expect(trigger(1, -1, 4)).toBeUndefined();
    expect(trigger(1, -1, 5)).toBe("neural");
    expect(trigger(3, -0.001, 7)).toBe("neural");
    expect(trigger(4, -1, 7)).toBeUndefined();
    expect(trigger(0, 0, 7)).toBeUndefined();
    expect(trigger(0, 1, 7)).toBeUndefined();
  });

  it("counts its stages from the start level when told to", () => {
    const levels = (dca_stage: "s+4" | "start_level", trade_start_level: number) =>
      [0, 1, 2, 3, 4, 5, 6].map((stage) => neuralLevel(stage, { dca_stage, trade_start_level }));
    const four = [4, 5, 6, 7, undefined, undefined, undefined];
    expect(levels("s+4", 1)).toEqual(four);
    expect(levels("start_level", 3)).toEqual(four);
    expect(levels("start_level", 1)).toEqual([2, 3, 4, 5, 6, 7, undefined]);
    expect(levels("start_level", 7)).toEqual(new Array(7).fill(undefined));
    const early = { dca_stage: "start_level", trade_start_level: 1 } as const;
    expect(dcaTrigger(0, -1, 2, LEVELS, early)).toBe("neural");
  });
});

describe("dca_levels", () => {
  const levels = (given: unknown) => powertraderParams.parse({ dca_levels: given }).dca_levels;

  it.each<[unknown, readonly number[]]>([
    ["-2.5/-5/-10", [-2.5, -5, -10]],
    [" -2.5 / -5 ", [-2.5, -5]],
    [-7, [-7]],
    [
      [-1, -2],
      [-1, -2],
    ],
  ])("takes %j", (given, expected) => {
    expect(dcaLevelsOf(levels(given))).toEqual(expected);
    expect(levels(levels(given))).toBe(levels(given));
  });

  it.each([["2.5"], [""], ["-2.5/"], ["-2.5,-5"], [0], [-100], [[]], ["none"], [[Number.NaN]], ["-5/-2.5"], ["-5/-5"]])(
    "refuses %j",
    (given) => {
      expect(powertraderParams.safeParse({ dca_levels: given }).success).toBe(false);
    },
  );

  it("say how they are written", () => {
    expect(powertraderParams.safeParse({ dca_levels: "5" }).error!.issues[0]!.message).toBe(
      "must be percents between 0 and -100, such as -2.5/-5/-10",
    );
    expect(powertraderParams.safeParse({ dca_levels: "-5/-2.5" }).error!.issues[0]!.message).toBe(
      "must be losses that grow from stage to stage, such as -2.5/-5/-10",
    );
  });
});
