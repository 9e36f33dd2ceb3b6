import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../market/timeframe.ts";
import { dailyPoints } from "./daily-points.ts";
import { SESSION_CALENDARS } from "./trading-calendar.ts";

const START = Date.UTC(2024, 0, 1);
const curve = (...rows: [hours: number, equity: number][]) =>
  [
    Float64Array.from(rows, ([hours]) => START + hours * HOUR_MS),
    Float64Array.from(rows, ([, equity]) => equity),
  ] as const;

describe("dailyPoints", () => {
  it("takes the start and the last equity at or before every 24:00", () => {
    const days = dailyPoints(...curve([0, 100], [23, 101], [24, 102], [25, 103], [48, 104]));
    expect([...days.equity]).toEqual([100, 102, 104]);
    expect([...days.timeMs]).toEqual([START, START + DAY_MS, START + 2 * DAY_MS]);
  });

  it("includes a last day that is not over", () => {
    const days = dailyPoints(...curve([0, 100], [24, 101], [30, 90]));
    expect([...days.equity]).toEqual([100, 101, 90]);
    expect(days.timeMs.at(-1)).toBe(START + 30 * HOUR_MS);
  });

  it("carries equity over days without ticks", () => {
    const days = dailyPoints(...curve([0, 100], [20, 101], [80, 105]));
    expect([...days.equity]).toEqual([100, 101, 101, 101, 105]); // days 1, 2 and 3 end with the tick of hour 20
  });

  it("starts inside a day when the run does", () => {
    const days = dailyPoints(...curve([18, 100], [24, 101], [48, 103]));
    expect([...days.equity]).toEqual([100, 101, 103]);
  });

  it("gives two points to a run within one day, one to a run without ticks", () => {
    expect([...dailyPoints(...curve([1, 100], [2, 90], [3, 95])).equity]).toEqual([100, 95]);
    expect([...dailyPoints(...curve([0, 100])).equity]).toEqual([100]);
  });

  it("reads only the rows in use", () => {
    const [timeMs, equity] = curve([0, 100], [24, 101], [0, 0], [0, 0]);
    expect([...dailyPoints(timeMs, equity, 2).equity]).toEqual([100, 101]);
  });

  it("leaves out weekends and days without ticks where a venue has closed days", () => {
    // Monday 2024-01-01; no ticks on Wednesday, ticks on Saturday, none on Sunday.
    const hours: [number, number][] = [
      [0, 100],
      [21, 101],
      [45, 102],
      [93, 103],
      [117, 104],
      [130, 90],
      [189, 106],
      [200, 107],
    ];
    const days = dailyPoints(...curve(...hours), hours.length, SESSION_CALENDARS["us-equities"]);
    expect([...days.equity]).toEqual([100, 101, 102, 103, 104, 106, 107]);
    expect([...days.timeMs].map((timeMs) => (timeMs - START) / HOUR_MS)).toEqual([0, 24, 48, 96, 120, 192, 200]);
  });
});
