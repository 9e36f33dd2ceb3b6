import { readdirSync } from "node:fs";
import { join } from "node:path";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { hashColumns } from "@powertrader/core/files";
import { sliceColumns } from "@powertrader/core/market";
import {
  loadModel,
  type ModelEntry,
  type ModelManifest,
  type PatternModel,
  type PatternTimeframe,
  parseCutoffFolder,
} from "@powertrader/strategies/pattern-memory";
import type { EarlierFit } from "../fit/timeframe-fit.ts";
import type { TrainingSeries } from "../series/training-series.ts";

/** A model that training can go on from. */
export interface EarlierModel {
  /** Name of its folder. */
  readonly name: string;
  /** The timeframes whose candles are the same as they were. */
  readonly fits: ReadonlyMap<PatternTimeframe, EarlierFit>;
}

/**
 * The latest sound model before a cutoff that was made with the same settings of the same venue. Of each timeframe it counts only
 * where the candles are still what they were then, so that going on gives what starting over would.
 */
export function findEarlierModel(
  coinFolder: string,
  wanted: Pick<ModelManifest, "symbol" | "exchange" | "settings" | "cutoff_ts">,
  series: readonly TrainingSeries[],
): EarlierModel | undefined {
  for (const name of earlierFolders(coinFolder, wanted.cutoff_ts * 1000)) {
    const model = soundModel(join(coinFolder, name));
    if (model === undefined || !isAlike(model.manifest, wanted)) continue;
    const fits = new Map(
      series.flatMap((one) => {
        const entry = model.manifest.timeframes.find(({ timeframe }) => timeframe === one.timeframe)!;
        return isContinuation(one, entry) ? [[one.timeframe, earlierFit(model, entry)] as const] : [];
      }),
    );
    return fits.size === 0 ? undefined : { name, fits };
  }
  return undefined;
}

/** Names of folders of earlier models, the latest first. */
function earlierFolders(coinFolder: string, cutoffMs: number): readonly string[] {
  return namesIn(coinFolder)
    .map((name) => ({ name, atMs: parseCutoffFolder(name) ?? Number.POSITIVE_INFINITY }))
    .filter(({ atMs }) => atMs < cutoffMs)
    .sort((a, b) => b.atMs - a.atMs)
    .map(({ name }) => name);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asSystemError(error, folder);
  }
}

function soundModel(folder: string): PatternModel | undefined {
  try {
    return loadModel(folder);
  } catch (error) {
    if (error instanceof PtError && error.code === "E_MODEL") return undefined;
    throw error;
  }
}

function isAlike(manifest: ModelManifest, wanted: Pick<ModelManifest, "symbol" | "exchange" | "settings">): boolean {
  return (
    manifest.symbol === wanted.symbol &&
    manifest.exchange === wanted.exchange &&
    JSON.stringify(manifest.settings) === JSON.stringify(wanted.settings)
  );
}

function isContinuation({ columns, madeOf }: TrainingSeries, entry: ModelEntry): boolean {
  if (madeOf !== entry.made_of || entry.candles > columns.length) return false;
  return hashColumns(sliceColumns(columns, 0, entry.candles)) === entry.data_sha256;
}

function earlierFit({ timeframes }: PatternModel, entry: ModelEntry): EarlierFit {
  const { timeframe, threshold, memory } = timeframes[entry.timeframe];
  return { learnt: { timeframe, threshold, memory, patterns: entry.patterns }, candles: entry.candles };
}
