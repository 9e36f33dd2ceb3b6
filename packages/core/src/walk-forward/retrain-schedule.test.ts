import { describe, expect, it } from "vitest";
import { DAY_MS } from "../market/index.ts";
import { retrainSchedule } from "./retrain-schedule.ts";

const startMs = Date.UTC(2024, 0, 1);
const days = (lengthDays: number, intervalDays: number) =>
  retrainSchedule({ startMs, endMs: startMs + lengthDays * DAY_MS, intervalMs: intervalDays * DAY_MS }).map(
    (momentMs) => (momentMs - startMs) / DAY_MS,
  );

describe("retrainSchedule", () => {
  it("trains at the start of a month and on days 7, 14, 21 and 28", () => {
    expect(days(30, 7)).toEqual([0, 7, 14, 21, 28]);
  });

  it("trains once in a run that is no longer than the interval", () => {
    expect(days(7, 7)).toEqual([0]);
    expect(days(1, 7)).toEqual([0]);
  });

  it("leaves out a moment at the end of the run and keeps one just before it", () => {
    expect(days(28, 7)).toEqual([0, 7, 14, 21]);
    expect(retrainSchedule({ startMs: 0, endMs: 29, intervalMs: 7 })).toEqual([0, 7, 14, 21, 28]);
  });

  it.each([
    [{ endMs: startMs }, `a run must start before it ends, in whole milliseconds: was ${startMs} to ${startMs}`],
    [{ startMs: Number.NaN }, `a run must start before it ends, in whole milliseconds: was NaN to ${startMs + DAY_MS}`],
    [{ intervalMs: 0 }, "intervalMs must be a whole number above 0, was 0"],
    [{ intervalMs: 0.5 }, "intervalMs must be a whole number above 0, was 0.5"],
  ])("refuses %o", (options, message) => {
    const schedule = { startMs, endMs: startMs + DAY_MS, intervalMs: DAY_MS, ...options };
    expect(() => retrainSchedule(schedule)).toThrow(new RangeError(message));
  });
});
