import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { RUN_FILES } from "@powertrader/core/files";
import { type RunOutcome, readOutcome } from "./read-run.ts";

/** One run folder of the results folder: a run, or why it cannot be read as one. */
export interface ListedRun {
  /** Name inside the results folder. */
  readonly name: string;
  readonly path: string;
  readonly outcome: RunOutcome | undefined;
  readonly fault: string | undefined;
}

/**
 * All run folders of the results folder, the one whose result was written last first, unfinished ones by their own time.
 * @throws PtError E_RUN_FOLDER when there is no results folder
 */
export function listRuns(resultsDir: string): readonly ListedRun[] {
  return foldersIn(resultsDir).map(({ name, path }) => {
    try {
      return { name, path, outcome: readOutcome(path), fault: undefined };
    } catch (error) {
      return { name, path, outcome: undefined, fault: (error as Error).message };
    }
  });
}

/**
 * The run folder whose `result.json` was written last.
 * @throws PtError E_RUN_FOLDER when there is none
 */
export function latestRun(resultsDir: string): string {
  const latest = foldersIn(resultsDir).find((folder) => folder.hasResult);
  if (latest !== undefined) return latest.path;
  throw new PtError("E_RUN_FOLDER", `${resultsDir} holds no finished run`, {
    hint: "Make one, e.g. npx --no -- pt-replay --start-date 2024-01-01 --coins BTC,ETH",
    details: { folder: resultsDir },
  });
}

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly hasResult: boolean;
  readonly writtenMs: number;
}

function foldersIn(resultsDir: string): readonly Folder[] {
  let names: readonly string[];
  try {
    names = readdirSync(resultsDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asSystemError(error, resultsDir);
    throw new PtError("E_RUN_FOLDER", `there is no results folder ${resultsDir}`, {
      hint: "Run a backtest first, or name the folder with --results-dir.",
      details: { folder: resultsDir },
    });
  }
  const folders: Folder[] = [];
  for (const name of names) {
    const path = join(resultsDir, name);
    const own = statSync(path, { throwIfNoEntry: false });
    if (own?.isDirectory() !== true || name.startsWith(".") || !holdsRunFile(path)) continue;
    const result = statSync(join(path, RUN_FILES.result), { throwIfNoEntry: false });
    folders.push({ name, path, hasResult: result !== undefined, writtenMs: (result ?? own).mtimeMs });
  }
  return folders.sort((a, b) => b.writtenMs - a.writtenMs || (a.name < b.name ? 1 : -1));
}

/** Other folders may stand among the runs. One that cannot be looked into is listed, with the reason. */
function holdsRunFile(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => RUN_FILE_NAMES.has(name));
  } catch {
    return true;
  }
}

const RUN_FILE_NAMES: ReadonlySet<string> = new Set(Object.values(RUN_FILES));
