import type { DailyPoints } from "./daily-points.ts";

export interface MonthlyReturn {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** Fraction; `null` when equity was not positive before the month. */
  readonly value: number | null;
}

/**
 * Return of every calendar month (UTC) that the points touch, the first and last one as far as they go.
 * A month ends with the point at its last 24:00.
 */
export function monthlyReturns(points: DailyPoints): readonly MonthlyReturn[] {
  const months: MonthlyReturn[] = [];
  const { timeMs, equity } = points;
  let base = equity[0]!;
  for (let i = 1; i < timeMs.length; i++) {
    // A point at 24:00 belongs to the day that it ends.
    const day = new Date(timeMs[i]! - 1);
    const isLast = i === timeMs.length - 1 || new Date(timeMs[i + 1]! - 1).getUTCMonth() !== day.getUTCMonth();
    if (!isLast) continue;
    const value = base > 0 ? equity[i]! / base - 1 : null;
    months.push({ year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, value });
    base = equity[i]!;
  }
  return months;
}
