import { describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns, sliceColumns } from "../market/candles.ts";
import { DAY_MS, HOUR_MS, type Timeframe, timeframeMs } from "../market/timeframe.ts";
import { type Cursor, HistoryView } from "./history-view.ts";

/** Bars without a hole from the epoch on, closing at 1, 2, 3 … */
function rising(rows: number, timeframe: Timeframe = "1hour", firstRow = 0): CandleColumns {
  const columns = allocateColumns(rows);
  for (let i = 0; i < rows; i++) {
    columns.time[i] = (firstRow + i) * timeframeMs(timeframe);
    columns.open[i] = firstRow + i;
    columns.high[i] = firstRow + i + 1.5;
    columns.low[i] = firstRow + i - 0.5;
    columns.close[i] = firstRow + i + 1;
    columns.volume[i] = 10;
  }
  return columns;
}

function viewOf(columns: CandleColumns, row: number) {
  const cursor: Cursor = { row };
  return { cursor, history: new HistoryView("BTC-USDT", "1hour", columns, cursor) };
}

describe("a view of closed bars", () => {
  it("shows the last closed one and those before, never one to come", () => {
    const { cursor, history } = viewOf(rising(10), 4);
    expect([history.close(), history.close(4), history.time(), history.volume(), history.length]).toEqual([
      5,
      1,
      4 * HOUR_MS,
      10,
      5,
    ]);
    expect([history.close(5), history.close(-1), history.rowAt(5), history.rowAt(-1)]).toEqual([
      Number.NaN,
      Number.NaN,
      -1,
      -1,
    ]);
    cursor.row = -1;
    expect([history.close(), history.length, history.bar()]).toEqual([Number.NaN, 0, undefined]);
  });
});

describe("a bar by itself", () => {
  const columns = allocateColumns(3);
  columns.time.set([0, HOUR_MS, 2 * HOUR_MS]);
  columns.open.set([100, 110, 105]);
  columns.high.set([120, 112, 105]);
  columns.low.set([95, 100, 105]);
  columns.close.set([110, 105, 105]);
  columns.volume.set([1, 2, 3]);
  const { cursor, history } = viewOf(columns, 2);

  it.each([
    [2, { isBullish: true, isBearish: false, range: 25, body: 10 }],
    [1, { isBullish: false, isBearish: true, range: 12, body: 5 }],
    [0, { isBullish: false, isBearish: false, range: 0, body: 0 }],
  ])("%i back has its shape", (ago, shape) => {
    const { isBullish, isBearish, range, body } = history.bar(ago)!;
    expect({ isBullish, isBearish, range, body }).toEqual(shape);
  });

  it("has its values and keeps them when the run goes on", () => {
    cursor.row = 0;
    const first = history.bar();
    cursor.row = 2;
    expect({ ...first }).toEqual({ openMs: 0, open: 100, high: 120, low: 95, close: 110, volume: 1 });
    expect([history.bar(3), history.bar(-1)]).toEqual([undefined, undefined]);
  });
});

