import {
  allocateColumns,
  type CandleColumns,
  DAY_MS,
  resample,
  TIMEFRAMES,
  type Timeframe,
  TimeframeAggregator,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { type Cursor, HistoryView } from "@powertrader/core/strategy";
import { IndicatorHub, type IndicatorView } from "@powertrader/strategies";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const numRuns = Number(process.env.PT_PROPERTY_RUNS ?? 150);

type Row = readonly [openMs: number, open: number, high: number, low: number, close: number, volume: number];

function columnsOf(rows: readonly Row[]): CandleColumns {
  const columns = allocateColumns(rows.length);
  rows.forEach((row, i) => {
    [columns.time, columns.open, columns.high, columns.low, columns.close, columns.volume].forEach((column, n) => {
      column[i] = row[n]!;
    });
  });
  return columns;
}

const rowsOf = ({ length, time, open, high, low, close, volume }: CandleColumns): Row[] =>
  Array.from({ length }, (_, i) => [time[i]!, open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!]);

interface Market {
  readonly base: Timeframe;
  readonly higher: Timeframe;
  readonly rows: readonly Row[];
}

const pairs = TIMEFRAMES.flatMap((base) =>
  TIMEFRAMES.filter((higher) => timeframeMs(higher) % timeframeMs(base) === 0).map((higher) => ({ base, higher })),
);
const price = fc.integer({ min: 1, max: 1000 });

/** Candles from anywhere in a week on, with holes of any length; volumes are whole, so that sums are exact. */
const market: fc.Arbitrary<Market> = fc
  .record({
    pair: fc.constantFrom(...pairs),
    start: fc.nat(),
    bars: fc.array(
      fc.record({
        hole: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }), fc.nat(3000)),
        prices: fc.tuple(price, price, price, price),
        volume: fc.nat(1000),
      }),
      { maxLength: 120 },
    ),
  })
  .map(({ pair, start, bars }) => {
    const lengthMs = timeframeMs(pair.base);
    // Weekly bars open on Mondays, as all others do at whole multiples of their length.
    const anchorMs = lengthMs === WEEK_MS ? 4 * DAY_MS : 0;
    let openMs = anchorMs + (start % Math.max(1, (2 * WEEK_MS) / lengthMs)) * lengthMs;
    const rows = bars.map(({ hole, prices, volume }): Row => {
      const [low, open, close, high] = [...prices].sort((a, b) => a - b) as [number, number, number, number];
      openMs += (hole + 1) * lengthMs;
      return volume % 2 === 0 ? [openMs, open, high, low, close, volume] : [openMs, close, high, low, open, volume];
    });
    return { ...pair, rows };
  });

/** Holds `check` for many random markets; the seed and the counterexample are printed when it does not. */
function forAllMarkets(check: (one: Market) => void): void {
  fc.assert(fc.property(market, check), { numRuns });
}

/** Where a bar begins: days at midnight, weeks on Monday, the rest at whole multiples since the epoch. */
function barStart(timeMs: number, timeframe: Timeframe): number {
  if (timeframe !== "1week") return timeMs - (timeMs % timeframeMs(timeframe));
  const midnight = new Date(timeMs).setUTCHours(0, 0, 0, 0);
  return midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * DAY_MS;
}

/** The higher bars that have closed by `nowMs`, made anew of the rows of the past and nothing else. */
function closedBars(past: readonly Row[], timeframe: Timeframe, nowMs: number): Row[] {
  const groups = new Map<number, Row[]>();
  for (const row of past) {
    const startMs = barStart(row[0], timeframe);
    groups.set(startMs, [...(groups.get(startMs) ?? []), row]);
  }
  const bars = [...groups].map(([startMs, rows]): Row => {
    const highest = Math.max(...rows.map((row) => row[2]));
    const lowest = Math.min(...rows.map((row) => row[3]));
    const volume = rows.reduce((sum, row) => sum + row[5], 0);
    return [startMs, rows[0]![1], highest, lowest, rows.at(-1)![4], volume];
  });
  if (past.length > 0 && past[0]![0] !== bars[0]![0]) bars.shift();
  return bars.filter(([startMs]) => startMs + timeframeMs(timeframe) <= nowMs);
}

