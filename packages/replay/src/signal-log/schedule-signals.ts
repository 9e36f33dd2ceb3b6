import type { Series } from "@powertrader/core/engine";
import { firstRowAt, type TimeRange, timeframeMs } from "@powertrader/core/market";
import type { Signal } from "@powertrader/core/strategy";
import { formatDate } from "@powertrader/core/time";

/** A signal and the close at which the run takes it up: the first one at or after its own time. */
export interface DueSignal {
  readonly closeMs: number;
  readonly signal: Signal;
}

/** When the signals of a log are taken up, by symbol, earliest first, at most one a close. */
export interface SignalSchedule {
  readonly due: ReadonlyMap<string, readonly DueSignal[]>;
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
  const due = new Map(series.map(({ symbol }) => [symbol, [] as DueSignal[]]));
  const seriesOf = new Map(series.map((one) => [one.symbol, one]));
  let [before, after, overtaken, atStart] = [0, 0, 0, 0];
  for (const signal of signals) {
    const closeMs = signal.tsMs < range.fromMs ? undefined : closeAfter(seriesOf.get(signal.symbol)!, signal.tsMs);
    if (signal.tsMs < range.fromMs) before++;
    else if (closeMs === undefined) after++;
    if (closeMs === undefined) continue;
    if (signal.tsMs === range.fromMs) atStart++;
    const queue = due.get(signal.symbol)!;
    if (queue.at(-1)?.closeMs === closeMs) {
      overtaken++;
      queue.pop();
    }
    queue.push({ closeMs, signal });
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

function closeAfter({ columns, warmUpRows, timeframe }: Series, timeMs: number): number | undefined {
  const lengthMs = timeframeMs(timeframe);
  const row = Math.max(warmUpRows, firstRowAt(columns, timeMs - lengthMs));
  return row < columns.length ? columns.time[row]! + lengthMs : undefined;
}

function signalsIn(count: number): string {
  return count === 1 ? "1 signal" : `${count} signals`;
}
