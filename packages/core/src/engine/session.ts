import { DAY_MS, HOUR_MS, MINUTE_MS } from "../market/timeframe.ts";

/** When a venue trades. */
export interface Session {
  /** Whether a bar that opens at `openMs` lies in trading hours. */
  isOpen(openMs: number): boolean;
  /** First end of trading after `nowMs`: where DAY orders end. */
  endAfter(nowMs: number): number;
}

/** Crypto never closes; its day ends at midnight UTC. */
export const ALWAYS_OPEN: Session = {
  isOpen: () => true,
  endAfter: (nowMs) => (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS,
};

const OPENS_MS = 9 * HOUR_MS + 30 * MINUTE_MS;
const CLOSES_MS = 16 * HOUR_MS;

/** 09:30 to 16:00 in New York, Monday to Friday. Holidays are not known: they have no bars. */
export const US_EQUITIES: Session = {
  isOpen(openMs) {
    const local = openMs + newYorkOffset(openMs);
    const timeOfDay = local % DAY_MS;
    return !isWeekend(local) && timeOfDay >= OPENS_MS && timeOfDay < CLOSES_MS;
  },
  endAfter(nowMs) {
    for (let day = Math.floor((nowMs + newYorkOffset(nowMs)) / DAY_MS); ; day++) {
      const local = day * DAY_MS + CLOSES_MS;
      const endMs = local - newYorkOffset(local - newYorkOffset(local));
      if (!isWeekend(local) && endMs > nowMs) return endMs;
    }
  },
};

function isWeekend(localMs: number): boolean {
  const weekday = new Date(localMs).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/**
 * What to add to UTC for the wall clock of New York: −4 h from the second Sunday of March to the first of November,
 * 2:00 local, else −5 h (Energy Policy Act of 2005, since 2007).
 */
function newYorkOffset(timeMs: number): number {
  const year = new Date(timeMs).getUTCFullYear();
  const summerMs = nthSunday(year, 2, 2) + 7 * HOUR_MS;
  const winterMs = nthSunday(year, 10, 1) + 6 * HOUR_MS;
  return timeMs >= summerMs && timeMs < winterMs ? -4 * HOUR_MS : -5 * HOUR_MS;
}

/** Midnight UTC of the n-th Sunday of a month, counted from 0 as `Date` does. */
function nthSunday(year: number, month: number, n: number): number {
  const first = Date.UTC(year, month, 1);
  const untilSunday = (7 - new Date(first).getUTCDay()) % 7;
  return first + (untilSunday + 7 * (n - 1)) * DAY_MS;
}
