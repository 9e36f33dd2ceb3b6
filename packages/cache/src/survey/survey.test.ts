import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metaFileName, segmentFileName } from "@powertrader/core/files";
import { beforeEach, describe, expect, it } from "vitest";
import { candles, hours, SERIES, T0, temporaryFolder } from "../fixtures/candles.ts";
import { withCacheLock } from "../store/cache-lock.ts";
import { exchangesIn, foldersIn } from "./folders-in.ts";
import { listSeries } from "./list-series.ts";
import { rebuildIndex } from "./rebuild-index.ts";
import { verifyCache } from "./verify-cache.ts";

let cacheDir: string;
const FILE = segmentFileName({ ...SERIES, ...hours(0, 10) });

beforeEach(async () => {
  cacheDir = temporaryFolder();
  await withCacheLock({ cacheDir, exchange: "own" }, {}, (store) => {
    store.write(SERIES, {
      columns: candles([2, 1], [3, 1], [7, 1]),
      covers: [hours(0, 10)],
      askedEmpty: [hours(0, 2)],
      source: "import:a.csv",
      fetchedMs: T0,
    });
  });
});

function change(file: string, edit: (text: string) => string): void {
  const path = join(cacheDir, "own", file);
  writeFileSync(path, edit(readFileSync(path, "utf8")));
}

it("lists folders that can be exchanges", () => {
  mkdirSync(join(cacheDir, "kucoin"));
  mkdirSync(join(cacheDir, "Not One"));
  for (const name of ["own.mark", "a.funding", "own.funding", "own.x"]) mkdirSync(join(cacheDir, name));
  writeFileSync(join(cacheDir, "file"), "");
  expect(exchangesIn(cacheDir)).toEqual(["a", "kucoin", "own"]);
  expect(foldersIn(cacheDir).map(({ name }) => name)).toEqual([
    "a.funding",
    "kucoin",
    "own",
    "own.mark",
    "own.funding",
  ]);
  expect(foldersIn(cacheDir, "own")[1]).toEqual({ exchange: "own", kind: "mark", name: "own.mark" });
  expect(exchangesIn(join(cacheDir, "none"))).toEqual([]);
  expect(() => exchangesIn(join(cacheDir, "file"))).toThrow(expect.objectContaining({ code: "E_PERM" }));
});

describe("listSeries", () => {
  it("tells gaps from what is confirmed to be empty", () => {
    expect(listSeries(cacheDir)).toEqual([
      {
        exchange: "own",
        kind: "candles",
        ...SERIES,
        segments: 1,
        sources: ["import:a.csv"],
        content: {
          rows: 3,
          range: hours(2, 8),
          coverage: [hours(0, 10)],
          gaps: { count: 2, bars: 5, largest: hours(4, 7) },
          confirmedEmptyBars: 2,
        },
      },
    ]);
    expect(listSeries(cacheDir, "other")).toEqual([]);
  });

  it("shows damage in place of content", () => {
    change(FILE, () => "[");
    expect(listSeries(cacheDir)[0]!.content).toEqual({ damage: expect.stringContaining(FILE) });
  });

  it("lists a series without candles", async () => {
    await withCacheLock({ cacheDir, exchange: "own" }, {}, (store) => {
      const covers = [hours(0, 5)];
      store.write(
        { symbol: "ETH-USDT", timeframe: "1hour" },
        { columns: candles(), covers, askedEmpty: covers, source: "x", fetchedMs: T0 },
      );
    });
    expect(listSeries(cacheDir)[1]).toMatchObject({ symbol: "ETH-USDT", content: { rows: 0, range: undefined } });
  });
});

describe("verifyCache", () => {
  it("finds a sound cache sound", () => {
    const rows = { candles: 3, mark: 0, funding: 0 };
    expect(verifyCache(cacheDir)).toEqual({ exchanges: 1, segments: 1, rows, findings: [], setAside: [] });
    expect(verifyCache(cacheDir, "none")).toMatchObject({ segments: 0, findings: [] });
  });

  it.each<[string, () => void, readonly [string, RegExp][]]>([
    [
      "a changed segment",
      () => change(FILE, (text) => text.replace('"close":1', '"close":2')),
      [["segment", /sha256/]],
    ],
    ["a cut segment", () => change(FILE, (text) => text.slice(0, 50)), [["segment", /sha256/]]],
    ["an emptied segment", () => change(FILE, () => ""), [["segment", /sha256/]]],
    [
      "a broken sidecar",
      () => change(metaFileName(FILE), () => "{"),
      [
        ["sidecar", /JSON/],
        ["index", /sidecars/],
      ],
    ],
    [
      "a sidecar of another shape",
      () => change(metaFileName(FILE), (text) => text.replace('"covers"', '"coverz"')),
      [
        ["sidecar", /^covers: expected array, received undefined$/],
        ["index", /sidecars/],
      ],
    ],
    [
      "a wrong count",
      () => change(metaFileName(FILE), (text) => text.replace('"candle_count":3', '"candle_count":4')),
      [
        ["sidecar", /^candle_count is 4, the segment holds 3$/],
        ["index", /sidecars/],
      ],
    ],
    [
      "coverage beyond the name",
      () => change(metaFileName(FILE), (text) => text.replace(`[${T0 / 1000},`, `[${T0 / 1000 - 5},`)),
      [["sidecar", /covers more/]],
    ],
    [
      "a missing sidecar",
      () => rmSync(join(cacheDir, "own", metaFileName(FILE))),
      [
        ["uncommitted", /no sidecar/],
        ["index", /sidecars/],
      ],
    ],
    [
      "a missing segment",
      () => rmSync(join(cacheDir, "own", FILE)),
      [
        ["lonely-sidecar", /missing/],
        ["index", /sidecars/],
      ],
    ],
    ["a broken index", () => change("cache_index.json", () => "{}"), [["index", /sidecars/]]],
    ["a missing index", () => rmSync(join(cacheDir, "own", "cache_index.json")), [["index", /sidecars/]]],
  ])("finds %s", (_name, harm, expected) => {
    harm();
    const { findings } = verifyCache(cacheDir);
    expect(findings.map(({ kind }) => kind)).toEqual(expected.map(([kind]) => kind));
    findings.forEach(({ reason }, i) => {
      expect(reason).toMatch(expected[i]![1]);
    });
  });
});

