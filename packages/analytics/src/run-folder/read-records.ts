import { existsSync } from "node:fs";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { readJsonl } from "@powertrader/core/files";
import { brokenFolder } from "./broken-folder.ts";

/**
 * All lines of a JSONL file of a run folder, or `undefined` when there is no such file.
 * @throws PtError E_RUN_FOLDER naming file and line
 */
export function readRecords<T>(folder: string, name: string, decode: (value: unknown) => T): readonly T[] | undefined {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  try {
    return readJsonl(path, decode);
  } catch (error) {
    throw asBrokenFolder(error);
  }
}

/** A file that a codec refused is a broken run folder; the message already names file and line. */
export function asBrokenFolder(error: unknown): unknown {
  if (!(error instanceof PtError) || error.code !== "E_FILE") return error;
  const [, path, what] = /^(.+?:\d+): (.*)$/s.exec(error.message) ?? [undefined, undefined, error.message];
  const hint = "The file was damaged or edited; run the backtest again.";
  return path === undefined
    ? new PtError("E_RUN_FOLDER", what!, { hint, cause: error })
    : brokenFolder(path, what!, hint, error);
}
