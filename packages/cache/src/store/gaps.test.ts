import { HOUR_MS } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { candles, hours, inHours } from "../fixtures/candles.ts";
import { gapsIn, reportGaps } from "./gaps.ts";

const flat = (...times: number[]) => candles(...times.map((hour) => [hour, 1] as const));

describe("gapsIn", () => {
  it("finds holes before, between and after candles", () => {
    expect(inHours(gapsIn(flat(2, 3, 6), HOUR_MS, [hours(0, 9)]))).toEqual([
      [0, 2],
      [4, 6],
      [7, 9],
    ]);
  });

  it("looks only at what is covered", () => {
    expect(inHours(gapsIn(flat(0, 1, 10), HOUR_MS, [hours(0, 2), hours(9, 12)]))).toEqual([
      [9, 10],
      [11, 12],
    ]);
    expect(gapsIn(flat(), HOUR_MS, [])).toEqual([]);
  });
});

describe("reportGaps", () => {
  it("counts holes and bars and names the first of the longest", () => {
    const gaps = [hours(0, 1), hours(5, 8), hours(10, 13)];
    expect(reportGaps(gaps, HOUR_MS)).toEqual({ count: 3, bars: 7, largest: hours(5, 8) });
  });

  it("counts no stretch that is shorter than a bar", () => {
    expect(reportGaps([hours(0, 0.5)], HOUR_MS)).toEqual({ count: 0, bars: 0, largest: undefined });
  });
});
