import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@powertrader/core/files";
import { DAY_MS, HOUR_MS, timeframeMs } from "@powertrader/core/market";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { timeframeFile } from "./load-model.ts";
import { encodeModelManifest, encodeTimeframeFile } from "./model-files.ts";
import { cutoffFolder } from "./model-folder.ts";
import { modelsInFolder } from "./models-in-folder.ts";
import { PatternMemory } from "./pattern-memory.ts";
import { PATTERN_TIMEFRAMES } from "./timeframe-model.ts";

const FIRST = Date.UTC(2024, 0, 8);

let models: string;
beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), "models-"));
});
afterEach(() => rmSync(models, { recursive: true }));

/** Writes a model that remembers nothing. */
function write(coin: string, cutoffMs: number): string {
  const folder = join(models, coin, cutoffFolder(cutoffMs));
  mkdirSync(folder, { recursive: true });
  const timeframes = PATTERN_TIMEFRAMES.map((timeframe) => {
    const text = encodeTimeframeFile({ timeframe, threshold: 1, patterns: 0, memory: PatternMemory.of([]) });
    writeFileSync(join(folder, timeframeFile(timeframe)), text);
    return {
      ...{ timeframe, file: timeframeFile(timeframe), sha256: sha256(text), made_of: "venue" as const },
      ...{ data_sha256: "0".repeat(64), candles: 1, first_candle_ts: 0, patterns: 0, memories: 0, threshold: 1 },
      last_candle_ts: (cutoffMs - timeframeMs(timeframe)) / 1000,
    };
  });
  const manifest = encodeModelManifest({
    ...{ schema_version: 1, kind: "pattern-memory", coin, symbol: `${coin}-USDT`, exchange: "kucoin", seed: null },
    ...{ cutoff: cutoffFolder(cutoffMs), cutoff_ts: cutoffMs / 1000, timeframes },
    settings: { weights: "learned", normalize_weights: false },
  });
  writeFileSync(join(folder, "manifest.json"), manifest);
  return folder;
}

describe("modelsInFolder", () => {
  const cutoffs = (...times: readonly number[]) => {
    const source = modelsInFolder(models);
    return times.map((nowMs) => source.modelAt("BTC-USDT", nowMs)?.cutoffMs);
  };

  it("gives the model with the latest cutoff that has been reached, wherever the clock is put", () => {
    const later = [FIRST + DAY_MS, FIRST + DAY_MS + 6 * HOUR_MS, FIRST + 2 * DAY_MS] as const;
    for (const cutoffMs of [FIRST, ...later]) write("BTC", cutoffMs);
    expect(cutoffs(FIRST - 1, FIRST, FIRST + DAY_MS - 1, later[0])).toEqual([undefined, FIRST, FIRST, later[0]]);
    expect(cutoffs(later[1] - 1, later[1], later[2] - 1, later[2] + 50 * DAY_MS)).toEqual([
      ...later.slice(0, 2),
      later[1],
      later[2],
    ]);
    expect(cutoffs(later[2], FIRST + 1, FIRST - 1, later[0])).toEqual([later[2], FIRST, undefined, later[0]]);
  });

  it("finds a model that appears while it is asked", () => {
    const source = modelsInFolder(models);
    expect(source.modelAt("BTC-USDT", FIRST)).toBeUndefined();
    write("BTC", FIRST);
    expect(source.modelAt("BTC-USDT", FIRST)).toMatchObject({ cutoffMs: FIRST, symbol: "BTC-USDT" });
    write("BTC", FIRST + HOUR_MS);
    expect(source.modelAt("BTC-USDT", FIRST + HOUR_MS)).toMatchObject({ cutoffMs: FIRST + HOUR_MS });
  });

  it("reads a model once, and keeps coins apart", () => {
    const folder = write("BTC", FIRST);
    write("ETH", FIRST + DAY_MS);
    const source = modelsInFolder(models);
    const model = source.modelAt("BTC-USDT", FIRST);
    rmSync(folder, { recursive: true });
    expect(source.modelAt("BTC-USDT", FIRST + 9 * DAY_MS)).toBe(model);
    expect(source.modelAt("ETH-USDT", FIRST)).toBeUndefined();
    expect(source.modelAt("ETH-USDT", FIRST + DAY_MS)).toMatchObject({ symbol: "ETH-USDT" });
  });

  it("passes over what is no model", () => {
    const folder = write("BTC", FIRST);
    const half = join(models, "BTC", "2024-01-09");
    mkdirSync(half);
    cpSync(folder, join(models, "BTC", ".2024-01-10.1.tmp"), { recursive: true });
    cpSync(folder, join(models, "BTC", "2024-01-10-copy"), { recursive: true });
    writeFileSync(join(models, "BTC", "current"), "2024-01-09\n");
    expect(cutoffs(FIRST + 20 * DAY_MS)).toEqual([FIRST]);
  });

  it("refuses a model that is broken instead of going on with an older one", () => {
    write("BTC", FIRST);
    writeFileSync(join(write("BTC", FIRST + DAY_MS), "1week.json"), "{}");
    expect(() => cutoffs(FIRST, FIRST + DAY_MS)).toThrow(expect.objectContaining({ code: "E_MODEL" }));
  });
});
