import { readFileSync } from "node:fs";
import { join } from "node:path";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { faultOf, sha256 } from "@powertrader/core/files";
import { parseCoin, timeframeMs } from "@powertrader/core/market";
import { cutoffAllows } from "@powertrader/core/walk-forward";
import {
  decodeTimeframeFile,
  type ModelEntry,
  type ModelManifest,
  modelManifestSchema,
  type TimeframeFile,
} from "./model-files.ts";
import { cutoffFolder, MODEL_FILES, parseCutoffFolder } from "./model-folder.ts";
import type { ModelSettings } from "./model-settings.ts";
import { PATTERN_TIMEFRAMES, type PatternTimeframe, type TimeframeModel } from "./timeframe-model.ts";

/** A model that knows nothing from its cutoff on. */
export interface PatternModel {
  readonly symbol: string;
  readonly exchange: string;
  /** Every candle that it has learnt from had closed by then. */
  readonly cutoffMs: number;
  readonly settings: ModelSettings;
  readonly timeframes: Readonly<Record<PatternTimeframe, TimeframeModel>>;
  readonly manifest: ModelManifest;
  /** `manifest.json` as it stands. */
  readonly manifestText: string;
}

/**
 * Reads the folder of one model and checks it: every file against its hash in the manifest, every memory against the cutoff.
 * @throws PtError E_MODEL naming the file and what is wrong with it
 */
export function loadModel(folder: string): PatternModel {
  const { manifest, manifestText } = readManifest(folder);
  const { settings } = manifest;
  const timeframes = Object.fromEntries(
    manifest.timeframes.map((entry) => {
      const { timeframe, threshold, memory } = readTimeframe(folder, entry, manifest);
      return [timeframe, { timeframe, threshold, memory, normalizeWeights: settings.normalize_weights }];
    }),
  ) as Record<PatternTimeframe, TimeframeModel>;
  const { symbol, exchange } = manifest;
  return { symbol, exchange, cutoffMs: manifest.cutoff_ts * 1000, settings, timeframes, manifest, manifestText };
}

/**
 * The folder of the model of a coin that was trained last.
 * @param modelsDir - what `pt-train --output` wrote to
 * @throws PtError E_MODEL when there is none
 */
export function currentModelFolder(modelsDir: string, coin: string): string {
  const folder = join(modelsDir, parseCoin(coin));
  const path = join(folder, MODEL_FILES.current);
  return attempt(path, () => {
    const name = readFileSync(path, "utf8").trim();
    if (parseCutoffFolder(name) === undefined) throw new Error("it names no folder of a model");
    return join(folder, name);
  });
}

function readManifest(folder: string): Pick<PatternModel, "manifest" | "manifestText"> {
  const path = join(folder, MODEL_FILES.manifest);
  return attempt(path, () => {
    const manifestText = readFileSync(path, "utf8");
    const manifest = modelManifestSchema.parse(JSON.parse(manifestText));
    if (manifest.cutoff !== cutoffFolder(manifest.cutoff_ts * 1000)) {
      throw new Error(`cutoff ${manifest.cutoff} and cutoff_ts ${manifest.cutoff_ts} differ`);
    }
    const names = manifest.timeframes.map(({ timeframe }) => timeframe).join(" ");
    const wanted = PATTERN_TIMEFRAMES.join(" ");
    if (names !== wanted) throw new Error(`its timeframes are ${names || "none"}, not ${wanted}`);
    return { manifest, manifestText };
  });
}

function readTimeframe(folder: string, entry: ModelEntry, manifest: ModelManifest): TimeframeFile {
  const path = join(folder, timeframeFile(entry.timeframe));
  return attempt(path, () => {
    if (entry.file !== timeframeFile(entry.timeframe)) {
      throw new Error(`the manifest calls the file of ${entry.timeframe} ${JSON.stringify(entry.file)}`);
    }
    const bytes = readFileSync(path);
    const hash = sha256(bytes);
    if (hash !== entry.sha256) throw new Error(`sha256 is ${hash}, the manifest says ${entry.sha256}`);
    const file = decodeTimeframeFile(bytes.toString("utf8"));
    refuseContradictions(file, entry, manifest.cutoff_ts * 1000);
    return file;
  });
}

/** File name of what was learnt of one timeframe. */
export function timeframeFile(timeframe: PatternTimeframe): string {
  return `${timeframe}.json`;
}

function refuseContradictions(file: TimeframeFile, entry: ModelEntry, cutoffMs: number): void {
  for (const name of ["timeframe", "threshold", "patterns"] as const) {
    if (file[name] !== entry[name]) throw new Error(`${name} is ${file[name]}, the manifest says ${entry[name]}`);
  }
  const { memory, timeframe } = file;
  if (memory.length !== entry.memories) {
    throw new Error(`it has ${memory.length} memories, the manifest says ${entry.memories}`);
  }
  const lengthMs = timeframeMs(timeframe);
  if (!cutoffAllows(entry.last_candle_ts * 1000, lengthMs, cutoffMs))
    throw new Error("its last candle closed after the cutoff");
  for (let row = 0; row < memory.length; row++) {
    // The pattern, and the candle after it that says what came.
    if (!cutoffAllows(memory.at(row).timeMs + lengthMs, lengthMs, cutoffMs)) {
      throw new Error(`memories.${row} is younger than the cutoff`);
    }
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PtError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const failure = asSystemError(error, path);
    if (failure !== error && !isMissing) throw failure;
    throw new PtError("E_MODEL", isMissing ? `there is no ${path}` : `${path}: ${faultOf(error)}`, {
      hint: "Train the model again (pt-train), or name another folder.",
      details: { path },
      cause: error,
    });
  }
}
