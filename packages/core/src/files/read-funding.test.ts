import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOUR_MS, type Timeframe } from "../market/index.ts";
import { encodeFundingSegment } from "./funding-rows.ts";
import { sha256 } from "./hash.ts";
import { openSeries } from "./read-cache.ts";
import { readFunding } from "./read-funding.ts";
import { metaFileName, type SegmentMeta, segmentFileName } from "./segment.ts";
import { seriesFolder } from "./series-kind.ts";

let cacheDir: string;
let folder: string;
beforeEach(() => {
  cacheDir = mkdtempSync(path.join(tmpdir(), "cache-"));
  folder = path.join(cacheDir, seriesFolder("binance", "funding"));
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

/** Commits settlements, hour and rate, as the segment of hours `from` to `to`. Returns its path. */
function commit(
  [from, to]: readonly [number, number],
  rates: readonly (readonly [hour: number, rate: number])[],
  meta: Partial<SegmentMeta> = {},
  timeframe: Timeframe = "8hour",
): string {
  const name = { symbol: "BTC-USDT", timeframe, fromMs: from * HOUR_MS, toMs: to * HOUR_MS };
  const file = path.join(folder, segmentFileName(name));
  const json = encodeFundingSegment({
    length: rates.length,
    time: Float64Array.from(rates, ([hour]) => hour * HOUR_MS),
    rate: Float64Array.from(rates, ([, rate]) => rate),
  });
  const sidecar = {
    ...{ sha256: sha256(json), fetched_at: 1000, source: "import:a.csv", covers: [[from * 3600, to * 3600]] },
    ...{ asked_empty: [], revisions: 0, ...meta },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, json);
  writeFileSync(metaFileName(file), JSON.stringify(sidecar));
  return file;
}

function read() {
  const funding = readFunding(cacheDir, "binance", "BTC-USDT");
  if (funding === undefined) return undefined;
  return Array.from(funding.timeMs, (timeMs, i) => [timeMs / HOUR_MS, funding.rate[i]!]);
}

describe("readFunding", () => {
  it("gives what was committed, with coverage and sources", () => {
    commit(
      [0, 16],
      [
        [0, 0.0001],
        [8, -0.0002],
      ],
    );
    commit([24, 32], [[24, 0.0003]], { source: "import:b.csv" });
    expect(readFunding(cacheDir, "binance", "BTC-USDT")).toEqual({
      timeMs: Float64Array.of(0, 8 * HOUR_MS, 24 * HOUR_MS),
      rate: Float64Array.of(0.0001, -0.0002, 0.0003),
      coverage: [
        { fromMs: 0, toMs: 16 * HOUR_MS },
        { fromMs: 24 * HOUR_MS, toMs: 32 * HOUR_MS },
      ],
      sources: ["import:a.csv", "import:b.csv"],
    });
  });

  it("joins intervals, for venues change them; the later fetch of a settlement is right", () => {
    commit(
      [0, 16],
      [
        [0, 0.1],
        [8, 0.2],
      ],
    );
    commit(
      [8, 16],
      [
        [8, 0.3],
        [12, 0.4],
      ],
      { fetched_at: 2000 },
      "4hour",
    );
    expect(read()).toEqual([
      [0, 0.1],
      [8, 0.3],
      [12, 0.4],
    ]);
  });

  it("knows nothing of other symbols, exchanges and kinds", () => {
    expect(read()).toBeUndefined();
    commit([0, 8], [[0, 0.1]]);
    expect(readFunding(cacheDir, "binance", "ETH-USDT")).toBeUndefined();
    expect(readFunding(cacheDir, "kucoin", "BTC-USDT")).toBeUndefined();
    expect(openSeries(cacheDir, "binance", "BTC-USDT", "8hour")).toBeUndefined();
  });

  it("names the file that is damaged, and leaves nothing behind", () => {
    const file = commit([0, 8], [[0, 0.1]]);
    writeFileSync(file, "[]");
    expect(read).toThrow(expect.objectContaining({ code: "E_CACHE_CORRUPT", details: { file } }));
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it("takes no candles for funding", () => {
    const json = '[\n{"time":0,"open":1,"close":1,"high":1,"low":1,"volume":0}\n]\n';
    const file = commit([0, 8], [], { sha256: sha256(json) });
    writeFileSync(file, json);
    expect(read).toThrow(/row 0 is not a settlement/);
  });
});
