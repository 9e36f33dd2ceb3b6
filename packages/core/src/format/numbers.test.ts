import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../market/index.ts";
import {
  formatChange,
  formatDay,
  formatDuration,
  formatGain,
  formatMinute,
  formatMoney,
  formatNumber,
  formatPrice,
  formatQuantity,
  formatRatio,
  formatSetting,
  formatShare,
} from "./index.ts";

/** No-break spaces as plain ones, so that expectations can be read. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("numbers as text", () => {
  it.each([
    [1234567.891, 2, "1,234,567.89"],
    [-1234.5, 0, "−1,235"],
    [999.995, 2, "1,000.00"],
    [-0.001, 2, "0.00"],
    [12.5, 1, "12.5"],
    [999_999_999_999_999, 0, "999,999,999,999,999"],
    [-1.26e15, 2, "−1.3e15"],
    [1e21, 0, "1.0e21"],
  ])("groups %s with %s digits", (value, digits, text) => expect(formatNumber(value, digits)).toBe(text));

  it.each([
    [1234.5, "1,234.50"],
    [0, "0.00"],
    [0.001234, "0.001234"],
  ])("prints %s as money", (value, text) => expect(formatMoney(value)).toBe(text));

  it("gives gains and changes a sign, and nothing none", () => {
    expect([formatGain(5), formatGain(-5), formatGain(0)]).toEqual(["+5.00", "−5.00", "0.00"]);
    expect([0.1234, -0.1234, 0, 0.00001].map((share) => plain(formatChange(share)))).toEqual([
      "+12.34 %",
      "−12.34 %",
      "0.00 %",
      "0.00 %",
    ]);
    expect(plain(formatShare(0.5, 0))).toBe("50 %");
  });

  it.each([
    [9_999.99, "+999,999.00 %"],
    [12_345, "+1.2e6 %"],
    [1.112_071_067e67, "+1.1e69 %"],
    [-20_000, "−2.0e6 %"],
  ])("prints a change of %s, as annualising a few lucky hours makes them, by its power of ten", (share, text) =>
    expect(plain(formatChange(share))).toBe(text),
  );

  it.each([
    [42123.456, "42,123.46"],
    [0.0971100012, "0.09711"],
    [1.5, "1.5"],
    [0.00000001, "0.00000001"],
    [100, "100"],
    [0, "0"],
    [-2.25, "−2.25"],
  ])("prints %s as a price", (value, text) => expect(formatPrice(value)).toBe(text));

  it.each([
    [0.009268499999999999, "0.0092685"],
    [0.1 + 0.2, "0.3"],
    [1234.123456789, "1,234.12345679"],
    [-1200, "−1,200"],
    [0, "0"],
    [4e-10, "0.0000000004"],
  ])("prints %s as a quantity", (value, text) => expect(formatQuantity(value)).toBe(text));

  it("drops digits of large ratios", () => {
    expect([formatRatio(1.234), formatRatio(12_345.6)]).toEqual(["1.23", "12,346"]);
  });
});

describe("times as text", () => {
  it("prints days and minutes in UTC, and says when a time is none", () => {
    const timeMs = Date.UTC(2024, 1, 29, 13, 45);
    expect([formatDay(timeMs), formatMinute(timeMs), formatDay(Number.NaN)]).toEqual([
      "2024-02-29",
      "2024-02-29 13:45",
      "unknown",
    ]);
  });

  it.each([
    [5 * MINUTE_MS, "5 min"],
    [90 * MINUTE_MS, "1.5 h"],
    [47 * HOUR_MS, "47 h"],
    [2.5 * DAY_MS, "2.5 days"],
    [523.4 * DAY_MS, "523 days"],
  ])("prints %s ms as a length", (durationMs, text) => expect(plain(formatDuration(durationMs))).toBe(text));
});

it("prints settings as they stand in files, texts without quotes", () => {
  expect([formatSetting("long"), formatSetting(50), formatSetting({ a: [1] }), formatSetting(undefined)]).toEqual([
    "long",
    "50",
    '{"a":[1]}',
    "—",
  ]);
});
