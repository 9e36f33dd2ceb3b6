import type { Series } from "@powertrader/core/engine";
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
const seriesOf = (symbol: string, columns: CandleColumns): Series => ({
  symbol,
  timeframe: "1hour",
  columns,
  warmUpRows: 0,
});

describe("IndicatorHub", () => {
  const columns = risingColumns(10);
  const cursor: Cursor = { row: 4 };
  const history = new HistoryView("BTC-USDT", "1hour", columns, cursor);

  it("shows an indicator at the last closed bar and before, never after", () => {
    const average = new IndicatorHub([seriesOf("BTC-USDT", columns)]).sma(history, 3);
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
    const hub = new IndicatorHub([seriesOf("BTC-USDT", columns)]);
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
    const hub = new IndicatorHub([seriesOf("BTC-USDT", counted)]);
    for (let i = 0; i < 3; i++) expect(hub.sma(history, 3).at()).toBe(4);
    expect(reads).toBe(1);
    hub.sma(history, 4);
    expect(reads).toBe(2);
  });

  it("keeps symbols apart and knows only the series of its run", () => {
    const other = risingColumns(10);
    other.close.fill(7);
    const hub = new IndicatorHub([seriesOf("BTC-USDT", columns), seriesOf("ETH-USDT", other)]);
    const view = (symbol: string, timeframe: "1hour" | "1day") => new HistoryView(symbol, timeframe, columns, cursor);
    expect([hub.sma(view("BTC-USDT", "1hour"), 3).at(), hub.sma(view("ETH-USDT", "1hour"), 3).at()]).toEqual([4, 7]);
    expect(() => hub.sma(view("DOGE-USDT", "1hour"), 3)).toThrow("this run has no series DOGE-USDT_1hour");
    expect(() => hub.sma(view("BTC-USDT", "1day"), 3)).toThrow("BTC-USDT_1day");
  });
});
