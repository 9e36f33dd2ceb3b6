import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns, TIMEFRAMES, timeframeMs } from "../market/index.ts";
import {
  decodeSegment,
  encodeSegment,
  metaFileName,
  parseSegmentFileName,
  type SegmentName,
  segmentFileName,
  segmentMetaSchema,
} from "./segment.ts";

const START = 1_704_067_200;
/** Four hours from 2024-01-01. */
const NAME: SegmentName = {
  symbol: "BTC-USDT",
  timeframe: "1hour",
  fromMs: START * 1000,
  toMs: (START + 4 * 3600) * 1000,
};
const candle = (hour: number, change: object = {}) => ({
  time: START + hour * 3600,
  open: 10,
  close: 11,
  high: 12,
  low: 9,
  volume: 5,
  ...change,
});
const decode = (value: unknown) => decodeSegment(JSON.stringify(value), NAME);

describe("segment file names", () => {
  it("say symbol, timeframe and the range covered in seconds", () => {
    const file = "BTC-USDT_1hour_1704067200_1704081600.json";
    expect(segmentFileName(NAME)).toBe(file);
    expect(parseSegmentFileName(file)).toEqual(NAME);
    expect(metaFileName(file)).toBe("BTC-USDT_1hour_1704067200_1704081600.meta.json");
  });

  it("read back what they write", () => {
    const coin = fc.stringMatching(/^[A-Z0-9]{1,20}$/);
    const name = fc.record({
      base: coin,
      quote: coin,
      timeframe: fc.constantFrom(...TIMEFRAMES),
      a: fc.nat(),
      n: fc.nat(),
    });
    fc.assert(
      fc.property(name, ({ base, quote, timeframe, a, n }) => {
        const segment = { symbol: `${base}-${quote}`, timeframe, fromMs: a * 1000, toMs: (a + n + 1) * 1000 };
        expect(parseSegmentFileName(segmentFileName(segment))).toEqual(segment);
      }),
    );
  });

  it.each([
    "cache_index.json",
    "BTC-USDT_1hour_1704067200_1704081600.meta.json",
    "BTC-USDT_1h_1704067200_1704081600.json", // files carry the long spelling
    "BTC-USDT_3hour_1704067200_1704081600.json",
    "BTC-USDT_1hour_1704081600_1704081600.json", // covers nothing
    "BTC-USDT_1hour_1704081600_1704067200.json",
    "BTC-USDT_1hour_-5_1704067200.json",
    "BTC-USDT_1hour_1704067200.json",
    "BTCUSDT_1hour_1704067200_1704081600.json",
    "btc-usdt_1hour_1704067200_1704081600.json",
    "../BTC-USDT_1hour_1704067200_1704081600.json",
    "BTC-USDT_1hour_1704067200_1704081600.json.corrupt-1",
    ".BTC-USDT_1hour_1704067200_1704081600.json.12.tmp",
    "BTC-USDT___proto___1704067200_1704081600.json",
    "",
  ])('take "%s" for something else', (file) => {
    expect(parseSegmentFileName(file)).toBeUndefined();
  });
});

