import { join } from "node:path";
import type { ResolvedSettings } from "@powertrader/core/config";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { readInputs } from "./read-inputs.ts";
import { newRunDir, refuseUsedFolder } from "./run-folder.ts";

/** Where on this machine a run reads from, and whether it keeps what it read: what it takes to do it once more. */
export interface RunPlace {
  readonly cacheDir: string;
  readonly model: string | undefined;
  /** The file of `--signals`. */
  readonly signals: string | undefined;
  /** Whether the bars are kept in the run folder. */
  readonly bars: boolean;
}

/** A run, and the folder it will have. */
export interface PlannedRun {
  readonly prepared: PreparedRun;
  readonly folder: string;
  readonly inputs: RunPlace;
  /** Tells it from the others of the command; empty when it is the only one. */
  readonly label: string;
}

/**
 * Plans one run for each of `settings`, which differ in their risk profile only: what they read is read once. Several
 * runs have a folder each, named after the profile inside the one that was asked for.
 * @param signalsFile - what decides with `mode: replay-signals`
 * @throws PtError for anything an operator can mend; the disk is untouched
 */
export function planRuns(
  settings: readonly [ResolvedSettings, ...ResolvedSettings[]],
  signalsFile: string | undefined,
): readonly PlannedRun[] {
  const [first, ...others] = settings;
  if (first.outputDir !== undefined) refuseUsedFolder(first.outputDir);
  const inputs = readInputs(first, signalsFile);
  return settings.map((one) => {
    const label = others.length === 0 ? "" : String(one.config.risk.profile);
    const place = { cacheDir: one.cacheDir, model: one.modelDir, signals: signalsFile, bars: one.bars };
    return { prepared: prepareRun(one, inputs), folder: folderOf(one, label), inputs: place, label };
  });
}

function folderOf({ outputDir }: ResolvedSettings, label: string): string {
  if (outputDir === undefined) return newRunDir(Date.now());
  return label === "" ? outputDir : join(outputDir, label);
}
