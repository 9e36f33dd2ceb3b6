import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PtError } from "../errors/index.ts";

/**
 * The file of a `pt-*` program in a package that is installed beside the caller's: a program may start any other,
 * also one whose package it must not import.
 *
 * @param from - `import.meta.url` of the caller
 * @throws PtError E_NOT_BUILT when the package is not there
 */
export function findProgram(packageName: string, program: string, from: string): string {
  const folders = createRequire(from).resolve.paths(packageName) ?? [];
  for (const folder of folders.map((path) => join(path, packageName))) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin?: Record<string, string> };
    const file = bin?.[program];
    if (file !== undefined) return join(folder, file);
  }
  throw new PtError("E_NOT_BUILT", `${program} is not installed`, { hint: "Run npm run setup." });
}
