import { readdirSync } from "node:fs";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { parseExchange } from "@powertrader/core/market";

/** The exchanges that have a folder in the cache, by name. A cache that is not there has none. */
export function exchangesIn(cacheDir: string): readonly string[] {
  try {
    const entries = readdirSync(cacheDir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && isExchange(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asSystemError(error, cacheDir);
  }
}

function isExchange(name: string): boolean {
  try {
    return parseExchange(name) === name;
  } catch (error) {
    if (error instanceof PtError) return false;
    throw error;
  }
}
