import { describe, expect, it } from "vitest";
import { ALWAYS_OPEN, US_EQUITIES } from "./session.ts";

const at = (text: string) => Date.parse(text);

describe("the US session", () => {
  it.each([
    ["2024-01-03T14:29:00Z", false], // winter: 09:29
    ["2024-01-03T14:30:00Z", true],
    ["2024-01-03T20:59:00Z", true],
    ["2024-01-03T21:00:00Z", false],
    ["2024-07-03T13:30:00Z", true], // summer
    ["2024-07-03T20:00:00Z", false],
    ["2024-01-06T15:00:00Z", false], // Saturday
    ["2024-03-08T14:00:00Z", false], // Friday before the clocks go forward
    ["2024-03-11T14:00:00Z", true],
    ["2024-11-01T13:30:00Z", true], // Friday before they go back
    ["2024-11-04T13:30:00Z", false],
  ])("at %s is open: %s", (text, isOpen) => {
    expect(US_EQUITIES.isOpen(at(text))).toBe(isOpen);
  });

  it.each([
    ["2024-01-03T15:00:00Z", "2024-01-03T21:00:00Z"],
    ["2024-01-03T21:00:00Z", "2024-01-04T21:00:00Z"],
    ["2024-01-05T22:00:00Z", "2024-01-08T21:00:00Z"], // over the weekend
    ["2024-03-08T21:30:00Z", "2024-03-11T20:00:00Z"], // and over the change of clocks
  ])("after %s ends at %s", (text, end) => {
    expect(new Date(US_EQUITIES.endAfter(at(text))).toISOString()).toBe(new Date(at(end)).toISOString());
  });

  it("agrees with the time zone database at every hour of a year", () => {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: "America/New_York",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    for (let ms = at("2023-12-25T00:00:00Z"); ms < at("2025-01-05T00:00:00Z"); ms += 1_800_000) {
      const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
      const minutes = Number(parts.hour) * 60 + Number(parts.minute);
      const isOpen = !["Sat", "Sun"].includes(parts.weekday!) && minutes >= 570 && minutes < 960;
      expect([ms, US_EQUITIES.isOpen(ms)]).toEqual([ms, isOpen]);
    }
  });
});

it("crypto is always open, and its day ends at midnight UTC", () => {
  expect(ALWAYS_OPEN.isOpen(at("2024-01-06T03:00:00Z"))).toBe(true);
  expect(ALWAYS_OPEN.endAfter(at("2024-01-06T00:00:00Z"))).toBe(at("2024-01-07T00:00:00Z"));
});
