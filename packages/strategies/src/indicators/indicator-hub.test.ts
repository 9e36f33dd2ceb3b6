import { allocateColumns, type CandleColumns, HOUR_MS } from "@powertrader/core/market";
import { type Cursor, HistoryView } from "@powertrader/core/strategy";
import { describe, expect, it } from "vitest";
import { IndicatorHub } from "./indicator-hub.ts";

/** Closes 1, 2, 3 …, highs 10 above, lows half. */
function risingColumns(rows: number): CandleColumns {
  const columns = allocateColumns(rows);
  for (let i = 0; i < rows; i++) {
    columns.time[i] = i * HOUR_MS;
    columns.close[i] = i + 1;
    columns.open[i] = i + 1;
    columns.high[i] = i + 11;
    columns.low[i] = (i + 1) / 2;
    columns.volume[i] = 100 * (i + 1);
  }
  return columns;
}

describe("IndicatorHub", () => {
  const columns = risingColumns(10);
  const cursor: Cursor = { row: 4 };
  const history = new HistoryView("BTC-USDT", "1hour", columns, cursor);

  it("shows an indicator at the last closed bar and before, never after", () => {
    const average = new IndicatorHub().sma(history, 3);
    cursor.row = 4;
    expect([average.at(), average.at(1), average.at(2)]).toEqual([4, 3, 2]); // (3 + 4 + 5) / 3 …
    expect([average.at(3), average.at(4), average.at(5), average.at(-1)]).toEqual(new Array(4).fill(Number.NaN));
    cursor.row = 5;
    expect(average.at()).toBe(5);
    cursor.row = -1;
    expect(average.at()).toBeNaN();
    cursor.row = 4;
  });

  it("takes the price that is asked for, highs and lows by default where they belong", () => {
    const hub = new IndicatorHub();
    expect(hub.highest(history, 2).at()).toBe(15);
    expect(hub.lowest(history, 2).at()).toBe(2);
    expect(hub.highest(history, 2, "close").at()).toBe(5);
    expect(hub.sma(history, 2, "volume").at()).toBe(450);
    expect(hub.sma(history, 1, "open").at()).toBe(5);
  });

  it("computes a column once, whoever asks and how often", () => {
    let reads = 0;
    const counted = { ...columns };
    Object.defineProperty(counted, "close", {
      get: () => {
        reads++;
        return columns.close;
      },
    });
    const hub = new IndicatorHub();
    const views = [1, 2, 3].map(() => new HistoryView("BTC-USDT", "1hour", counted, cursor));
    for (const view of views) expect(hub.sma(view, 3).at()).toBe(4);
    expect(reads).toBe(1);
    hub.sma(views[0]!, 4);
    expect(reads).toBe(2);
  });

  it("keeps series apart", () => {
    const other = risingColumns(10);
    other.close.fill(7);
    const hub = new IndicatorHub();
    const eth = new HistoryView("ETH-USDT", "1hour", other, cursor);
    expect([hub.sma(history, 3).at(), hub.sma(eth, 3).at()]).toEqual([4, 7]);
  });

  it("shows indicators of a longer timeframe at its closed bars", () => {
    const hub = new IndicatorHub();
    const average = hub.sma(history.higher("2hour"), 2);
    const seen = [];
    for (cursor.row = 0; cursor.row < 6; cursor.row++) seen.push([average.at(), average.at(1)]);
    const none = Number.NaN;
    // Two-hour closes: 2, 4, 6.
    expect(seen).toEqual([
      [none, none],
      [none, none],
      [none, none],
      [3, none],
      [3, none],
      [5, 3],
    ]);
    cursor.row = 4;
  });

  it("goes back as far as the history that is shown, whatever its values were made of", () => {
    const limited = new HistoryView("BTC-USDT", "1hour", columns, { row: 9 }, { historyMs: 4 * HOUR_MS });
    const average = new IndicatorHub().sma(limited.higher("2hour"), 4);
    expect([average.at(), average.at(1), average.at(2)]).toEqual([7, 5, Number.NaN]);
  });
});
