import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns, HOUR_MS } from "../market/index.ts";
import { sha256 } from "./hash.ts";
import { readBytes } from "./read-bytes.ts";
import { listSegments, mergeSegments, openSeries, readSeries } from "./read-cache.ts";
import { CANDLE_ROWS, encodeSegment, metaFileName, type SegmentMeta, segmentFileName } from "./segment.ts";

let cacheDir: string;
let folder: string;
beforeEach(() => {
  cacheDir = mkdtempSync(path.join(tmpdir(), "cache-"));
  folder = path.join(cacheDir, "kucoin");
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

/** Hourly bars that close at the given prices; hours count from the epoch. */
function hourly(closes: Readonly<Record<number, number>>): CandleColumns {
  const hours = Object.keys(closes).map(Number);
  const columns = allocateColumns(hours.length);
  hours.forEach((hour, i) => {
    const close = closes[hour]!;
    columns.time[i] = hour * HOUR_MS;
    for (const price of [columns.open, columns.high, columns.low, columns.close]) price[i] = close;
    columns.volume[i] = 1;
  });
  return columns;
}

/** Commits bars as the segment of hours `from` to `to`. Returns its path. */
function commit(
  [from, to]: readonly [number, number],
  closes: Readonly<Record<number, number>>,
  meta: Partial<SegmentMeta> = {},
): string {
  const name = { symbol: "BTC-USDT", timeframe: "1hour", fromMs: from * HOUR_MS, toMs: to * HOUR_MS } as const;
  const file = path.join(folder, segmentFileName(name));
  const json = encodeSegment(hourly(closes));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, json);
  const sidecar = {
    sha256: sha256(json),
    fetched_at: 1000,
    source: "ccxt:kucoin",
    covers: [[from * 3600, to * 3600]],
    asked_empty: [],
    revisions: 0,
    ...meta,
  };
  writeFileSync(metaFileName(file), JSON.stringify(sidecar));
  return file;
}

const read = () => readSeries(cacheDir, "kucoin", "BTC-USDT", "1hour");
const closes = () => [...read()!.columns.close];
const columnFiles = () =>
  existsSync(path.join(folder, ".columns")) ? readdirSync(path.join(folder, ".columns")).sort() : [];
const failureOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

describe("a cached series", () => {
  it("is nothing where nothing was cached", () => {
    expect(read()).toBeUndefined();
    mkdirSync(folder);
    expect(read()).toBeUndefined();
    expect(listSegments(cacheDir, "kucoin")).toEqual([]);
  });

  it("is all bars of its segments, with what they cover and where they came from", () => {
    commit([4, 6], { 4: 14, 5: 15 }, { source: "import:b.csv" });
    commit([0, 3], { 0: 10, 2: 12 });
    expect(read()).toMatchObject({
      symbol: "BTC-USDT",
      timeframe: "1hour",
      coverage: [
        { fromMs: 0, toMs: 3 * HOUR_MS },
        { fromMs: 4 * HOUR_MS, toMs: 6 * HOUR_MS },
      ],
      sources: ["ccxt:kucoin", "import:b.csv"],
    });
    expect([...read()!.columns.time]).toEqual([0, 2, 4, 5].map((hour) => hour * HOUR_MS));
    expect(closes()).toEqual([10, 12, 14, 15]);
  });

  it("leaves out other series, other files and folders", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    for (const name of ["ETH-USDT_1hour_0_7200.json", "BTC-USDT_1min_0_7200.json", "cache_index.json", "notes.txt"]) {
      writeFileSync(path.join(folder, name), "not ours");
    }
    mkdirSync(path.join(folder, "BTC-USDT_1hour_0_3600.json.d"));
    expect(closes()).toEqual([10, 11]);
  });

  it("passes over a segment without a sidecar: it was never committed", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    unlinkSync(metaFileName(commit([2, 4], { 2: 12, 3: 13 })));
    expect(closes()).toEqual([10, 11]);
    expect(listSegments(cacheDir, "kucoin").map(({ file }) => file)).toEqual(["BTC-USDT_1hour_0_7200.json"]);
  });

  it("passes over a sidecar without a segment", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    unlinkSync(commit([2, 4], { 2: 12, 3: 13 }));
    expect(closes()).toEqual([10, 11]);
  });
});

