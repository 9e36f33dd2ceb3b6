import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@powertrader/core/files";
import { timeframeMs } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentModelFolder, loadModel, timeframeFile } from "./load-model.ts";
import { encodeModelManifest, encodeTimeframeFile, type ModelManifest } from "./model-files.ts";
import { cutoffFolder, parseCutoffFolder } from "./model-folder.ts";
import { type MemoryRecord, PatternMemory } from "./pattern-memory.ts";
import { predict } from "./predict.ts";
import { PATTERN_TIMEFRAMES, type PatternTimeframe } from "./timeframe-model.ts";

const CUTOFF = Date.UTC(2024, 0, 1);
const HASH = "0".repeat(64);

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "model-")), "BTC", "2024-01-01");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(join(folder, "../.."), { recursive: true }));

function recordsOf(timeframe: PatternTimeframe): readonly MemoryRecord[] {
  const random = createStream(1, timeframe);
  return Array.from({ length: 20 }, (_, i) => ({
    timeMs: CUTOFF - (i + 2) * timeframeMs(timeframe),
    body: random.normal(),
    close: random.normal(),
    high: random.uniform(),
    low: -random.uniform(),
    ...{ closeWeight: 1, highWeight: 1.25, lowWeight: 0.75 },
  }));
}

/** Writes a model; what is changed of its memories or manifest is written with the hashes that go with it. */
function write(
  changeRecords: (records: readonly MemoryRecord[], timeframe: PatternTimeframe) => readonly MemoryRecord[] = (all) =>
    all,
  changeManifest: (manifest: ModelManifest) => unknown = (manifest) => manifest,
): void {
  const timeframes = PATTERN_TIMEFRAMES.map((timeframe) => {
    const memory = PatternMemory.of(changeRecords(recordsOf(timeframe), timeframe));
    const text = encodeTimeframeFile({ timeframe, threshold: 5.25, patterns: 30, memory });
    writeFileSync(join(folder, timeframeFile(timeframe)), text);
    const lastMs = CUTOFF - timeframeMs(timeframe);
    return {
      ...({
        timeframe,
        file: timeframeFile(timeframe),
        sha256: sha256(text),
        made_of: "venue",
        data_sha256: HASH,
      } as const),
      ...{ candles: 31, first_candle_ts: 0, last_candle_ts: lastMs / 1000 },
      ...{ patterns: 30, memories: memory.length, threshold: 5.25 },
    };
  });
  const manifest: ModelManifest = {
    ...{ schema_version: 1, kind: "pattern-memory", coin: "BTC", symbol: "BTC-USDT", exchange: "kucoin" },
    ...{ cutoff: "2024-01-01", cutoff_ts: CUTOFF / 1000, seed: null, timeframes },
    settings: { weights: "learned", normalize_weights: false },
  };
  writeFileSync(join(folder, "manifest.json"), encodeModelManifest(changeManifest(manifest) as ModelManifest));
}

const refusal = (message: string | RegExp) =>
  expect.objectContaining({
    code: "E_MODEL",
    message: expect.stringMatching(message),
    hint: expect.stringContaining("pt-train"),
  });

