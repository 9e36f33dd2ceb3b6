import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFundingSegment, encodeFundingSegment } from "./funding-rows.ts";
import type { SegmentName } from "./segment.ts";

const START = 1_704_067_200;
/** A day of settlements from 2024-01-01. */
const NAME: SegmentName = {
  symbol: "BTC-USDT",
  timeframe: "8hour",
  fromMs: START * 1000,
  toMs: (START + 24 * 3600) * 1000,
};
const row = (hour: number, rate: unknown = 0.0001) => ({ time: START + hour * 3600, rate });
const decode = (value: unknown) => decodeFundingSegment(JSON.stringify(value), NAME);

describe("funding segments", () => {
  it("hold one settlement a line", () => {
    const rows = decode([row(0), row(8, -0.00002), row(16, 0)]);
    expect(encodeFundingSegment(rows)).toBe(
      `[\n{"time":${START},"rate":0.0001},\n{"time":${START + 28800},"rate":-0.00002},\n{"time":${START + 57600},"rate":0}\n]\n`,
    );
    expect(encodeFundingSegment(decode([]))).toBe("[]\n");
  });

  it("take settlements at any moment before their end", () => {
    expect(decode([row(0), row(4), row(23.75)]).length).toBe(3);
  });

  it.each<[string, unknown, RegExp]>([
    ["an object", {}, /^not an array of settlements$/],
    ["a null", [null], /^row 0 is not a settlement$/],
    ["a candle", [{ time: START, close: 1 }], /^row 0 is not a settlement$/],
    ["a rate as text", [row(0, "0.1")], /^row 0 is not a settlement$/],
    ["two settlements at once", [row(0), row(0)], /^row 1: time 1704067200 does not ascend$/],
    ["a settlement before its range", [row(-8)], /^row 0: time \d+ is outside the range in the file name$/],
    ["a settlement at the end of its range", [row(24)], /outside the range/],
    ["a rate of one", [row(0, 1)], /^row 0: the rate is not between -1 and 1$/],
    ["a rate of minus one", [row(0, -1)], /not between/],
  ])("refuse %s", (_name, value, what) => {
    expect(() => decode(value)).toThrow(what);
  });

  it("refuse an infinite rate", () => {
    expect(() => decodeFundingSegment(`[{"time":${START},"rate":1e999}]`, NAME)).toThrow(/not between/);
  });

  it("read back what they write", () => {
    const rate = fc.double({ min: -1, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1439)),
        fc.array(rate, { minLength: 1440, maxLength: 1440 }),
        (minutes, all) => {
          const times = minutes.sort((a, b) => a - b);
          const time = Float64Array.from(times, (minute) => NAME.fromMs + minute * 60_000);
          const rows = { length: time.length, time, rate: Float64Array.from(times, (minute) => all[minute]! + 0) };
          expect(decodeFundingSegment(encodeFundingSegment(rows), NAME)).toEqual(rows);
        },
      ),
    );
  });
});
