import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, unlinkSync, writevSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { asSystemError } from "../errors/index.ts";
import { makeFolder } from "./make-folder.ts";

export interface AtomicWriteOptions {
  /** Whether to survive power loss (file and folder are synced). True unless the file dies with its run anyway. */
  readonly durable?: boolean;
}

/**
 * Replaces `path` with the given bytes, or leaves it as it was: a reader sees the old file or the new one, never a mix,
 * wherever the writer dies. Folders are made as needed. The temporary file is called `.<name>.<pid>.<uuid>.tmp`.
 *
 * @param content - text, bytes, or pieces that are written one after another
 * @throws PtError E_DISK_FULL, E_PERM or E_IO; the old file stands and nothing is left behind
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  options: AtomicWriteOptions = {},
): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomUUID()}.tmp`);
  try {
    makeFolder(folder);
    writeNew(temporary, piecesOf(content), options.durable ?? true);
    renameSync(temporary, path);
    if (options.durable ?? true) syncFolder(folder);
  } catch (error) {
    removeIfThere(temporary);
    throw asSystemError(error, path);
  }
}

function piecesOf(content: string | Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  if (typeof content === "string") return [Buffer.from(content, "utf8")];
  return content instanceof Uint8Array ? [content] : content;
}

/** Writes all bytes to a file that must not exist yet. A short write is repeated, its size checked at the end. */
function writeNew(path: string, pieces: readonly Uint8Array[], durable: boolean): void {
  const file = openSync(path, "wx", 0o644);
  try {
    let size = 0;
    for (const piece of pieces) {
      let written = 0;
      while (written < piece.byteLength) {
        const count = writevSync(file, [piece.subarray(written)]);
        if (count === 0) throw Object.assign(new Error("the disk took no more bytes"), { code: "ENOSPC" });
        written += count;
      }
      size += piece.byteLength;
    }
    if (fstatSync(file).size !== size) throw Object.assign(new Error("short write"), { code: "ENOSPC" });
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or has been renamed already.
  }
}
