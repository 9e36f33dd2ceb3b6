import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { readSeries } from "@powertrader/core/files";
import { allocateColumns, DAY_MS, HOUR_MS, type Timeframe, WEEK_MS } from "@powertrader/core/market";
import { beforeEach, describe, expect, it } from "vitest";
import { hours, inHours, prices, T0, temporaryFolder } from "../fixtures/candles.ts";
import { type ImportOptions, importSeries } from "./import-series.ts";
import { openInput } from "./open-input.ts";
import { parseColumns } from "./row-layout.ts";

const NOW = T0 + 1000 * DAY_MS;
let cacheDir: string;

beforeEach(() => {
  cacheDir = temporaryFolder();
});

function load(content: string | Uint8Array, more: Partial<ImportOptions> = {}) {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  // Small pieces: lines and gzip blocks are cut anywhere.
  const size = 7 + (bytes.length >> 8);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(size * i, size * i + size),
  );
  return importChunks(Readable.from(pieces), bytes.length, more);
}

function importChunks(chunks: AsyncIterable<Uint8Array>, size: number, more: Partial<ImportOptions>) {
  return importSeries(
    { name: "my.csv", chunks, size },
    {
      cacheDir,
      exchange: "own",
      symbol: "BTC-USDT",
      timeframe: "1hour",
      clock: { nowMs: () => NOW },
      ...more,
    },
  );
}

function read(timeframe: Timeframe = "1hour") {
  return readSeries(cacheDir, "own", "BTC-USDT", timeframe);
}

const at = (hour: number) => T0 / 1000 + hour * 3600;
const row = (hour: number, price = 100, time: string | number = at(hour)) =>
  `${time},${price},${price},${price},${price},1`;
const rows = (...list: readonly string[]) => `${list.join("\n")}\n`;
const HEADER = "time,open,high,low,close,volume";
const plain = rows(HEADER, row(0), row(1, 101), row(2, 102));
const expected = [
  [0, 100],
  [1, 101],
  [2, 102],
];

