import { describe, expect, it } from "vitest";
import { layoutOfHeader, parseColumns } from "./row-layout.ts";
import { ROW_SCHEMAS } from "./row-schema.ts";

const layout = (header: string, symbol = "BTC-USDT") => layoutOfHeader(header.split(","), symbol, ROW_SCHEMAS.candles);

describe("layoutOfHeader", () => {
  it.each([
    ["time,open,high,low,close,volume", [0, 1, 2, 3, 4, 5]],
    ["ts_unix_seconds,open,high,low,close,volume", [0, 1, 2, 3, 4, 5]],
    ["\uFEFFTimestamp,Open,High,Low,Close,Volume", [0, 1, 2, 3, 4, 5]],
    ["unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount", [0, 3, 4, 5, 6, 7]],
    ["unix,date,symbol,open,high,low,close,Volume USDT,Volume BTC", [0, 3, 4, 5, 6, 8]],
    ["Unix Timestamp,Date,Symbol,Open,High,Low,Close,Volume", [0, 3, 4, 5, 6, 7]],
    ["open_time,open,high,low,close,volume,close_time,quote_volume", [0, 1, 2, 3, 4, 5]],
    ["t,ts,o,h,l,c,v", [1, 2, 3, 4, 5, 6]],
    [",Open,High,Low,Close,Volume", [0, 1, 2, 3, 4, 5]],
    ["Date,Open,High,Low,Close,Adj Close,Volume", [0, 1, 2, 3, 4, 6]],
    ["date,close,open,high,low,vol (btc)", [0, 2, 3, 4, 1, 5]],
  ])("understands %j", (header, [time, open, high, low, close, volume]) => {
    expect(layout(header)).toEqual({ time, open, high, low, close, volume });
  });

  it.each(["https://www.CryptoDataDownload.com", "1,2,3,4,5,6", "symbol,price"])("takes %j for no header", (line) => {
    expect(layout(line)).toBeUndefined();
  });

  it("names the columns that a header lacks", () => {
    expect(() => layout("date,open,high,low,close,Volume USDT")).toThrow(/no column for volume/);
    expect(() => layout("open,high,low,close,volume,x")).toThrow(/no column for time/);
  });
});

describe("parseColumns", () => {
  it("reads places by name and skips the rest", () => {
    expect(parseColumns("Time, -, open,high,low,close,x,volume")).toEqual({
      time: 0,
      open: 2,
      high: 3,
      low: 4,
      close: 5,
      volume: 7,
    });
  });

  it.each(["time,open,high,low,close", "time,time,open,high,low,close,volume", ""])("refuses %j", (text) => {
    expect(() => parseColumns(text)).toThrow(expect.objectContaining({ code: "E_USAGE" }));
  });
});
