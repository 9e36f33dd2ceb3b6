import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./is-alive.ts";

const TEMPORARY = /^\..+\.(\d+)\.[0-9a-f-]{36}\.tmp$/;

/**
 * Removes what writers that no longer live left behind in `folder` (see `writeFileAtomic`), files and whole folders of
 * any age. Those of living processes stay. Returns the names removed. A missing folder has none.
 */
export function sweepTemporaries(folder: string): readonly string[] {
  const orphans = namesIn(folder).filter((name) => {
    const owner = TEMPORARY.exec(name)?.[1];
    return owner !== undefined && !(Number(owner) !== process.pid && isAlive(Number(owner)));
  });
  for (const name of orphans) rmSync(join(folder, name), { recursive: true, force: true }); // another sweeper may have been first
  return orphans;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