const seenIn = (view: HistoryView): Row[] =>
  Array.from({ length: view.length }, (_, i) => {
    const ago = view.length - 1 - i;
    return [view.time(ago), view.open(ago), view.high(ago), view.low(ago), view.close(ago), view.volume(ago)];
  });

describe("the view of a longer timeframe", () => {
  it("shows at every tick the bars that have closed by then, made of the past alone", () => {
    forAllMarkets(({ base, higher, rows }) => {
      const cursor: Cursor = { row: -1 };
      const history = new HistoryView("A-B", base, columnsOf(rows), cursor, { historyMs: Infinity });
      for (cursor.row = -1; cursor.row < rows.length; cursor.row++) {
        const view = history.higher(higher);
        const past = rows.slice(0, cursor.row + 1);
        const nowMs = cursor.row < 0 ? Number.NaN : past.at(-1)![0] + timeframeMs(base);
        expect(seenIn(view)).toEqual(higher === base ? past : closedBars(past, higher, nowMs));
        if (view.length === 0) continue;
        expect(view.time() + timeframeMs(higher)).toBeLessThanOrEqual(nowMs);
        expect([view.close(view.length), view.close(-1), view.bar(view.length)]).toEqual([
          Number.NaN,
          Number.NaN,
          undefined,
        ]);
      }
    });
  });

  it("shows no bar that began before its history, and all others", () => {
    fc.assert(
      fc.property(market, fc.integer({ min: 0, max: 200 }), ({ base, higher, rows }, lengths) => {
        fc.pre(base !== higher);
        const historyMs = (lengths * timeframeMs(higher)) / 4;
        const cursor: Cursor = { row: -1 };
        const view = new HistoryView("A-B", base, columnsOf(rows), cursor, { historyMs }).higher(higher);
        for (cursor.row = 0; cursor.row < rows.length; cursor.row++) {
          const nowMs = rows[cursor.row]![0] + timeframeMs(base);
          const closed = closedBars(rows.slice(0, cursor.row + 1), higher, nowMs);
          expect(seenIn(view)).toEqual(closed.filter(([startMs]) => startMs >= nowMs - historyMs));
        }
      }),
      { numRuns },
    );
  });

  it("depends on where the run is, not on how it came there", () => {
    fc.assert(
      fc.property(market, fc.array(fc.nat(), { maxLength: 30 }), ({ base, higher, rows }, jumps) => {
        fc.pre(rows.length > 0);
        const columns = columnsOf(rows);
        const cursor: Cursor = { row: -1 };
        const view = new HistoryView("A-B", base, columns, cursor).higher(higher);
        for (const jump of jumps) {
          cursor.row = (jump % (rows.length + 1)) - 1;
          const fresh = new HistoryView("A-B", base, columns, { row: cursor.row }).higher(higher);
          expect(seenIn(view)).toEqual(seenIn(fresh));
        }
      }),
      { numRuns },
    );
  });

  it("is the same from stored bars as from aggregated ones, as far as these go back, indicators too", () => {
    fc.assert(
      fc.property(market, fc.nat(), fc.integer({ min: 1, max: 5 }), ({ base, higher, rows }, at, period) => {
        const stored = new TimeframeAggregator(columnsOf(rows), base).columns(higher);
        fc.pre(base !== higher && stored.length > 0);
        const columns = columnsOf(rows.slice(at % rows.length));
        const cursor: Cursor = { row: -1 };
        // Two hubs: nothing that one has computed can pass for the other's.
        const [theirs, ours] = [{ stored: new Map([[higher, stored]]) }, {}].map((options) => {
          const view = new HistoryView("A-B", base, columns, cursor, options).higher(higher);
          return { view, average: new IndicatorHub().sma(view, period) };
        }) as [{ view: HistoryView; average: IndicatorView }, { view: HistoryView; average: IndicatorView }];
        for (cursor.row = 0; cursor.row < columns.length; cursor.row++) {
          const seen = seenIn(ours.view);
          expect(seenIn(theirs.view).slice(theirs.view.length - seen.length)).toEqual(seen);
          if (seen.length < period) continue;
          const mean = seen.slice(-period).reduce((sum, row) => sum + row[4], 0) / period;
          expect([theirs.average.at(), ours.average.at()]).toEqual([mean, mean]);
        }
      }),
      { numRuns },
    );
  });
});

