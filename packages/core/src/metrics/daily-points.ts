import { firstRowAt } from "../market/candles.ts";
import { DAY_MS } from "../market/timeframe.ts";
import { SESSION_CALENDARS, type TradingCalendar } from "./trading-calendar.ts";

/** Equity at the start and at the end of every UTC day. */
export interface DailyPoints {
  /** The start, every 24:00 UTC after it, and the last tick when it lies inside a day. Epoch milliseconds. */
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
}

/**
 * The curve once a day: the first row, then for every 24:00 UTC after it the last equity at or before that moment,
 * then the last row when its day is not over. Days without ticks carry the equity before them. With a calendar that has
 * closed days, these have no point: what the account made over them counts for the next trading day.
 *
 * @param timeMs - whole milliseconds, ascending; row 0 is the start of the run
 * @param length - rows used, at least 1
 */
export function dailyPoints(
  timeMs: Float64Array,
  equity: Float64Array,
  length: number = timeMs.length,
  calendar: TradingCalendar = SESSION_CALENDARS["24/7"],
): DailyPoints {
  const days = everyDay(timeMs, equity, length);
  return calendar.hasClosedDays ? tradingDays(days, timeMs, length) : days;
}

/** Points of days from Monday to Friday with a tick in them; the first and the last point stay. */
function tradingDays(days: DailyPoints, timeMs: Float64Array, length: number): DailyPoints {
  const last = days.timeMs.length - 1;
  let row = 1;
  const kept = [...days.timeMs.keys()].filter((point) => {
    const before = row;
    while (row < length && timeMs[row]! <= days.timeMs[point]!) row++;
    // A point at 24:00 belongs to the day that it ends.
    const weekday = new Date(days.timeMs[point]! - 1).getUTCDay();
    return point === 0 || point === last || (row > before && weekday !== 0 && weekday !== 6);
  });
  return {
    timeMs: Float64Array.from(kept, (point) => days.timeMs[point]!),
    equity: Float64Array.from(kept, (point) => days.equity[point]!),
  };
}

function everyDay(timeMs: Float64Array, equity: Float64Array, length: number): DailyPoints {
  const startMs = timeMs[0]!;
  const lastMs = timeMs[length - 1]!;
  const firstEndMs = (Math.floor(startMs / DAY_MS) + 1) * DAY_MS;
  const wholeDays = Math.max(0, Math.floor((lastMs - firstEndMs) / DAY_MS) + 1);
  const lastEndMs = wholeDays === 0 ? startMs : firstEndMs + (wholeDays - 1) * DAY_MS;
  const points = 1 + wholeDays + (lastMs > lastEndMs ? 1 : 0);

  const days = { timeMs: new Float64Array(points), equity: new Float64Array(points) };
  days.timeMs[0] = startMs;
  days.equity[0] = equity[0]!;
  for (let day = 0; day < wholeDays; day++) {
    const endMs = firstEndMs + day * DAY_MS;
    days.timeMs[day + 1] = endMs;
    days.equity[day + 1] = equity[firstRowAt({ time: timeMs, length }, endMs + 1) - 1]!;
  }
  days.timeMs[points - 1] = Math.max(lastMs, lastEndMs);
  days.equity[points - 1] = equity[length - 1]!;
  return days;
}