describe("importSeries", () => {
  const candle = (hour: number, price: number) => {
    return { time: at(hour), open: price, close: price, high: price, low: price, volume: 1 };
  };
  const tuple = (hour: number, price: number) => {
    const text = `${price}.00`;
    return [at(hour) * 1000, text, text, text, text, "1", at(hour + 1) * 1000 - 1, "1", 5, "1", "1", "0"];
  };
  it.each([
    ["CSV with a header", plain],
    ["CSV without one", rows(row(0), row(1, 101), row(2, 102))],
    ["CSV with Windows line ends and no last one", plain.replaceAll("\n", "\r\n").trimEnd()],
    ["CSV with semicolons", plain.replaceAll(",", ";")],
    ["CSV with tabs", plain.replaceAll(",", "\t")],
    ["CSV with quotes", plain.replace(/[^,\n]+/g, '"$&"')],
    ["CSV with a byte order mark", `\uFEFF${plain}`],
    ["CSV with a byte order mark and no header", `\uFEFF${rows(row(0), row(1, 101), row(2, 102))}`],
    ["CSV newest first", rows(HEADER, row(2, 102), row(1, 101), row(0))],
    ["CSV with a banner and blank lines", `https://www.example.org\n\n${plain}\n\n`],
    ["CSV in milliseconds and seconds", rows(row(0, 100, at(0) * 1000), row(1, 101), row(2, 102, `${at(2)}.0`))],
    [
      "CSV with dates",
      rows(HEADER, row(0, 100, "2024-01-01"), row(1, 101, "2024-01-01 01:00"), row(2, 102, "2024-01-01T02:00:00Z")),
    ],
    ["gzipped CSV", gzipSync(plain)],
    ["JSON of the cache", JSON.stringify([candle(0, 100), candle(1, 101), candle(2, 102)])],
    ["JSON of Binance klines", JSON.stringify([tuple(0, 100), tuple(1, 101), tuple(2, 102)], null, 2)],
    ["JSON with a byte order mark", `\uFEFF${JSON.stringify([tuple(0, 100), tuple(1, 101), tuple(2, 102)])}`],
    ["gzipped JSON", gzipSync(JSON.stringify([candle(0, 100), candle(1, 101), candle(2, 102)]))],
  ])("reads %s", async (_name, content) => {
    const report = await load(content);
    expect(prices(read()?.columns)).toEqual(expected);
    expect(report).toMatchObject({ read: 3, added: 3, rejected: 0, range: hours(0, 3), source: "import:my.csv" });
  });

  it("takes columns by place where no header says", async () => {
    const columns = parseColumns("-,close,open,high,low,volume,time");
    await load(rows("x,a,b,c,d,e,f", `x,102,100,103,99,5,${at(0)}`), { columns });
    expect(read()!.columns).toMatchObject({ open: { 0: 100 }, high: { 0: 103 }, low: { 0: 99 }, close: { 0: 102 } });
    cacheDir = temporaryFolder();
    await load(JSON.stringify([["x", 102, 100, 103, 99, 5, at(0)]]), { columns });
    expect(read()!.columns).toMatchObject({ open: { 0: 100 }, volume: { 0: 5 } });
  });

  it("rejects bad rows with line and reason and keeps the rest", async () => {
    const report = await load(
      rows(
        HEADER,
        row(0),
        "soon,1,1,1,1,1",
        `${at(2)},1,2,3,1,1`,
        `${at(3)},0,1,1,1,1`,
        `${at(4)},1,1,1,1`,
        row(5.5),
        row(6),
        row(7),
        row(8),
        row(9),
        row(10),
        row(11),
        row(24 * 1000),
      ),
    );
    expect(report).toMatchObject({ read: 13, added: 7, rejected: 6, unit: "line" });
    expect(report.rejections).toEqual([
      { line: 3, reason: '"soon" is not a time' },
      { line: 4, reason: "high is below another price" },
      { line: 5, reason: "a price is missing, zero or negative" },
      { line: 6, reason: "volume is missing, negative or infinite" },
      { line: 7, reason: "not on the grid of 1hour bars" },
      { line: 14, reason: "the bar has not closed yet" },
    ]);
  });

  const comma = '"0,5" reads like a decimal comma';
  it.each([
    ["CSV", rows(HEADER.replaceAll(",", ";"), `${at(0)};0,5;0,6;0,4;0,5;1`)],
    ["CSV without header", rows(`${at(0)}\t0,5\t0,6\t0,4\t0,5\t1`)],
    ["CSV with quotes", rows(HEADER, `${at(0)},"0,5","0,6","0,4","0,5",1`)],
    ["JSON", JSON.stringify([[at(0), "0,5", "0,6", "0,4", "0,5", "1"]])],
  ])("names the decimal comma of %s", async (_name, content) => {
    await expect(load(content)).rejects.toMatchObject({ code: "E_IMPORT", message: expect.stringContaining(comma) });
  });

  it("takes the row of a bar that was written last, and lists those that differ from it", async () => {
    const report = await load(rows(HEADER, row(1, 6), row(0), row(1, 5), row(1, 6), row(2), row(2)));
    expect(prices(read()!.columns)).toEqual([
      [0, 100],
      [1, 6],
      [2, 100],
    ]);
    expect(report).toMatchObject({ read: 6, added: 3, duplicates: 2, conflicting: 1, rejected: 0 });
    expect(report.conflicts).toEqual([{ line: 4, reason: "another row of the same time stands at 5 and is taken" }]);
  });

  it("takes the first row of a bar where the file runs newest first", async () => {
    const report = await load(rows(HEADER, row(2), row(1, 6), row(1, 5), row(0), row(0)));
    expect(prices(read()!.columns)).toEqual([
      [0, 100],
      [1, 6],
      [2, 100],
    ]);
    expect(report).toMatchObject({ duplicates: 1, conflicts: [{ line: 4, reason: expect.stringContaining("at 3") }] });
  });

  it("refuses two series in one file", async () => {
    const mixed = [0, 1, 2].flatMap((hour) => [row(hour, 100), row(hour, 7)]);
    await expect(load(rows(HEADER, ...mixed))).rejects.toMatchObject({
      code: "E_IMPORT",
      message: expect.stringContaining("only 3 of 6 rows"),
      hint: expect.stringContaining("one series only"),
    });
  });

  it("reports gaps, or none where the file's calendar is taken as it is", async () => {
    const content = rows(HEADER, row(0), row(1), row(5), row(7));
    expect((await load(content)).gaps).toEqual({ count: 2, bars: 4, largest: hours(2, 5) });
    cacheDir = temporaryFolder();
    expect((await load(content, { calendar: "as-is" })).gaps.count).toBe(0);
    expect(inHours(read()!.coverage)).toEqual([[0, 8]]);
  });

  it("takes times off the grid as they are when told so", async () => {
    await load(rows(HEADER, row(9.5), row(10.5), row(33.5)), { calendar: "as-is" });
    expect(prices(read()!.columns).map(([hour]) => hour)).toEqual([9.5, 10.5, 33.5]);
  });

  it("takes weeks that start on any one day, the day that the cache has already if it has one", async () => {
    const monday = Date.UTC(2024, 0, 1);
    const week = (start: number, n: number) => row(0, 100 + n, (start + n * WEEK_MS) / 1000);
    const thursday = monday + 3 * DAY_MS;
    const mixed = rows(HEADER, week(monday, 0), week(monday, 1), week(monday, 2), week(thursday, 5));
    expect(await load(mixed, { timeframe: "1week" })).toMatchObject({ added: 3, rejected: 1 });
    await expect(load(rows(HEADER, week(thursday, 0)), { timeframe: "1week" })).rejects.toMatchObject({
      code: "E_IMPORT",
    });
    cacheDir = temporaryFolder();
    expect(await load(rows(HEADER, week(thursday, 0)), { timeframe: "1week" })).toMatchObject({ added: 1 });
    cacheDir = temporaryFolder();
    const noon = rows(HEADER, row(0, 1, monday / 1000 + 43_200));
    await expect(load(noon, { timeframe: "1week" })).rejects.toMatchObject({ code: "E_IMPORT" });
  });

  it("changes nothing the second time", async () => {
    await load(plain);
    expect(await load(plain)).toMatchObject({ added: 0, revised: 0, unchanged: 3 });
    expect(await load(rows(HEADER, row(1, 7), row(3, 103)))).toMatchObject({ added: 1, revised: 1, unchanged: 0 });
  });

  it("replaces damaged files of the series", async () => {
    await load(plain);
    const [segment] = await import("@powertrader/core/files").then((files) => files.listSegments(cacheDir, "own"));
    writeFileSync(join(cacheDir, "own", segment!.file), "[");
    expect((await load(plain)).setAside).toHaveLength(1);
    expect(read()!.columns.length).toBe(3);
  });

  it("replaces a damaged weekly series, whose first day it cannot know", async () => {
    const content = rows(HEADER, row(0), row(24 * 7));
    await load(content, { timeframe: "1week" });
    const [segment] = await import("@powertrader/core/files").then((files) => files.listSegments(cacheDir, "own"));
    writeFileSync(join(cacheDir, "own", segment!.file), "[");
    expect(await load(content, { timeframe: "1week" })).toMatchObject({ added: 2 });
  });

  it("tells how far it is", async () => {
    const seen: (readonly [number | undefined, number])[] = [];
    await load(plain, { onProgress: (share, count) => seen.push([share, count]) });
    expect(seen.at(-1)).toEqual([1, 3]);
  });

  it.each<[string, string | Uint8Array, string, Partial<ImportOptions>]>([
    ["an empty file", "", "my.csv holds no rows", {}],
    ["a file of blank lines", "\uFEFF\n \n", "holds no rows", {}],
    ["an empty gzip", gzipSync(""), "holds no rows", {}],
    ["prose", "hello\nworld\n", "no header", {}],
    ["prose without end", "hello\n".repeat(100), "no header", {}],
    ["a header alone", `${HEADER}\n`, "holds no rows", {}],
    ["only bad rows", rows(HEADER, "x,1,1,1,1,1"), "none of its rows", {}],
    ["more bad rows than good ones", rows(HEADER, row(0), "x,,,,,", "y,,,,,"), "only 1 of 3 rows", {}],
    ["a zip archive", Buffer.from("PK\x03\x04xx"), "zip", {}],
    ["binary data", Buffer.from([1, 2, 0, 4]), "binary", {}],
    ["a JSON object", '{"data":[]}', "JSON object", {}],
    ["broken JSON", '[{"time":1', "JSON is broken", {}],
    ["an empty JSON array", "[]", "holds no rows", {}],
    ["JSON of something else", '[{"a":1}]', "not a candle", {}],
    ["JSON numbers", "[1,2,3]", "not a candle", {}],
    ["JSON text", '["a"]', "not a candle", {}],
    [
      "mixed JSON",
      JSON.stringify([{ ...{ time: at(0), open: 1, close: 1, high: 1, low: 1, volume: 1 } }, 5, null]),
      "only 1 of 3",
      {},
    ],
    ["a JSON row of another kind", JSON.stringify([[at(0), 1, 1, 1, 1, 1], {}, {}]), "only 1 of 3", {}],
    ["JSON times that are none", JSON.stringify([["x", 1, 1, 1, 1, 1]]), "its time is not a time", {}],
    ["a cut gzip", gzipSync(plain.repeat(50)).subarray(0, 60), "damaged", {}],
    ["an endless line", "x".repeat(300_000), "64 KiB", {}],
    ["another timeframe", rows(HEADER, row(0), row(0.25), row(0.5), row(0.75)), "only 1 of 4", {}],
  ])("refuses %s and writes nothing", async (_name, content, says, more) => {
    await expect(load(content, more)).rejects.toMatchObject({
      code: "E_IMPORT",
      message: expect.stringContaining(says),
    });
    expect(existsSync(join(cacheDir, "own"))).toBe(false);
  });

  it("suggests the timeframe that rejected rows have", async () => {
    const quarters = rows(HEADER, row(0), row(0.25), row(0.5), row(0.75));
    await expect(load(quarters)).rejects.toMatchObject({ hint: expect.stringContaining("--timeframe 15m") });
  });

  it("refuses bars that are longer throughout, newest first or not", async () => {
    for (const hours of [
      [0, 24, 48, 96],
      [96, 48, 24, 0],
    ]) {
      await expect(load(rows(HEADER, ...hours.map((hour) => row(hour))))).rejects.toMatchObject({
        code: "E_IMPORT",
        message: expect.stringContaining("holds 1d candles, not 1h"),
        hint: expect.stringContaining("--timeframe 1d"),
      });
    }
    expect(existsSync(join(cacheDir, "own"))).toBe(false);
  });

  it.each<[string, readonly number[], Partial<ImportOptions>]>([
    ["two rows tell too little", [0, 24], {}],
    ["some rows are closer", [0, 24, 25, 49, 73], {}],
    ["the file's calendar is taken as it is", [0, 24, 48], { calendar: "as-is" }],
  ])("only says what rows look like when %s", async (_name, hours, more) => {
    expect(await load(rows(HEADER, ...hours.map((hour) => row(hour))), more)).toMatchObject({ looksLike: "1day" });
  });

  it("stops when told to", async () => {
    const stopped = load(plain, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "E_CANCELLED" });
    expect(existsSync(join(cacheDir, "own"))).toBe(false);
  });

  it.each([
    ["CSV", Buffer.from(plain)],
    ["gzipped CSV", gzipSync(plain)],
  ])("stops in the middle of %s", async (_name, bytes) => {
    const abort = new AbortController();
    async function* chunks() {
      yield bytes.subarray(0, 20);
      abort.abort();
      yield bytes.subarray(20);
    }
    const stopped = importChunks(chunks(), bytes.length, { signal: abort.signal });
    await expect(stopped).rejects.toMatchObject({ code: "E_CANCELLED" });
    expect(existsSync(join(cacheDir, "own"))).toBe(false);
  });
});

