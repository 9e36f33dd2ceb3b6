import { describe, expect, it } from "vitest";
import { numberOf, parseNumber, parseTime, timeOf } from "./parse-values.ts";

const T = Date.UTC(2024, 0, 31, 13, 0, 0);

describe("parseTime", () => {
  it.each([
    ["1706706000", "seconds"],
    ["1706706000.0", "seconds with a fraction"],
    ["1.706706e9", "seconds with an exponent"],
    ["1706706000000", "milliseconds"],
    ["1706706000000000", "microseconds"],
    ["2024-01-31 13:00:00", "a date"],
    ["2024-01-31 13:00", "a date without seconds"],
    ["2024-01-31T13:00:00Z", "ISO"],
    ["2024-01-31T13:00:00.000+00:00", "ISO with fraction and offset"],
    ["2024-01-31 15:30:00+02:30", "an offset"],
    ["2024-01-31 08:00:00-0500", "a western offset"],
    ["2024-01-31 13:00:00 UTC", "UTC in words"],
  ])("reads %s (%s)", (text) => {
    expect(parseTime(text)).toBe(T);
  });

  it("reads a day as its midnight", () => {
    expect(parseTime("2024-01-31")).toBe(Date.UTC(2024, 0, 31));
  });

  it.each([
    "",
    "20240131",
    "2024-02-30",
    "2024-1-1",
    "31.01.2024",
    "2024-01-31 25:00",
    "-5",
    "0x65ba",
    "1e30",
    "Infinity",
    "noon",
  ])("takes %j for no time", (text) => {
    expect(parseTime(text)).toBeNaN();
  });
});

describe("parseNumber", () => {
  it.each([
    ["1", 1],
    ["1.50", 1.5],
    ["-2", -2],
    ["1e5", 1e5],
    ["1E-5", 1e-5],
    [" 7 ", 7],
    ["0", 0],
    [".5", 0.5],
  ])("reads %j", (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each(["", "  ", "1,5", "0x10", "0b11", "Infinity", "-Infinity", "NaN", "12abc", "null"])("refuses %j", (text) => {
    expect(parseNumber(text)).toBeNaN();
  });
});

it("reads values of JSON", () => {
  expect([numberOf(1.5), numberOf("1.5")]).toEqual([1.5, 1.5]);
  expect([numberOf(null), numberOf(true), numberOf([])]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect([timeOf(1706706000), timeOf("2024-01-31T13:00:00Z")]).toEqual([T, T]);
  expect(timeOf({})).toBeNaN();
});
