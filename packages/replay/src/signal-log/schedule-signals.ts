import type { Series } from "@powertrader/core/engine";
import { firstRowAt, type TimeRange, timeframeMs } from "@powertrader/core/market";
import type { Signal } from "@powertrader/core/strategy";
import { formatDate } from "@powertrader/core/time";

/** The signals of a coin, earliest first, and when each is taken up; at most one a close. */
export interface DueSignals {
  /** Row in the coin's series of the bar at whose close it is: the first that closes at or after the signal's time. */
  readonly rows: readonly number[];
  readonly signals: readonly Signal[];
}

/** When the signals of a log are taken up, by symbol. */
export interface SignalSchedule {
  readonly due: ReadonlyMap<string, DueSignals>;
  /** Which signals are not, in words. */
  readonly notes: readonly string[];
}

/**
 * Finds for each signal the first close of its coin at or after its time, so that its orders meet a bar that opens at
 * or after it. Of several between two closes the last one counts.
 * @param signals - earliest first
 */
export function scheduleSignals(
  signals: readonly Signal[],
  series: readonly Series[],
  range: TimeRange,
): SignalSchedule {
  const due = new Map(series.map(({ symbol }) => [symbol, { rows: [] as number[], signals: [] as Signal[] }]));
  const seriesOf = new Map(series.map((one) => [one.symbol, one]));
  let [before, after, overtaken, atStart] = [0, 0, 0, 0];
  for (const signal of signals) {
    const row = signal.tsMs < range.fromMs ? undefined : rowClosing(seriesOf.get(signal.symbol)!, signal.tsMs);
    if (signal.tsMs < range.fromMs) before++;
    else if (row === undefined) after++;
    if (row === undefined) continue;
    if (signal.tsMs === range.fromMs) atStart++;
    const { rows, signals: taken } = due.get(signal.symbol)!;
    if (rows.at(-1) === row) {
      overtaken++;
      taken.pop();
    } else rows.push(row);
    taken.push(signal);
  }
  const notes = [
    [before, `before ${formatDate(range.fromMs)} left out`],
    [after, "after the last bar left out"],
    [overtaken, "overtaken by a later one of the same coin before a bar closed"],
    [atStart, "at the very start taken up a bar later; a run that starts one bar earlier acts on time"],
  ] as const;
  const said = notes.flatMap(([count, what]) => (count === 0 ? [] : [`${signalsIn(count)} ${what}`]));
  return { due, notes: signals.length === 0 ? ["no signals in it, nothing is traded"] : said };
}

/** The first row that is traded and closes at or after a moment. */
function rowClosing({ columns, warmUpRows, timeframe }: Series, timeMs: number): number | undefined {
  const row = Math.max(warmUpRows, firstRowAt(columns, timeMs - timeframeMs(timeframe)));
  return row < columns.length ? row : undefined;
}

function signalsIn(count: number): string {
  return count === 1 ? "1 signal" : `${count} signals`;
}
