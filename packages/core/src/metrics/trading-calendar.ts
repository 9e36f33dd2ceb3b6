import { DAYS_PER_YEAR } from "./risk-ratios.ts";

/** Which days daily returns are taken over, and how many of them make a year. */
export interface TradingCalendar {
  readonly daysPerYear: number;
  /** Whether only weekdays on which something traded have a return of their own. */
  readonly hasClosedDays: boolean;
}

/** The calendar of every `session` of an execution model. */
export const SESSION_CALENDARS = {
  "24/7": { daysPerYear: DAYS_PER_YEAR, hasClosedDays: false },
  "us-equities": { daysPerYear: 252, hasClosedDays: true },
} as const satisfies Readonly<Record<string, TradingCalendar>>;

export type SessionName = keyof typeof SESSION_CALENDARS;
