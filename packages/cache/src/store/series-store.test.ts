import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CANDLE_ROWS, MAX_SEGMENT_ROWS, readSeries, segmentFileName } from "@powertrader/core/files";
import { type CandleColumns, HOUR_MS } from "@powertrader/core/market";
import { beforeEach, describe, expect, it } from "vitest";
import { candles, hours, inHours, prices, SERIES, stretch, T0, temporaryFolder } from "../fixtures/candles.ts";
import type { Batch } from "./series.ts";
import { SeriesStore } from "./series-store.ts";
import { tidyFolder } from "./tidy-folder.ts";

let cacheDir: string;
let folder: string;
let store: SeriesStore<CandleColumns>;

beforeEach(() => {
  cacheDir = temporaryFolder();
  folder = join(cacheDir, "own");
  store = reopen();
});

function reopen(): SeriesStore<CandleColumns> {
  return new SeriesStore(folder, CANDLE_ROWS, tidyFolder(folder, CANDLE_ROWS, T0).segments);
}

function batch(from: number, to: number, more: Partial<Batch> = {}): Batch {
  return {
    columns: stretch(from, to),
    covers: [hours(from, to)],
    askedEmpty: [],
    source: "import:a.csv",
    fetchedMs: T0,
    ...more,
  };
}

function segmentNames(): readonly string[] {
  return readdirSync(folder).filter((name) => /^BTC.*\d\.json$/.test(name));
}

function named(from: number, to: number): string {
  return segmentFileName({ ...SERIES, ...hours(from, to) });
}

function read() {
  return readSeries(cacheDir, "own", SERIES.symbol, SERIES.timeframe);
}

