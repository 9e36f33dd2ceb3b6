import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { writeFileAtomic } from "@powertrader/core/files";

/**
 * Refuses files that are there already, and one file for two things, before any work is done.
 * @throws PtError E_OUT_EXISTS or E_USAGE
 */
export function refuseOverwrite(paths: readonly (string | undefined)[]): void {
  const wanted = paths.filter((path) => path !== undefined);
  const taken = wanted.find((path) => existsSync(path));
  if (taken !== undefined) {
    throw new PtError("E_OUT_EXISTS", `${taken} exists already`, { hint: "Choose another file, or remove it first." });
  }
  const places = wanted.map((path) => resolve(path));
  if (new Set(places).size < places.length) {
    throw new PtError("E_USAGE", `${wanted[0]} is asked for twice`, { hint: "Give every output a file of its own." });
  }
}

/** Writes lines to a file, all of them or none. */
export function writeLines(path: string, lines: readonly string[]): void {
  writeFileAtomic(path, lines.map((line) => `${line}\n`).join(""));
}