describe("rebuildIndex", () => {
  it("derives the same index from the sidecars", async () => {
    const path = join(cacheDir, "own", "cache_index.json");
    const index = readFileSync(path, "utf8");
    writeFileSync(path, "");
    const report = { exchange: "own", kind: "candles", adopted: [], refused: [], series: 1, segments: 1 };
    expect(await rebuildIndex({ cacheDir, exchange: "own" })).toEqual({ ...report, written: true });
    expect(readFileSync(path, "utf8")).toBe(index);
    expect(await rebuildIndex({ cacheDir, exchange: "own" })).toEqual({ ...report, written: false });
  });

  it("takes in a segment that lost its sidecar", async () => {
    rmSync(join(cacheDir, "own", metaFileName(FILE)));
    expect(await rebuildIndex({ cacheDir, exchange: "own" })).toMatchObject({ adopted: [FILE], segments: 1 });
    expect(verifyCache(cacheDir).findings).toEqual([]);
  });
});

describe("mark candles and funding rates", () => {
  const FUNDING_FILE = segmentFileName({ ...SERIES, ...hours(0, 24) }).replace("1hour", "8hour");

  beforeEach(async () => {
    const rest = { askedEmpty: [], source: "import:f.csv", fetchedMs: T0 };
    await withCacheLock({ cacheDir, exchange: "own", kind: "mark" }, {}, (store) => {
      store.write(SERIES, { columns: candles([0, 1], [1, 1]), covers: [hours(0, 2)], ...rest });
    });
    await withCacheLock({ cacheDir, exchange: "own", kind: "funding" }, {}, (store) => {
      const time = Float64Array.of(hours(0, 1).fromMs, hours(16, 17).fromMs);
      const columns = { length: 2, time, rate: Float64Array.of(0.1, -0.1) };
      store.write({ symbol: "BTC-USDT", timeframe: "8hour" }, { columns, covers: [hours(0, 24)], ...rest });
    });
  });

  it("are listed beside the candles", () => {
    expect(listSeries(cacheDir).map(({ kind, timeframe }) => [kind, timeframe])).toEqual([
      ["candles", "1hour"],
      ["mark", "1hour"],
      ["funding", "8hour"],
    ]);
    expect(listSeries(cacheDir, "own")[2]).toMatchObject({
      exchange: "own",
      content: { rows: 2, range: hours(0, 24), gaps: { count: 1, bars: 1, largest: hours(8, 16) } },
    });
  });

  it("are verified with them", () => {
    const rows = { candles: 3, mark: 2, funding: 2 };
    expect(verifyCache(cacheDir)).toMatchObject({ exchanges: 1, segments: 3, rows, findings: [] });
    const path = join(cacheDir, "own.funding", FUNDING_FILE);
    writeFileSync(path, readFileSync(path, "utf8").replace("0.1", "0.2"));
    expect(verifyCache(cacheDir).findings).toMatchObject([
      { exchange: "own", folder: "own.funding", file: FUNDING_FILE, kind: "segment" },
    ]);
    expect(listSeries(cacheDir)[2]!.content).toEqual({ damage: expect.stringContaining("sha256") });
  });

  it("get an index again, and a sidecar that was lost", async () => {
    const place = { cacheDir, exchange: "own", kind: "funding" } as const;
    const index = readFileSync(join(cacheDir, "own.funding", "cache_index.json"), "utf8");
    rmSync(join(cacheDir, "own.funding", "cache_index.json"));
    expect(await rebuildIndex(place)).toMatchObject({ kind: "funding", series: 1, written: true, adopted: [] });
    expect(readFileSync(join(cacheDir, "own.funding", "cache_index.json"), "utf8")).toBe(index);
    rmSync(join(cacheDir, "own.funding", metaFileName(FUNDING_FILE)));
    expect(await rebuildIndex(place)).toMatchObject({ adopted: [FUNDING_FILE], refused: [] });
    // Candles in the wrong folder stay outside.
    writeFileSync(join(cacheDir, "own.funding", FILE), readFileSync(join(cacheDir, "own", FILE)));
    expect(await rebuildIndex(place)).toMatchObject({ refused: [{ reason: "row 0 is not a settlement" }] });
  });

  it("are locked a kind", async () => {
    await withCacheLock({ cacheDir, exchange: "own", kind: "mark" }, {}, async () => {
      await withCacheLock({ cacheDir, exchange: "own" }, {}, () => {});
      await expect(rebuildIndex({ cacheDir, exchange: "own", kind: "mark" })).rejects.toMatchObject({
        code: "E_LOCKED",
        message: expect.stringContaining("cache of own.mark"),
      });
    });
  });
});