describe("a longer timeframe of a view", () => {
  it("shows a bar from its close on and not a moment before", () => {
    const { cursor, history } = viewOf(rising(12), -1);
    const higher = history.higher("4hour");
    const seen: [number, number][] = [];
    for (cursor.row = -1; cursor.row < 12; cursor.row++) seen.push([higher.length, higher.close()]);
    const none = Number.NaN;
    // The bar of 0 to 4 closes when the fourth hour does, at row 3.
    const expected = [[0, none], ...[0, 0, 0].map(() => [0, none]), ...[4, 4, 4, 4].map((close) => [1, close])];
    expect(seen).toEqual([...expected, ...[8, 8, 8, 8].map((close) => [2, close]), [3, 12]]);
  });

  it("waits through a hole for the next bar of the run, which is when the run knows", () => {
    const all = rising(12);
    const hole = allocateColumns(11);
    for (const name of ["time", "open", "high", "low", "close", "volume"] as const) {
      hole[name].set([...all[name]].filter((_, i) => i !== 3));
    }
    const { cursor, history } = viewOf(hole, 2);
    const higher = history.higher("4hour");
    expect(higher.length).toBe(0);
    cursor.row = 3; // the hour from 4 to 5
    expect([higher.length, higher.close(), higher.volume()]).toEqual([1, 3, 30]);
  });

  it("is the same view for the same timeframe, and of the run's own the view itself", () => {
    const { history } = viewOf(rising(48), 47);
    const day = history.higher("1day");
    expect([day.symbol, day.timeframe, day.close()]).toEqual(["BTC-USDT", "1day", 48]);
    expect(history.higher("1day")).toBe(day);
    expect(history.higher("1hour")).toBe(history);
    expect(history.higher("4hour").higher("1day")).toBe(day);
    expect(day.higher("1hour")).toBe(history);
  });

  it("refuses a timeframe that the run's bars cannot make", () => {
    const { history } = viewOf(rising(48), 47);
    const message = "30min is not a multiple of 1hour";
    expect(() => history.higher("30min")).toThrow(new RangeError(message));
    const halves = new Map([["30min" as const, rising(96, "30min")]]);
    const stored = new HistoryView("BTC-USDT", "1hour", rising(48), { row: 47 }, { stored: halves });
    expect(() => stored.higher("30min")).toThrow(new RangeError(message));
  });

  it("goes back a year, or as far as it is told", () => {
    const days = rising(800, "1day");
    const hours = allocateColumns(24);
    hours.time.set(Array.from({ length: 24 }, (_, i) => 799 * DAY_MS + i * HOUR_MS));
    const stored = new Map([["1day" as const, days]]);
    const view = (historyMs?: number) =>
      new HistoryView("BTC-USDT", "1hour", hours, { row: 23 }, { stored, ...(historyMs && { historyMs }) });
    const year = view().higher("1day");
    expect([year.length, year.close(), year.close(364), year.close(365)]).toEqual([365, 800, 436, Number.NaN]);
    expect(year.bar(365)).toBeUndefined();
    expect(view(7 * DAY_MS).higher("1day").length).toBe(7);
    expect(view(7 * DAY_MS - 1).higher("1day").length).toBe(6);
    expect(view(HOUR_MS).higher("1day").length).toBe(0);
    expect(view(Infinity).higher("1day").length).toBe(800);
  });
});

describe("stored bars of a longer timeframe", () => {
  const hours = rising(48, "1hour", 240);
  const days = rising(12, "1day");
  const view = (stored: CandleColumns, row: number) =>
    new HistoryView("BTC-USDT", "1hour", hours, { row }, { stored: new Map([["1day", stored]]) });

  it("are shown instead of aggregated ones, those from before the base too", () => {
    expect(new HistoryView("BTC-USDT", "1hour", hours, { row: 47 }).higher("1day").close()).toBe(288);
    const higher = view(days, 47).higher("1day");
    expect([higher.length, higher.close()]).toEqual([12, 12]);
    expect(view(days, 22).higher("1day").length).toBe(10);
    expect(view(days, 23).higher("1day").length).toBe(11);
    expect(view(days, -1).higher("1day").length).toBe(0);
  });

  it("are refused when there are none of the timeframe", () => {
    const message = "no 4hour bars of BTC-USDT were stored";
    expect(() => view(days, 47).higher("4hour")).toThrow(new RangeError(message));
  });

  it("are refused when they end before a bar that the base has seen close", () => {
    const message = "the stored 1day bars of BTC-USDT end before those of 1hour";
    for (const rows of [11, 3, 0]) {
      expect(() => view(sliceColumns(days, 0, rows), 0).higher("1day")).toThrow(new RangeError(message));
    }
    const part = new HistoryView(
      "BTC-USDT",
      "1hour",
      sliceColumns(hours, 0, 47),
      { row: 0 },
      {
        stored: new Map([["1day", sliceColumns(days, 0, 11)]]),
      },
    );
    expect(part.higher("1day").length).toBe(10);
  });
});
