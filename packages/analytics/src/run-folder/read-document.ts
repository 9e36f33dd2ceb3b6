import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { asSystemError } from "@powertrader/core/errors";
import { faultOf } from "@powertrader/core/files";
import type { z } from "zod";
import { brokenFolder } from "./broken-folder.ts";

/** No JSON document of a run is larger or deeper; a file that is was not written by a run. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 32;

/**
 * A JSON document of a run folder, or `undefined` when there is none.
 * @throws PtError E_RUN_FOLDER when it is there but cannot be used, E_PERM when it may not be read
 */
export function readDocument<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  const path = join(folder, name);
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES) {
      throw brokenFolder(path, "is larger than any run writes", "Check that this is a run folder.");
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw asSystemError(error, path);
  }
  try {
    const document: unknown = JSON.parse(text);
    if (isDeeperThan(MAX_DEPTH, document)) throw new Error("is nested too deeply");
    return schema.parse(document);
  } catch (error) {
    throw brokenFolder(path, faultOf(error), "The file was damaged or edited; run the backtest again.", error);
  }
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner));
}
