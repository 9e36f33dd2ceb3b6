import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { openSeries, readFunding, readSeries, seriesFolder } from "@powertrader/core/files";
import { candleAt, DAY_MS, HOUR_MS } from "@powertrader/core/market";
import { beforeEach, describe, expect, it } from "vitest";
import { hours, inHours, SERIES, T0, temporaryFolder } from "../fixtures/candles.ts";
import { type ImportOptions, importSeries } from "./import-series.ts";
import { parseColumns } from "./row-layout.ts";

const NOW = T0 + 1000 * DAY_MS;
let cacheDir: string;

beforeEach(() => {
  cacheDir = temporaryFolder();
});

function load(content: string, more: Partial<ImportOptions> = {}) {
  const chunks = Readable.from([Buffer.from(content)]);
  const clock = { nowMs: () => NOW };
  const series = { exchange: "own", symbol: "BTC-USDT", timeframe: "8hour" } as const;
  return importSeries({ name: "my.csv", chunks }, { cacheDir, kind: "funding", ...series, clock, ...more });
}

/** `[hour, rate]` of each settlement in the cache. */
function stored() {
  const { timeMs, rate } = readFunding(cacheDir, "own", "BTC-USDT")!;
  return Array.from(timeMs, (time, i) => [(time - T0) / HOUR_MS, rate[i]!]);
}

const at = (hour: number) => T0 / 1000 + hour * 3600;
const rows = (...list: readonly string[]) => `${list.join("\n")}\n`;
const plain = rows("time,rate", `${at(0)},0.0001`, `${at(8)},-0.00002`, `${at(16)},0`);
const expected = [
  [0, 0.0001],
  [8, -0.00002],
  [16, 0],
];

