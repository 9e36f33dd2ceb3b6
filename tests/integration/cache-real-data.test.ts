import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ImportOptions, importSeries, openInput } from "@powertrader/cache";
import { readSeries } from "@powertrader/core/files";
import { candleAt, type Timeframe } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../packages/cache/src/fixtures/candles.ts";
import { SHARED } from "../fixtures/bin.ts";

const DATA = join(SHARED, "data");
const isThere = existsSync(DATA);
if (!isThere) console.warn(`skipped: real candles are not at ${DATA}`);

async function load(file: string, symbol: string, timeframe: Timeframe, more: Partial<ImportOptions> = {}) {
  const cacheDir = temporaryFolder();
  const input = await openInput(join(DATA, file));
  const report = await importSeries(input, { cacheDir, exchange: "own", symbol, timeframe, ...more });
  return { report, columns: readSeries(cacheDir, "own", symbol, timeframe)!.columns };
}

// Rows, gaps and missing bars are those of the data's own README.
describe.skipIf(!isThere)("real series", () => {
  it.each<[string, string, Timeframe, number, number, number]>([
    ["binance_BTCUSDT_1h.csv.gz", "BTC-USDT", "1hour", 37923, 1, 1],
    ["binance_BTCUSDT_2017-2024_1h.csv.gz", "BTC-USDT", "1hour", 58419, 28, 128],
    ["binance_BTCUSDT_1m.csv.gz", "BTC-USDT", "1min", 43079, 1, 120],
    ["binance_BTCUSDT_1w.csv.gz", "BTC-USDT", "1week", 454, 0, 0],
    ["kucoin_BTCUSDT_1w.csv.gz", "BTC-USDT", "1week", 105, 0, 0],
    ["kucoin_BTCUSDT_12h.csv.gz", "BTC-USDT", "12hour", 1491, 0, 0],
    ["coinbase_BTCUSD_1d.csv.gz", "BTC-USD", "1day", 1318, 8, 34],
  ])("%s", async (file, symbol, timeframe, rows, gaps, missing) => {
    const { report, columns } = await load(file, symbol, timeframe);
    expect(report).toMatchObject({ read: rows, added: rows, rejected: 0, gaps: { count: gaps, bars: missing } });
    expect(columns.length).toBe(rows);
  });

  it.each<[string, string, Timeframe, number]>([
    ["backtestingpy_GOOG_1d.csv.gz", "GOOG-USD", "1day", 2148],
    ["backtestingpy_EURUSD_1h.csv.gz", "EUR-USD", "1hour", 5000],
    ["stockindicators_intraday_1m.csv.gz", "SPY-USD", "1min", 1564],
  ])("%s as it is", async (file, symbol, timeframe, rows) => {
    const { report } = await load(file, symbol, timeframe, { calendar: "as-is" });
    expect(report).toMatchObject({ added: rows, rejected: 0, gaps: { count: 0 } });
  });

  it("of one timeframe are no candles of another", async () => {
    const minutes = load("bybit_BTCUSDT_1m.csv.gz", "BTC-USDT", "1hour");
    await expect(minutes).rejects.toMatchObject({ code: "E_IMPORT", hint: expect.stringContaining("--timeframe 1m") });
  });
});

describe.skipIf(!isThere)("files as vendors make them", () => {
  it("Binance klines in JSON", async () => {
    const { report, columns } = await load("raw_samples/binance_klines_BTCUSDT_1h_2024-01.json", "BTC-USDT", "1hour");
    expect(report).toMatchObject({ rejected: 0, unit: "element", gaps: { count: 0 } });
    expect(columns.time[0]).toBe(Date.UTC(2024, 0, 1));
    expect(candleAt(columns, 0)).toEqual({
      open: 42283.58,
      high: 42554.57,
      low: 42261.02,
      close: 42475.23,
      volume: 1271.68108,
    });
  });

  it("freqtrade's JSON", async () => {
    const { report, columns } = await load("raw_samples/freqtrade_kucoin_BTC_USDT-1d.json", "BTC-USDT", "1day");
    expect(report).toMatchObject({ rejected: 0 });
    expect(candleAt(columns, 0)).toEqual({
      open: 28924.9,
      high: 29607.1,
      low: 28633,
      close: 29333.2,
      volume: 1672.60482834,
    });
  });

  it("CryptoDataDownload's CSV: banner, newest first, two units of time, the same hour twice", async () => {
    const { report, columns } = await load("raw_samples/cdd_Binance_BTCUSDT_1h_excerpt.txt", "BTC-USDT", "1hour");
    expect(report.rejections.map(({ line }) => line)).toEqual([7, 20, 31]); // the excerpt's own remarks
    expect(report).toMatchObject({ duplicates: 6, conflicting: 11 });
    expect(report.conflicts[0]).toEqual({ line: 9, reason: "another row of the same time stands at 8 and is taken" });
    const doubled = columns.time.indexOf(1605855600000);
    expect(columns.volume[doubled]).toBe(6097.86638); // the other copy was saved while the bar was open
    expect(report.added).toBe(columns.length);
    const last = columns.length - 1;
    expect(columns.time[last]).toBe(1609286400000);
    expect(columns.volume[last]).toBe(36.524428); // BTC, not the USDT beside it
  });

  it("Gemini's CSV: a first bar that opened at nothing is no candle", async () => {
    const { report } = await load("raw_samples/cdd_gemini_BTCUSD_1h_excerpt.txt", "BTC-USD", "1hour");
    expect(report.rejections.map(({ reason }) => reason)).toContain("a price is missing, zero or negative");
  });

  it("a zip archive is refused", async () => {
    const zip = load("raw_samples/lean_coinbase_btcusd_20171217_trade.zip", "BTC-USD", "1min");
    await expect(zip).rejects.toMatchObject({ code: "E_IMPORT", message: expect.stringContaining("zip") });
  });
});
