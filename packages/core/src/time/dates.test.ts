import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDate, formatTime, parseDate } from "./dates.ts";

const failure = (text: string) => {
  try {
    parseDate(text, "--start-date");
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error(`${text} was taken for a date`);
};

describe("parseDate", () => {
  it.each([
    ["2024-01-31", Date.UTC(2024, 0, 31)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["1970-01-01", 0],
    ["2024-01-31T23:59:59Z", Date.UTC(2024, 0, 31, 23, 59, 59)],
    ["2024-01-31T00:00:00Z", Date.UTC(2024, 0, 31)],
  ])("reads %s as UTC", (text, timeMs) => {
    expect(parseDate(text, "--start-date")).toBe(timeMs);
  });

  it.each([
    "2024-02-30",
    "2023-02-29",
    "2024-04-31",
    "2024-13-01",
    "2024-00-10",
    "2024-01-00",
    "2024-01-32",
    "0024-01-01", // JavaScript's 1924
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2016-12-31T23:59:60Z", // a real leap second that no candle has
  ])("says that %s does not exist instead of rolling over", (text) => {
    expect(failure(text)).toMatchObject({
      code: "E_DATE",
      message: `--start-date: "${text}" does not exist in the calendar`,
    });
  });

  it.each(["1969-12-31", "1900-01-01", "1969-12-31T23:59:59Z"])("knows no candles of %s", (text) => {
    expect(failure(text)).toMatchObject({ code: "E_DATE", message: `--start-date: "${text}" lies before 1970` });
  });

  it.each([
    "",
    "2024",
    "2024-1-1",
    "24-01-01",
    "20240101",
    "2024/01/01",
    "01-31-2024",
    "1704067200",
    "1704067200000",
    "today",
    "2024-01-01 00:00",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00Z",
    "2024-01-01T00:00:00", // whose midnight?
    "2024-01-01T00:00:00+01:00",
    "2024-01-01T00:00:00.000Z",
    "2024-01-01T00:00:00z",
    " 2024-01-01",
    "2024-01-01\n",
    "-2024-01-01",
    "+002024-01-01",
    "２０２４-01-01",
    "2024-W01",
  ])("does not guess at %j", (text) => {
    expect(failure(text)).toMatchObject({
      code: "E_DATE",
      message: expect.stringMatching(/^--start-date: ".*" is not a date$/),
      hint: expect.stringContaining("YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"),
    });
  });

  it("reads back whatever formatDate and formatTime write", () => {
    const anySecond = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(anySecond, (seconds) => {
        expect(parseDate(formatTime(seconds * 1000), "t")).toBe(seconds * 1000);
        expect(parseDate(formatDate(seconds * 1000), "t")).toBe(seconds * 1000);
      }),
    );
  });

  it("takes a day exactly when the calendar has it", () => {
    const two = (value: number) => String(value).padStart(2, "0");
    for (let year = 1999; year <= 2004; year++) {
      const isLeap = year % 4 === 0;
      const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const text = `${year}-${two(month)}-${two(day)}`;
          const exists = day >= 1 && day <= (lengths[month - 1] ?? 0);
          if (exists) expect(formatDate(parseDate(text, "t"))).toBe(text);
          else expect(failure(text).code, text).toBe("E_DATE");
        }
      }
    }
  });
});

describe("formatting", () => {
  it("shows midnight as a day and any other moment in full, without fractions", () => {
    expect(formatDate(Date.UTC(2024, 0, 31))).toBe("2024-01-31");
    expect(formatDate(Date.UTC(2024, 0, 31, 0, 0, 1))).toBe("2024-01-31T00:00:01Z");
    expect(formatTime(Date.UTC(2024, 0, 31, 4, 5, 6, 999))).toBe("2024-01-31T04:05:06Z");
  });
});
