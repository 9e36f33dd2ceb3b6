import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, unlinkSync, writevSync } from "node:fs";
import { open } from "node:fs/promises";
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
  const temporary = temporaryOf(path);
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

/**
 * As `writeFileAtomic` without syncing, while the caller goes on computing. The pieces must not change meanwhile; a
 * failure is told to whoever awaits.
 */
export async function writeFileInBackground(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    makeFolder(dirname(path));
    const file = await open(temporary, "wx", 0o644);
    try {
      for (let rest = [...pieces].filter(isFilled); rest.length > 0; ) {
        rest = afterBytes(rest, (await file.writev(rest)).bytesWritten);
      }
    } finally {
      await file.close();
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw asSystemError(error, path);
  }
}

/** What is left of the pieces once their first `count` bytes are written. */
function afterBytes(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  if (count === 0) throw diskFull("the disk took no more bytes");
  let written = count;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    const skipped = Math.min(written, piece.byteLength);
    written -= skipped;
    rest.push(piece.subarray(skipped));
  }
  return rest.filter(isFilled);
}

function isFilled(piece: Uint8Array): boolean {
  return piece.byteLength > 0;
}

function diskFull(message: string): Error {
  return Object.assign(new Error(message), { code: "ENOSPC" });
}

function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomUUID()}.tmp`);
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
        if (count === 0) throw diskFull("the disk took no more bytes");
        written += count;
      }
      size += piece.byteLength;
    }
    if (fstatSync(file).size !== size) throw diskFull("short write");
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