describe("overlapping segments", () => {
  it("give the bar of the later fetch, whichever name comes first", () => {
    commit([0, 3], { 0: 10, 1: 11, 2: 12 }, { fetched_at: 2000 });
    commit([1, 4], { 1: 91, 2: 92, 3: 93 }, { fetched_at: 1000 });
    expect(closes()).toEqual([10, 11, 12, 93]);
    commit([1, 4], { 1: 91, 2: 92, 3: 93 }, { fetched_at: 3000 });
    expect(closes()).toEqual([10, 91, 92, 93]);
  });

  it("fetched at the same second give the bar of the greater hash", () => {
    const one = { segment: { meta: { fetched_at: 5, sha256: "a" } as SegmentMeta }, rows: hourly({ 0: 1 }) };
    const two = { segment: { meta: { fetched_at: 5, sha256: "b" } as SegmentMeta }, rows: hourly({ 0: 2 }) };
    for (const parts of [
      [one, two],
      [two, one],
    ]) {
      expect([...mergeSegments(parts, CANDLE_ROWS).close]).toEqual([2]);
    }
  });

  it("merge to the same bars in any order and any grouping", () => {
    const part = fc.record({
      fetched_at: fc.nat(5),
      hours: fc.uniqueArray(fc.nat(12), { minLength: 1 }),
      close: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(part, { selector: ({ close }) => close, minLength: 2, maxLength: 6 }),
        fc.nat(),
        (parts, n) => {
          const segments = parts.map(({ fetched_at, hours, close }) => {
            const rows = hourly(Object.fromEntries(hours.sort((a, b) => a - b).map((hour) => [hour, close])));
            return {
              segment: { meta: { fetched_at, sha256: sha256(encodeSegment(rows)) } as SegmentMeta },
              rows,
            };
          });
          const merged = mergeSegments(segments, CANDLE_ROWS);
          const at = n % segments.length;
          expect(mergeSegments([...segments.slice(at), ...segments.slice(0, at)], CANDLE_ROWS)).toEqual(merged);
          expect(mergeSegments([...segments, segments[at]!], CANDLE_ROWS)).toEqual(merged);
          // Every hour holds the close of its last fetch.
          for (let i = 0; i < merged.length; i++) {
            const holders = parts.filter(({ hours }) => hours.includes(merged.time[i]! / HOUR_MS));
            const latest = Math.max(...holders.map(({ fetched_at }) => fetched_at));
            expect(holders.filter(({ fetched_at }) => fetched_at === latest).map(({ close }) => close)).toContain(
              merged.close[i],
            );
          }
          expect(merged.length).toBe(new Set(parts.flatMap(({ hours }) => hours)).size);
        },
      ),
    );
  });
});

describe("the column file", () => {
  const stored = () => path.join(folder, ".columns", "BTC-USDT_1hour.f64");

  /** Puts other bytes into the segment without changing its size or time: only columns read before are right. */
  function disguise(file: string): void {
    const before = readFileSync(file);
    const stamp = new Date(1_700_000_000_000);
    utimesSync(file, stamp, stamp);
    read();
    writeFileSync(file, "x".repeat(before.length));
    utimesSync(file, stamp, stamp);
  }

  it("is left by the first reader and holds the bars in the documented layout", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    read();
    expect(columnFiles()).toEqual(["BTC-USDT_1hour.f64", "BTC-USDT_1hour.json"]);
    expect([...new Float64Array(readBytes(stored()))]).toEqual([0, HOUR_MS, 10, 11, 10, 11, 10, 11, 10, 11, 1, 1]);
  });

  it("spares the next reader the segments", () => {
    disguise(commit([0, 2], { 0: 10, 1: 11 }));
    expect(closes()).toEqual([10, 11]);
  });

  it("is made again when a segment has changed, or another one came or went", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    expect(closes()).toEqual([10, 11]);
    commit([0, 2], { 0: 20, 1: 21 }, { fetched_at: 2000 });
    expect(closes()).toEqual([20, 21]);
    const more = commit([2, 3], { 2: 12 });
    expect(closes()).toEqual([20, 21, 12]);
    unlinkSync(more);
    expect(closes()).toEqual([20, 21]);
  });

  it.each<[string, (file: string) => void]>([
    ["cut off", (file) => truncateSync(file, 50)],
    ["longer", (file) => appendFileSync(file, "12345678")],
    [
      "altered",
      (file) => writeFileSync(file, new Uint8Array(readFileSync(file).map((byte, i) => (i === 20 ? byte ^ 1 : byte)))),
    ],
    ["empty", (file) => writeFileSync(file, "")],
    ["gone", (file) => unlinkSync(file)],
  ])("is made again when it is %s", (_, damage) => {
    commit([0, 2], { 0: 10, 1: 11 });
    read();
    const before = readFileSync(stored());
    damage(stored());
    expect(closes()).toEqual([10, 11]);
    expect(readFileSync(stored())).toEqual(before);
  });

  it.each(["", "{}", "[]", "{", '{"identity":1}'])("is made again when its description is %j", (text) => {
    commit([0, 2], { 0: 10, 1: 11 });
    read();
    const description = stored().replace(".f64", ".json");
    const before = readFileSync(description, "utf8");
    writeFileSync(description, text);
    expect(closes()).toEqual([10, 11]);
    expect(readFileSync(description, "utf8")).toBe(before);
  });

  it("is done without where it cannot be written", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    writeFileSync(path.join(folder, ".columns"), "a file stands in its place");
    expect(closes()).toEqual([10, 11]);
    expect(readFileSync(path.join(folder, ".columns"), "utf8")).toBe("a file stands in its place");
  });

  it("waits until it is asked for when the series was only opened", () => {
    commit([0, 2], { 0: 10, 1: 11 });
    const opened = openSeries(cacheDir, "kucoin", "BTC-USDT", "1hour")!;
    expect([...opened.columns.close]).toEqual([10, 11]);
    expect(columnFiles()).toEqual([]);
    opened.keep();
    expect(columnFiles()).toHaveLength(2);
    disguise(path.join(folder, "BTC-USDT_1hour_0_7200.json"));
    expect(closes()).toEqual([10, 11]);
  });
});

