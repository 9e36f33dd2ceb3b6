import { describe, expect, it } from "vitest";
import { DAY_MS, isTimeframe, parseTimeframe, shortTimeframe, TIMEFRAMES, timeframeMs } from "./timeframe.ts";

const SPELLINGS = [
  ["1min", "1m", 1],
  ["5min", "5m", 5],
  ["15min", "15m", 15],
  ["30min", "30m", 30],
  ["1hour", "1h", 60],
  ["2hour", "2h", 120],
  ["4hour", "4h", 240],
  ["6hour", "6h", 360],
  ["8hour", "8h", 480],
  ["12hour", "12h", 720],
  ["1day", "1d", 1440],
  ["1week", "1w", 7 * 1440],
] as const;

describe("timeframes", () => {
  it.each(SPELLINGS)("%s is also written %s and lasts %i minutes", (name, short, minutes) => {
    expect(parseTimeframe(name)).toBe(name);
    expect(parseTimeframe(short)).toBe(name);
    expect(parseTimeframe(` ${short} `)).toBe(name);
    expect(shortTimeframe(name)).toBe(short);
    expect(timeframeMs(name)).toBe(minutes * 60_000);
  });

  it("are these and no others, shortest first", () => {
    expect(TIMEFRAMES).toEqual(SPELLINGS.map(([name]) => name));
  });

  it("divide a day or are a whole number of days, so that bars never straddle midnight", () => {
    for (const timeframe of TIMEFRAMES) {
      const lengthMs = timeframeMs(timeframe);
      expect(DAY_MS % lengthMs === 0 || lengthMs % DAY_MS === 0, timeframe).toBe(true);
    }
  });

  it.each(["", "3h", "1M", "60", "1 h", "hour", "1hours", "__proto__", "constructor", "toString", "1h,4h"])(
    'refuses "%s" and lists the known ones',
    (text) => {
      expect(() => parseTimeframe(text)).toThrow(
        expect.objectContaining({ code: "E_TIMEFRAME", hint: expect.stringContaining("1m 5m 15m") }),
      );
      expect(isTimeframe(text)).toBe(false);
    },
  );

  it("suggests the nearest spelling", () => {
    expect(() => parseTimeframe("1hr")).toThrow('did you mean "1h"?');
    expect(() => parseTimeframe("1H")).toThrow('did you mean "1h"?');
  });

  it("does not repeat control characters or a page of text", () => {
    expect(() => parseTimeframe(`\u001b[31m${"x".repeat(5000)}`)).toThrow(/^unknown timeframe "\?\[31mx{50,60}…"$/);
  });
});
