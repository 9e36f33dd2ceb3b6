import { statSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, RUN_FILES, sha256OfFile } from "@powertrader/core/files";

/** Names of the files of a run that are missing or have other bytes than when its manifest was written. */
export function changedFiles(folder: string, { files }: Manifest): readonly string[] {
  return Object.values(RUN_FILES).filter(
    (name) => Object.hasOwn(files, name) && hashOf(join(folder, name)) !== files[name],
  );
}

/** `undefined` for what is no file or cannot be read: whoever needs it says why. */
function hashOf(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? sha256OfFile(path) : undefined;
  } catch {
    return undefined;
  }
}
