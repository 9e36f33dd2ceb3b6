import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

export function sha256(content: string | Uint8Array | readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  if (typeof content === "string" || content instanceof Uint8Array) hash.update(content);
  else for (const piece of content) hash.update(piece);
  return hash.digest("hex");
}

/** Feeds the bytes of a file into hashes, a megabyte at a time. */
export function hashFile(path: string, ...hashes: readonly Hash[]): void {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(1 << 20);
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      for (const hash of hashes) hash.update(chunk.subarray(0, size));
    }
  } finally {
    closeSync(file);
  }
}

export function sha256OfFile(path: string): string {
  const hash = createHash("sha256");
  hashFile(path, hash);
  return hash.digest("hex");
}