describe("the bars of a longer timeframe", () => {
  it("hold every row of their time once: volume kept, first open, highest high, lowest low, last close", () => {
    forAllMarkets(({ base, higher, rows }) => {
      const bars = rowsOf(new TimeframeAggregator(columnsOf(rows), base).columns(higher));
      const endMs = rows.length === 0 ? 0 : rows.at(-1)![0] + timeframeMs(base);
      expect(bars).toEqual(closedBars(rows, higher, endMs));
      const outside = rows.filter((row) => !bars.some(([startMs]) => startMs === barStart(row[0], higher)));
      const total = (some: readonly Row[]) => some.reduce((sum, row) => sum + row[5], 0);
      expect(total(bars) + total(outside)).toBe(total(rows));
      for (const [, open, high, low, close] of bars) {
        expect(low).toBeLessThanOrEqual(Math.min(open, close));
        expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
      }
      // What is left out lies at the ends: a first bar without its opening candle, a last one that has not closed.
      const isFirst = (row: Row) => barStart(row[0], higher) === barStart(rows[0]![0], higher);
      const isOpen = (row: Row) => barStart(row[0], higher) + timeframeMs(higher) > endMs;
      for (const row of outside) expect(isFirst(row) || isOpen(row)).toBe(true);
    });
  });

  it("are the same in two steps as in one", () => {
    fc.assert(
      fc.property(market, ({ rows }) => {
        const minutes = columnsOf(rows.map(([, ...values], i) => [i * 60_000, ...values]));
        const quarters = new TimeframeAggregator(minutes, "1min").columns("15min");
        const inTwo = new TimeframeAggregator(quarters, "15min").columns("1hour");
        expect(rowsOf(inTwo)).toEqual(rowsOf(new TimeframeAggregator(minutes, "1min").columns("1hour")));
      }),
      { numRuns },
    );
  });

  it("are whole: no later candle changes one, and none ends after the series", () => {
    fc.assert(
      fc.property(market, fc.nat(), ({ base, higher, rows }, at) => {
        const cut = rows.slice(0, at % (rows.length + 1));
        const early = rowsOf(new TimeframeAggregator(columnsOf(cut), base).columns(higher));
        const all = rowsOf(new TimeframeAggregator(columnsOf(rows), base).columns(higher));
        expect(all.slice(0, early.length)).toEqual(early);
        for (const [startMs] of early) {
          expect(startMs + timeframeMs(higher)).toBeLessThanOrEqual(cut.at(-1)![0] + timeframeMs(base));
        }
      }),
      { numRuns },
    );
  });

  it("begin where their timeframe does: days at 00:00 UTC, weeks on Monday", () => {
    forAllMarkets(({ base, higher, rows }) => {
      for (const openMs of new TimeframeAggregator(columnsOf(rows), base).columns(higher).time) {
        const open = new Date(openMs);
        if (timeframeMs(higher) >= DAY_MS) expect(open.toISOString()).toMatch(/T00:00:00\.000Z$/);
        if (higher === "1week") expect(open.getUTCDay()).toBe(1);
        if (higher !== "1week") expect(openMs % timeframeMs(higher)).toBe(0);
      }
    });
  });

  it("are those of resampling, but for a first one without its opening candle", () => {
    forAllMarkets(({ base, higher, rows }) => {
      const resampled = rowsOf(resample(columnsOf(rows), base, higher));
      const isPartial = resampled.length > 0 && resampled[0]![0] !== rows[0]![0];
      const bars = rowsOf(new TimeframeAggregator(columnsOf(rows), base).columns(higher));
      expect(bars).toEqual(isPartial ? resampled.slice(1) : resampled);
    });
  });
});