describe("funding rates", () => {
  it("are stored in a folder of their own", async () => {
    const report = await load(plain);
    expect(report).toMatchObject({ kind: "funding", read: 3, added: 3, rejected: 0, range: hours(0, 24) });
    expect(stored()).toEqual(expected);
    expect(inHours(readFunding(cacheDir, "own", "BTC-USDT")!.coverage)).toEqual([[0, 24]]);
    expect(readdirSync(cacheDir)).toEqual(["own.funding"]);
    const file = `BTC-USDT_8hour_${at(0)}_${at(24)}.json`;
    const folder = join(cacheDir, "own.funding");
    expect(readdirSync(folder)).toEqual(expect.arrayContaining([file, "cache_index.json"]));
    expect(readFileSync(join(folder, file), "utf8")).toBe(
      `[\n{"time":${at(0)},"rate":0.0001},\n{"time":${at(8)},"rate":-0.00002},\n{"time":${at(16)},"rate":0}\n]\n`,
    );
  });

  const objects = (time: string, rate: string) =>
    JSON.stringify(expected.map(([hour, value]) => ({ symbol: "X", [time]: at(hour!) * 1000, [rate]: `${value}` })));
  it.each([
    ["CSV without header", plain.replace("time,rate\n", "")],
    ["CSV with another header", plain.replace("time,rate", "ts_unix_seconds,funding_rate")],
    [
      "CSV of Binance's archive",
      plain
        .replace("time,rate", "calc_time,funding_interval_hours,last_funding_rate")
        .replace(/^(\d+),/gm, (_, time) => `${time}000,8,`),
    ],
    ["JSON of the cache", JSON.stringify(expected.map(([hour, rate]) => ({ time: at(hour!), rate })))],
    ["JSON of Binance", objects("fundingTime", "fundingRate")],
    ["JSON of Bybit", objects("fundingRateTimestamp", "fundingRate")],
    ["JSON tuples", JSON.stringify(expected.map(([hour, rate]) => [at(hour!) * 1000, rate, 0, 0, 0, 0]))],
  ])("are read from %s", async (_name, content) => {
    await load(content);
    expect(stored()).toEqual(expected);
  });

  it("are taken by place where no header says", async () => {
    await load(rows(`x,0.1,${at(0)}`), { columns: parseColumns("-,rate,time", ["time", "rate"]) });
    expect(stored()).toEqual([[0, 0.1]]);
  });

  it("belong to the minute when the venue noted some seconds more or less", async () => {
    const ms = (hour: number, offMs: number) => at(hour) * 1000 + offMs;
    const report = await load(
      rows(
        "time,rate",
        `${ms(0, 17)},0.1`,
        `${ms(8, -1)},0.2`,
        `${ms(16, 15_000)},0.3`,
        `${ms(24, 15_001)},0.4`,
        `${ms(32, -20_000)},0.5`,
      ),
    );
    expect(stored()).toEqual([
      [0, 0.1],
      [8, 0.2],
      [16, 0.3],
    ]);
    expect(report.rejections).toEqual([
      { line: 5, reason: "more than 15 seconds off a whole minute" },
      { line: 6, reason: "more than 15 seconds off a whole minute" },
    ]);
  });

  it("say one thing of a settlement", async () => {
    const more = [`${at(8) * 1000 + 5},-0.00002`, `${at(16) * 1000 + 5},0.5`];
    const report = await load(plain + rows(...more));
    expect(report).toMatchObject({ added: 3, duplicates: 1, conflicting: 1 });
    expect(stored()[2]).toEqual([16, 0.5]);
  });

  it("are rejected with line and reason when they are none, or still to come", async () => {
    const bad = ["soon,0.1", `${at(24)},`, `${at(32)},1`, `${at(40)},x`, `${at(48)},"0,01"`, `${at(24_000) + 60},0.1`];
    const { rejections } = await load(plain + plain.replace("time,rate\n", "").repeat(2) + rows(...bad));
    expect(rejections.map(({ reason }) => reason)).toEqual([
      '"soon" is not a time',
      "the rate is missing",
      "the rate is not between -1 and 1",
      "the rate is missing",
      '"0,01" reads like a decimal comma',
      "the settlement is still to come",
    ]);
  });

  it("may come at other times than the usual interval; what is missing is a gap", async () => {
    const report = await load(rows("time,rate", ...[0, 8, 12, 16, 20, 40].map((hour) => `${at(hour)},0.1`)));
    expect(report).toMatchObject({ added: 6, rejected: 0, gaps: { count: 1, bars: 1, largest: hours(28, 40) } });
  });

  it("merge with what is there, and change nothing the second time", async () => {
    await load(plain);
    await load(rows("time,rate", `${at(16)},0.3`, `${at(24)},0.4`));
    expect(stored()).toEqual([...expected.slice(0, 2), [16, 0.3], [24, 0.4]]);
    expect(await load(rows("time,rate", `${at(20)},0.5`, `${at(28)},0.6`))).toMatchObject({ added: 2 });
    expect(stored().slice(2)).toEqual([
      [16, 0.3],
      [20, 0.5],
      [24, 0.4],
      [28, 0.6],
    ]);
    const names = readdirSync(join(cacheDir, "own.funding"));
    expect(await load(rows("time,rate", `${at(20)},0.5`, `${at(28)},0.6`))).toMatchObject({ added: 0, unchanged: 2 });
    expect(readdirSync(join(cacheDir, "own.funding"))).toEqual(names);
  });

  it.each<[string, string, RegExp, RegExp, Partial<ImportOptions>]>([
    [
      "candles",
      "time,open,high,low,close,volume\n1,1,1,1,1,1\n",
      /no header and no row of time, rate/,
      /time,rate/,
      {},
    ],
    ["objects of something else", '[{"a":1}]', /first element of the array is not a settlement/, /"rate"/, {}],
    ["a header without time", "when,rate\n1,2\n", /names no column for time/, /--columns time,rate/, {}],
    [
      "a longer interval than was said",
      plain,
      /holds 8h settlements, not 1h/,
      /--timeframe 8h/,
      { timeframe: "1hour" },
    ],
    ["rates in percent", rows("time,rate", `${at(0)},1.5`, `${at(8)},2`), /none of its rows.*8h settlements/, /./, {}],
  ])("are refused: %s", async (_name, content, says, hint, more) => {
    await expect(load(content, more)).rejects.toMatchObject({
      code: "E_IMPORT",
      message: expect.stringMatching(says),
      hint: expect.stringMatching(hint),
    });
    expect(existsSync(join(cacheDir, "own.funding"))).toBe(false);
  });
});

