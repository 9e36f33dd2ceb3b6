import type { SeriesRows } from "@powertrader/core/files";
import { bucketOpen, DAY_MS, MINUTE_MS, type Timeframe, timeframeMs, WEEK_MS } from "@powertrader/core/market";

export interface SeriesRules {
  readonly timeframe: Timeframe;
  /** `24x7`: every bar stands on the timeframe's grid. `as-is`: times need only ascend. */
  readonly calendar: Calendar;
  /** Bars that close later than this are not closed. */
  readonly nowMs: number;
  /** Weekly bars: offset from the epoch week that the series has already. */
  readonly weekAnchorMs?: number | undefined;
}

export type Calendar = "24x7" | "as-is";

/** Says why no bar of the series can open at a time. */
export function barJudge(
  rows: SeriesRows,
  { timeframe, calendar, nowMs, weekAnchorMs }: SeriesRules,
): (openMs: number) => string | undefined {
  const lengthMs = timeframeMs(timeframe);
  const anchorMs = lengthMs === WEEK_MS ? (weekAnchorMs ?? commonWeekAnchor(rows)) : 0;
  return (openMs) => {
    if (calendar === "24x7" && bucketOpen(openMs, lengthMs, anchorMs) !== openMs) {
      return `not on the grid of ${timeframe} bars`;
    }
    return openMs + lengthMs > nowMs ? "the bar has not closed yet" : undefined;
  };
}

/** Says why no settlement can have been at a time. Venues change the interval, so that no grid is asked for. */
export function settlementJudge(_rows: SeriesRows, { nowMs }: SeriesRules): (timeMs: number) => string | undefined {
  return (timeMs) => {
    if (timeMs % MINUTE_MS !== 0) return "more than 15 seconds off a whole minute";
    return timeMs > nowMs ? "the settlement is still to come" : undefined;
  };
}

/** The most common start of the week at midnight UTC, as an offset from the epoch (a Thursday). */
function commonWeekAnchor({ time }: SeriesRows): number {
  const counts = new Map<number, number>();
  for (const openMs of time) {
    const anchorMs = openMs % WEEK_MS;
    if (anchorMs % DAY_MS === 0) counts.set(anchorMs, (counts.get(anchorMs) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return most?.[0] ?? 0;
}