describe("openInput", () => {
  it("opens a file under its name without folders", async () => {
    const path = join(cacheDir, "a\u0007b.csv");
    writeFileSync(path, plain);
    const input = await openInput(path);
    expect(input).toMatchObject({ name: "a?b.csv", size: plain.length });
    let text = "";
    for await (const chunk of input.chunks) text += Buffer.from(chunk).toString();
    expect(text).toBe(plain);
  });

  it("says why it cannot", async () => {
    await expect(openInput(join(cacheDir, "none"))).rejects.toMatchObject({
      code: "E_FILE",
      details: { errno: "ENOENT" },
    });
    await expect(openInput(cacheDir)).rejects.toMatchObject({ code: "E_FILE", details: { errno: "EISDIR" } });
  });

  it("reads stdin for a dash", async () => {
    expect((await openInput("-")).name).toBe("stdin");
  });
});

it("imports many rows in order whatever their order was", async () => {
  const count = 20_000;
  const shuffled = Array.from({ length: count }, (_, i) => row((i * 7919) % count, 1 + ((i * 7919) % count)));
  await load(rows(HEADER, ...shuffled), { clock: { nowMs: () => T0 + count * HOUR_MS } });
  const columns = read()?.columns ?? allocateColumns(0);
  expect(columns.length).toBe(count);
  expect(columns.close.every((price, i) => price === i + 1)).toBe(true);
});