describe("a damaged cache", () => {
  it.each<[string, (file: string) => void]>([
    ["an altered segment", (file) => writeFileSync(file, readFileSync(file, "utf8").replace('"open":10', '"open":11'))],
    ["a truncated segment", (file) => truncateSync(file, 40)],
    ["an empty segment", (file) => writeFileSync(file, "")],
    ["a longer segment", (file) => appendFileSync(file, "\n")],
    ["a segment of another range", (file) => writeFileSync(file, encodeSegment(hourly({ 5: 15 })))],
  ])("is E_CACHE_CORRUPT for %s, naming the file", (_, damage) => {
    const file = commit([0, 2], { 0: 10, 1: 11 });
    damage(file);
    expect(failureOf(read)).toMatchObject({
      code: "E_CACHE_CORRUPT",
      message: expect.stringMatching(
        /BTC-USDT_1hour_0_7200\.json: sha256 is [0-9a-f]{64}, its sidecar says [0-9a-f]{64}$/,
      ),
      details: { file },
      hint: expect.stringContaining("pt-cache verify"),
    });
    expect(columnFiles()).toEqual([]);
  });

  it("is E_CACHE_CORRUPT for foreign content under a sidecar that agrees with it", () => {
    const html = "<p>502 Bad Gateway</p>";
    const file = commit([0, 2], { 0: 10 }, { sha256: sha256(html) });
    writeFileSync(file, html);
    expect(failureOf(read)).toMatchObject({
      code: "E_CACHE_CORRUPT",
      message: expect.stringContaining("JSON"),
      details: { file },
    });

    const outside = encodeSegment(hourly({ 0: 10, 7: 17 }));
    commit([0, 2], { 0: 10 }, { sha256: sha256(outside) });
    writeFileSync(file, outside);
    expect(failureOf(read)).toMatchObject({
      code: "E_CACHE_CORRUPT",
      message: expect.stringContaining("row 1: time 25200 is outside"),
    });
  });

  it.each([
    ["", "JSON"],
    ["{", "JSON"],
    ["{}", "sha256: expected string, received undefined"],
    ["[]", "expected object, received array"],
    ['{"sha256":"0"}', "sha256"],
  ])("is E_CACHE_CORRUPT for the sidecar %j, naming it and the field", (text, what) => {
    const sidecar = metaFileName(commit([0, 2], { 0: 10, 1: 11 }));
    writeFileSync(sidecar, text);
    expect(failureOf(read)).toMatchObject({
      code: "E_CACHE_CORRUPT",
      message: expect.stringContaining(what),
      details: { file: sidecar },
    });
    expect((failureOf(read) as Error).message).not.toContain("\n");
  });

  it("does not stand in the way of other series", () => {
    const eth = path.join(folder, "ETH-USDT_1hour_0_7200.json");
    commit([0, 2], { 0: 10, 1: 11 });
    writeFileSync(eth, "[]");
    writeFileSync(metaFileName(eth), "{");
    expect(closes()).toEqual([10, 11]);
    expect(failureOf(() => listSegments(cacheDir, "kucoin"))).toMatchObject({ code: "E_CACHE_CORRUPT" });
  });

  it("takes a rewrite that died between sidecar and segment: the old bytes are still what the sidecar replaces", () => {
    const file = commit([0, 2], { 0: 10, 1: 11 });
    const old = sha256(readFileSync(file));
    const meta = JSON.parse(readFileSync(metaFileName(file), "utf8")) as SegmentMeta;
    writeFileSync(metaFileName(file), JSON.stringify({ ...meta, sha256: "1".repeat(64), replaces: old }));
    expect(closes()).toEqual([10, 11]);
  });

  it.each<[string, string, (file: string) => void]>([
    ["a folder in the place of a segment", "E_PERM", (file) => mkdirSync(file)],
    ["a link to nowhere", "E_IO", (file) => symlinkSync("/nowhere/at/all", file)],
  ])("explains %s", (_, code, replaceBy) => {
    const file = commit([0, 2], { 0: 10, 1: 11 });
    unlinkSync(file);
    replaceBy(file);
    expect(failureOf(read)).toMatchObject({ code, message: expect.stringContaining(file) });
  });

  it("explains a file in the place of the exchange's folder", () => {
    writeFileSync(folder, "");
    expect(failureOf(read)).toMatchObject({ code: "E_PERM", message: expect.stringContaining(folder) });
  });
});