describe("mark candles", () => {
  const loadMark = (content: string, more: Partial<ImportOptions> = {}) =>
    load(content, { kind: "mark", timeframe: "1hour", ...more });

  it.each([
    ["without volume", rows("time,open,high,low,close", `${at(0)},10,12,9,11`)],
    ["without header and volume", rows(`${at(0)},10,12,9,11`)],
    ["with volume 0", rows("time,open,high,low,close,volume", `${at(0)},10,12,9,11,0`)],
    ["with a volume that is none", rows("time,open,high,low,close,volume", `${at(0)},10,12,9,11,n/a`)],
    ["as objects", JSON.stringify([{ time: at(0), open: 10, high: 12, low: 9, close: 11 }])],
    ["as Binance klines", JSON.stringify([[at(0) * 1000, "10", "12", "9", "11", "0", at(1) * 1000 - 1, "0", 60]])],
  ])("%s", async (_name, content) => {
    expect(await loadMark(content)).toMatchObject({ kind: "mark", added: 1, rejected: 0 });
    const { columns } = openSeries(cacheDir, seriesFolder("own", "mark"), SERIES.symbol, "1hour")!;
    expect(candleAt(columns, 0)).toEqual({ open: 10, high: 12, low: 9, close: 11, volume: 0 });
    expect(readdirSync(cacheDir)).toEqual(["own.mark"]);
  });

  it("are never taken for what was traded", async () => {
    await loadMark(rows("time,open,high,low,close", `${at(0)},1,1,1,1`));
    expect(readSeries(cacheDir, "own", SERIES.symbol, "1hour")).toBeUndefined();
    await load(rows("time,open,high,low,close,volume", `${at(0)},2,2,2,2,5`), { kind: "candles", timeframe: "1hour" });
    expect(readSeries(cacheDir, "own", SERIES.symbol, "1hour")!.columns.close[0]).toBe(2);
    expect(readSeries(cacheDir, "own.mark", SERIES.symbol, "1hour")!.columns.close[0]).toBe(1);
  });

  it("keep to the rules of candles", async () => {
    const bad = [`${at(1)},1,2,3,1`, `${at(2.5)},1,1,1,1`, `${at(24_000)},1,1,1,1`];
    const good = [0, 3, 4, 5].map((hour) => `${at(hour)},1,1,1,1`);
    const { rejections } = await loadMark(rows("time,open,high,low,close", ...good, ...bad));
    expect(rejections.map(({ reason }) => reason)).toEqual([
      "high is below another price",
      "not on the grid of 1hour bars",
      "the bar has not closed yet",
    ]);
    await expect(loadMark(rows("x,y", "1,2"))).rejects.toMatchObject({ message: expect.stringContaining("close at") });
  });

  it("of weeks keep the day that the series began with", async () => {
    const monday = Date.UTC(2024, 0, 1) / 1000;
    const bar = (week: number, off = 0) => `${monday + (week * 7 + off) * 86_400},1,1,1,1`;
    await loadMark(rows("time,open,high,low,close", bar(0), bar(1)), { timeframe: "1week" });
    const report = await loadMark(rows("time,open,high,low,close", bar(2), bar(3), bar(4), bar(5, 3)), {
      timeframe: "1week",
    });
    expect(report).toMatchObject({ added: 3, rejected: 1 });
  });
});