describe("segments", () => {
  it("are columns of what the JSON says", () => {
    const columns = decode([candle(0), candle(2, { volume: 0 })]);
    expect([...columns.time]).toEqual([START * 1000, (START + 7200) * 1000]);
    expect([columns.open[1], columns.high[1], columns.low[1], columns.close[1], columns.volume[1]]).toEqual([
      10, 12, 9, 11, 0,
    ]);
  });

  it("may be empty, and may carry keys of other programs", () => {
    expect(decode([]).length).toBe(0);
    expect(encodeSegment(allocateColumns(0))).toBe("[]\n");
    expect(decode([candle(0, { trades: 17 })]).length).toBe(1);
  });

  it("read back what they write, byte for byte", () => {
    const price = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
    const row = fc.record({
      prices: fc.tuple(price, price, price, price),
      volume: fc.double({ min: 0, max: 1e15, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...TIMEFRAMES), fc.array(row, { maxLength: 20 }), (timeframe, rows) => {
        const columns = allocateColumns(rows.length);
        rows.forEach(({ prices, volume }, i) => {
          const [low, open, close, high] = prices.toSorted((a, b) => a - b);
          columns.time[i] = i * timeframeMs(timeframe);
          columns.open[i] = open!;
          columns.high[i] = high!;
          columns.low[i] = low!;
          columns.close[i] = close!;
          columns.volume[i] = volume + 0;
        });
        const name = { symbol: "A-B", timeframe, fromMs: 0, toMs: 20 * timeframeMs(timeframe) };
        const json = encodeSegment(columns);
        const back = decodeSegment(json, name);
        expect(back).toEqual(columns);
        expect(encodeSegment(back)).toBe(json);
      }),
    );
  });

  it.each<[string, string, string]>([
    ["an empty file", "", "JSON"],
    ["a torn file", '[\n{"time":1704067200,"open":10,"clo', "JSON"],
    ["a page of HTML", "<!doctype html><p>502 Bad Gateway", "JSON"],
    ["zero bytes", "\0".repeat(100), "JSON"],
    ["an error document", '{"code":"400100","msg":"nope"}', "not an array"],
    ["null", "null", "not an array"],
    ["rows of strings", '[["1704067200","10","11","12","9","5"]]', "row 0 is not a candle"],
    ["rows of null", "[null]", "row 0 is not a candle"],
    ["deep nesting", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, "row 0 is not a candle"],
  ])("refuse %s", (_, json, what) => {
    expect(() => decodeSegment(json, NAME)).toThrow(what);
  });

  it.each<[string, unknown[], string]>([
    ["text for a number", [candle(0, { open: "10" })], "row 0 is not a candle"],
    ["null for a number", [candle(0), candle(1, { volume: null })], "row 1 is not a candle"],
    ["a missing field", [{ ...candle(0), low: undefined }], "row 0 is not a candle"],
    ["a price of zero", [candle(0, { low: 0 })], "row 0: a price is missing, zero or negative"],
    ["a negative volume", [candle(0, { volume: -1 })], "row 0: volume"],
    ["a high below the open", [candle(0, { high: 9.5 })], "row 0: high is below"],
    ["a low above the close", [candle(0, { low: 11.5, open: 11.6 })], "row 0: low is above"],
    ["the same bar twice", [candle(0), candle(0)], "row 1: time 1704067200 does not ascend"],
    ["newest first", [candle(1), candle(0)], "row 1: time 1704067200 does not ascend"],
    ["a bar before the range", [candle(-1)], "row 0: time 1704063600 is outside the range in the file name"],
    ["a bar after the range", [candle(4)], "is outside the range"],
    ["a bar that ends after the range", [candle(3.5)], "is outside the range"],
    ["milliseconds", [candle(0, { time: START * 1000 })], "is outside the range"],
  ])("refuse %s, naming the row", (_, rows, what) => {
    expect(() => decode(rows)).toThrow(what);
  });

  it.each(["time", "open", "high", "low", "close", "volume"] as const)("never hold a %s of NaN or infinity", (name) => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const columns: CandleColumns = decode([candle(0)]);
      columns[name][0] = bad;
      expect(() => encodeSegment(columns)).toThrow(RangeError);
    }
  });
});

describe("sidecars", () => {
  const meta = { sha256: "0".repeat(64), fetched_at: 1, source: "x", covers: [[0, 1]], asked_empty: [], revisions: 0 };

  it("may leave out the count", () => {
    expect(segmentMetaSchema.parse(meta)).toEqual(meta);
  });

  it.each([
    { sha256: "0".repeat(63) },
    { sha256: "Z".repeat(64) },
    { fetched_at: "yesterday" },
    { fetched_at: -1 },
    { covers: [[0]] },
    { covers: {} },
    { revisions: 0.5 },
    { candle_count: -1 },
    { source: undefined },
  ])("refuse %j", (change) => {
    expect(segmentMetaSchema.safeParse({ ...meta, ...change }).success).toBe(false);
  });
});