describe("SeriesStore", () => {
  it("stores a batch as a segment with sidecar and index", () => {
    expect(store.write(SERIES, batch(0, 24))).toEqual({ added: 24, revised: 0, outdated: 0, unchanged: 0 });
    expect(readdirSync(folder).sort()).toEqual([
      named(0, 24),
      named(0, 24).replace(".json", ".meta.json"),
      "cache_index.json",
    ]);
    expect(prices(read()?.columns)).toEqual(prices(stretch(0, 24)));
    expect(inHours(read()!.coverage)).toEqual([[0, 24]]);
    expect(JSON.parse(readFileSync(join(folder, "cache_index.json"), "utf8"))).toEqual({
      "BTC-USDT_1hour": [
        {
          start_ts: T0 / 1000,
          end_ts: T0 / 1000 + 24 * 3600,
          file: named(0, 24),
          candle_count: 24,
          created_at: T0 / 1000,
          source: "import:a.csv",
          sha256: store.segments[0]!.meta.sha256,
        },
      ],
    });
  });

  it("changes not a byte when the same comes again", () => {
    store.write(SERIES, batch(0, 24));
    const before = snapshot();
    expect(store.write(SERIES, batch(0, 24, { fetchedMs: T0 + 1000, source: "import:b.csv" }))).toEqual({
      added: 0,
      revised: 0,
      outdated: 0,
      unchanged: 24,
    });
    expect(reopen().write(SERIES, batch(3, 9))).toMatchObject({ unchanged: 6 });
    expect(snapshot()).toEqual(before);
  });

  it("makes the last segment longer when a batch of the same source follows", () => {
    store.write(SERIES, batch(0, 24));
    store.write(SERIES, batch(24, 30, { fetchedMs: T0 + 5000 }));
    expect(segmentNames()).toEqual([named(0, 30)]);
    expect(store.segments[0]!.meta).toMatchObject({ candle_count: 30, fetched_at: T0 / 1000 + 5 });
    expect(prices(read()?.columns)).toEqual(prices(stretch(0, 30)));
  });

  it("starts a new segment for another source and after a hole", () => {
    store.write(SERIES, batch(0, 4));
    store.write(SERIES, batch(4, 6, { source: "ccxt:kucoin" }));
    store.write(SERIES, batch(8, 10, { source: "ccxt:kucoin" }));
    expect(segmentNames()).toEqual([named(0, 4), named(4, 6), named(8, 10)]);
    expect(inHours(read()!.coverage)).toEqual([
      [0, 6],
      [8, 10],
    ]);
    expect(read()!.sources).toEqual(["ccxt:kucoin", "import:a.csv"]);
  });

  it("starts a new segment when the last would grow too long, and cuts long batches", () => {
    store.write(SERIES, batch(0, MAX_SEGMENT_ROWS + 10));
    store.write(SERIES, batch(MAX_SEGMENT_ROWS + 10, MAX_SEGMENT_ROWS + 20));
    store.write(SERIES, batch(MAX_SEGMENT_ROWS + 20, 2 * MAX_SEGMENT_ROWS + 1));
    expect(store.segmentsOf(SERIES).map(({ meta }) => meta.candle_count)).toEqual([
      MAX_SEGMENT_ROWS,
      20,
      MAX_SEGMENT_ROWS - 19,
    ]);
    expect(read()!.columns.length).toBe(2 * MAX_SEGMENT_ROWS + 1);
    expect(inHours(read()!.coverage)).toEqual([[0, 2 * MAX_SEGMENT_ROWS + 1]]);
  });

  it("cuts a segment in two when candles that fill its holes make it too long", () => {
    const odd = Array.from({ length: MAX_SEGMENT_ROWS }, (_, i) => [2 * i, 100] as const);
    const range = [hours(0, 2 * MAX_SEGMENT_ROWS)];
    store.write(SERIES, batch(0, 0, { columns: candles(...odd), covers: range }));
    store.write(SERIES, batch(0, 0, { columns: candles([1, 7], [2, 8]), covers: range, fetchedMs: T0 + 1 }));
    expect(store.segmentsOf(SERIES).map(({ meta }) => meta.candle_count)).toEqual([MAX_SEGMENT_ROWS, 1]);
    expect(prices(read()!.columns).slice(0, 3)).toEqual([
      [0, 100],
      [1, 7],
      [2, 8],
    ]);
    expect(overlapFree()).toBe(true);
  });

  it("takes the later copy of a candle, whichever batch comes first, and counts it", () => {
    const late = batch(2, 6, { columns: stretch(2, 6, 200), fetchedMs: T0 + 1, source: "import:b.csv" });
    store.write(SERIES, batch(0, 4));
    expect(store.write(SERIES, late)).toEqual({ added: 2, revised: 2, outdated: 0, unchanged: 0 });
    const expected = prices(read()!.columns);
    expect(store.segments.map(({ meta }) => [meta.revisions, meta.source])).toEqual([
      [2, "import:a.csv + import:b.csv"],
      [0, "import:b.csv"],
    ]);

    cacheDir = temporaryFolder();
    folder = join(cacheDir, "own");
    store = reopen();
    store.write(SERIES, late);
    expect(store.write(SERIES, batch(0, 4))).toEqual({ added: 2, revised: 0, outdated: 2, unchanged: 0 });
    expect(prices(read()!.columns)).toEqual(expected);
  });

  it("rewrites a segment under its name and says which bytes it replaces", () => {
    store.write(SERIES, batch(0, 4));
    const { sha256 } = store.segments[0]!.meta;
    store.write(SERIES, batch(0, 4, { columns: stretch(0, 4, 101) }));
    expect(segmentNames()).toEqual([named(0, 4)]);
    expect(store.segments[0]!.meta).toMatchObject({ replaces: sha256, revisions: 4, fetched_at: T0 / 1000 + 0.001 });
    expect(prices(read()!.columns)).toEqual(prices(stretch(0, 4, 101)));
    expect(reopen().segments[0]!.meta.replaces).toBeUndefined();
  });

  it("remembers what was asked for and is empty, until a candle turns up there", () => {
    const empty = batch(0, 0, { covers: [hours(0, 10)], askedEmpty: [hours(0, 10)] });
    expect(store.write(SERIES, empty)).toEqual({ added: 0, revised: 0, outdated: 0, unchanged: 0 });
    expect(inHours(store.coverage(SERIES))).toEqual([[0, 10]]);
    store.write(SERIES, batch(10, 12));
    expect(segmentNames()).toEqual([named(0, 12)]);
    store.write(SERIES, batch(4, 5));
    expect(store.segments[0]!.meta.asked_empty.map((pair) => pair.map((s) => (s * 1000 - T0) / HOUR_MS))).toEqual([
      [0, 4],
      [5, 10],
    ]);
    expect(store.firstOpenMs(SERIES)).toBe(hours(4, 5).fromMs);
  });

  it("records a confirmed hole in a segment whose candles stay as they are", () => {
    const columns = candles([0, 1], [3, 1]);
    store.write(SERIES, batch(0, 0, { columns, covers: [hours(0, 4)] }));
    const before = statSync(join(folder, named(0, 4))).mtimeMs;
    store.write(SERIES, batch(0, 0, { columns, covers: [hours(0, 4)], askedEmpty: [hours(1, 3)] }));
    expect(store.segments[0]!.meta.asked_empty).toHaveLength(1);
    expect(statSync(join(folder, named(0, 4))).mtimeMs).toBe(before);
  });

  it("keeps bars that open before the end of their segment and close after it", () => {
    const half = (from: number, to: number) => {
      const columns = stretch(from, to);
      for (let i = 0; i < columns.length; i++) columns.time[i]! += HOUR_MS / 2;
      return columns;
    };
    store.write(SERIES, batch(0, 4));
    store.write(SERIES, batch(0, 0, { columns: half(3, 6), covers: [hours(3.5, 6.5)] }));
    store.write(SERIES, batch(6.5, 8.5, { source: "import:c.csv" }));
    const times = prices(read()!.columns).map(([hour]) => hour);
    expect(times).toEqual([0, 1, 2, 3, 3.5, 4.5, 5.5, 6.5, 7.5]);
    expect(prices(readAfterTidy().columns).map(([hour]) => hour)).toEqual(times);
  });

  it("moves what is damaged aside and forgets that it was covered", () => {
    store.write(SERIES, batch(0, 4));
    store.write(SERIES, batch(6, 8));
    writeFileSync(join(folder, named(0, 4)), "[]");
    writeFileSync(join(folder, named(6, 8).replace(".json", ".meta.json")), "{");
    store = reopen();
    const names = store.dropDamaged(SERIES, T0 + 7);
    expect(names).toEqual([
      `${named(6, 8).replace(".json", ".meta.json")}.corrupt-${T0 + 7}`,
      `${named(0, 4)}.corrupt-${T0 + 7}`,
    ]);
    expect(store.coverage(SERIES)).toEqual([]);
    expect(read()).toBeUndefined();
    store.write(SERIES, batch(0, 8));
    expect(read()!.columns.length).toBe(8);
    expect(store.dropDamaged(SERIES, T0 + 8)).toEqual([]);
  });

  it("moves another program's segment of the same name aside before it writes its own", () => {
    store.write(SERIES, batch(20, 24));
    writeFileSync(join(folder, named(0, 4)), "[1]");
    store.write(SERIES, batch(0, 4));
    expect(readFileSync(join(folder, `${named(0, 4)}.replaced-${T0}`), "utf8")).toBe("[1]");
    expect(read()!.columns.length).toBe(8);
  });
});

function snapshot(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, `${statSync(join(folder, name)).mtimeMs} ${readFileSync(join(folder, name), "utf8")}`]),
  );
}

function readAfterTidy() {
  tidyFolder(folder, CANDLE_ROWS, T0);
  return read()!;
}

function overlapFree(): boolean {
  const segments = store.segmentsOf(SERIES);
  return segments.every((segment, i) => i === 0 || segments[i - 1]!.toMs <= segment.fromMs);
}
