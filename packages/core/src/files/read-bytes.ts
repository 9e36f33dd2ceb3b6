import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/**
 * The whole file in a buffer of its own, aligned for typed arrays (a pooled Buffer may not be).
 * @throws the system's error when it cannot be read
 */
export function readBytes(path: string): ArrayBuffer {
  const file = openSync(path, "r");
  try {
    const bytes = new ArrayBuffer(fstatSync(file).size);
    const view = new Uint8Array(bytes);
    let read = 0;
    while (read < view.length) {
      const size = readSync(file, view, read, view.length - read, null);
      if (size === 0) break;
      read += size;
    }
    return read === view.length ? bytes : bytes.slice(0, read);
  } finally {
    closeSync(file);
  }
}