describe("loadModel", () => {
  it("gives back what was written, ready to predict", () => {
    write();
    const model = loadModel(folder);
    expect(model).toMatchObject({ symbol: "BTC-USDT", exchange: "kucoin", cutoffMs: CUTOFF });
    for (const timeframe of PATTERN_TIMEFRAMES) {
      const { memory, threshold } = model.timeframes[timeframe];
      const records = [...recordsOf(timeframe)].sort((a, b) => a.body - b.body);
      expect(Array.from({ length: memory.length }, (_, row) => memory.at(row))).toEqual(records);
      expect(threshold).toBe(5.25);
      expect(predict(model.timeframes[timeframe], records[3]!.body, 100).isActive).toBe(true);
    }
  });

  it("hands the setting of the mean on to predictions", () => {
    write(undefined, (manifest) => ({ ...manifest, settings: { weights: "learned", normalize_weights: true } }));
    expect(loadModel(folder).timeframes["1day"].normalizeWeights).toBe(true);
  });

  it("takes no folder without a manifest, or without one of its files, for a model", () => {
    expect(() => loadModel(folder)).toThrow(refusal("there is no .*manifest.json"));
    write();
    rmSync(join(folder, "8hour.json"));
    expect(() => loadModel(folder)).toThrow(refusal("there is no .*8hour.json"));
  });

  it("sees every changed or missing byte of its files", () => {
    write();
    const random = createStream(7, "damage");
    for (let n = 0; n < 60; n++) {
      const path = join(folder, timeframeFile(PATTERN_TIMEFRAMES[n % 7]!));
      const bytes = readFileSync(path);
      const at = random.integer(0, bytes.length - 1);
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ (1 << random.integer(0, 7));
      writeFileSync(path, n % 3 === 0 ? bytes.subarray(0, at) : damaged);
      expect(() => loadModel(folder)).toThrow(refusal("sha256 is"));
      writeFileSync(path, bytes);
    }
    expect(() => loadModel(folder)).not.toThrow();
  });

  it("refuses a manifest that was cut anywhere", () => {
    write();
    const bytes = readFileSync(join(folder, "manifest.json"));
    for (let length = 0; length < bytes.length - 2; length += 97) {
      writeFileSync(join(folder, "manifest.json"), bytes.subarray(0, length));
      expect(() => loadModel(folder)).toThrow(refusal("manifest.json: "));
    }
  });

  it.each<[string, (manifest: ModelManifest) => unknown, RegExp]>([
    ["another version", (m) => ({ ...m, schema_version: 2 }), /schema_version/],
    ["another kind", (m) => ({ ...m, kind: "forest" }), /kind/],
    ["settings of another program", (m) => ({ ...m, settings: { ...m.settings, depth: 3 } }), /settings/],
    ["cutoffs that differ", (m) => ({ ...m, cutoff: "2025-01-01" }), /2025-01-01 and cutoff_ts 1704067200 differ/],
    ["a missing timeframe", (m) => ({ ...m, timeframes: m.timeframes.slice(1) }), /timeframes are 2hour/],
    ["no timeframes", (m) => ({ ...m, timeframes: [] }), /timeframes are none/],
    [
      "files elsewhere",
      (m) => ({ ...m, timeframes: m.timeframes.map((e) => ({ ...e, file: "../../../etc/passwd" })) }),
      /calls the file of 1hour/,
    ],
    ["other counts", (m) => ({ ...m, timeframes: m.timeframes.map((e) => ({ ...e, memories: 21 })) }), /20 memories/],
    [
      "other thresholds",
      (m) => ({ ...m, timeframes: m.timeframes.map((e) => ({ ...e, threshold: 6 })) }),
      /threshold is 5.25/,
    ],
    [
      "candles of its future",
      (m) => ({ ...m, timeframes: m.timeframes.map((e) => ({ ...e, last_candle_ts: CUTOFF / 1000 })) }),
      /after the cutoff/,
    ],
  ])("refuses a manifest with %s", (_what, change, message) => {
    write(undefined, change);
    expect(() => loadModel(folder)).toThrow(refusal(message));
  });

  it("refuses a memory whose outcome had not closed by the cutoff", () => {
    write((records, timeframe) =>
      timeframe === "1week"
        ? [...records, { ...records[0]!, timeMs: CUTOFF - 2 * timeframeMs("1week") + 1000 }]
        : records,
    );
    expect(() => loadModel(folder)).toThrow(refusal(/1week.json: memories.\d+ is younger than the cutoff/));
  });
});

describe("currentModelFolder", () => {
  it("follows the pointer of the coin, and no other text", () => {
    const models = join(folder, "../..");
    expect(() => currentModelFolder(models, "BTC")).toThrow(refusal("there is no .*current"));
    writeFileSync(join(models, "BTC/current"), "2024-01-01\n");
    expect(currentModelFolder(models, "btc")).toBe(folder);
    for (const text of ["", "../ETH/2024-01-01", "latest", "2024-02-30"]) {
      writeFileSync(join(models, "BTC/current"), text);
      expect(() => currentModelFolder(models, "BTC")).toThrow(refusal("names no folder of a model"));
    }
    expect(() => currentModelFolder(models, "../ETH")).toThrow(expect.objectContaining({ code: "E_SYMBOL" }));
  });
});

describe("names of folders", () => {
  it("are the cutoff without colons, and back", () => {
    for (const [cutoffMs, name] of [
      [CUTOFF, "2024-01-01"],
      [CUTOFF + 6 * 3_600_000 + 5000, "2024-01-01T060005Z"],
    ] as const) {
      expect(cutoffFolder(cutoffMs)).toBe(name);
      expect(parseCutoffFolder(name)).toBe(cutoffMs);
    }
    for (const name of [
      "",
      "current",
      "2024-13-01",
      "2024-01-01T000000Z",
      "2024-01-01T06:00:05Z",
      ".2024-01-01.1.tmp",
    ]) {
      expect(parseCutoffFolder(name)).toBeUndefined();
    }
  });
});
