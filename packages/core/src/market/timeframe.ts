import { didYouMean, PtError } from "../errors/index.ts";
import { printable } from "./symbol.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** Bar lengths by the names that files carry. */
const LENGTH_MS = {
  "1min": MINUTE_MS,
  "5min": 5 * MINUTE_MS,
  "15min": 15 * MINUTE_MS,
  "30min": 30 * MINUTE_MS,
  "1hour": HOUR_MS,
  "2hour": 2 * HOUR_MS,
  "4hour": 4 * HOUR_MS,
  "6hour": 6 * HOUR_MS,
  "8hour": 8 * HOUR_MS,
  "12hour": 12 * HOUR_MS,
  "1day": DAY_MS,
  "1week": WEEK_MS,
} as const;

export type Timeframe = keyof typeof LENGTH_MS;

/** All timeframes, shortest first. */
export const TIMEFRAMES = Object.keys(LENGTH_MS) as readonly Timeframe[];

/**
 * How many bars of `base` make one of `higher`.
 * @throws RangeError when that is no whole number
 */
export function timeframeRatio(base: Timeframe, higher: Timeframe): number {
  const ratio = timeframeMs(higher) / timeframeMs(base);
  if (!Number.isInteger(ratio)) throw new RangeError(`${higher} is not a multiple of ${base}`);
  return ratio;
}

const SHORT_UNIT = { min: "m", hour: "h", day: "d", week: "w" } as const;

/** Length of one bar in milliseconds. */
export function timeframeMs(timeframe: Timeframe): number {
  return LENGTH_MS[timeframe];
}

/** `1hour` as `1h`, the spelling of exchanges and command lines. */
export function shortTimeframe(timeframe: Timeframe): string {
  return timeframe.replace(/min|hour|day|week/, (unit) => SHORT_UNIT[unit as keyof typeof SHORT_UNIT]);
}

export function isTimeframe(text: string): text is Timeframe {
  return Object.hasOwn(LENGTH_MS, text);
}

/**
 * Reads a timeframe in either spelling: `1h` or `1hour`, `1m` (minutes) or `1min`.
 * @throws PtError E_TIMEFRAME naming the known ones
 */
export function parseTimeframe(text: string): Timeframe {
  const trimmed = text.trim();
  if (isTimeframe(trimmed)) return trimmed;
  const short = TIMEFRAMES.find((timeframe) => shortTimeframe(timeframe) === trimmed);
  if (short !== undefined) return short;
  const known = TIMEFRAMES.map(shortTimeframe);
  throw new PtError("E_TIMEFRAME", `unknown timeframe "${printable(text)}"${didYouMean(trimmed, known)}`, {
    hint: `Use one of ${known.join(" ")}.`,
    details: { value: text },
  });
}
