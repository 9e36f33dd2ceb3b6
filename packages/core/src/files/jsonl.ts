import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { asSystemError, PtError } from "../errors/index.ts";
import { faultOf } from "./fault.ts";

const FLUSH_AT = 64 * 1024;

/** Appends lines to a new file in large writes. Every line that was flushed is whole; call `close` at the end. */
export class JsonlWriter {
  readonly path: string;
  readonly #file: number;
  #pending = "";

  /** @throws PtError E_PERM when the file exists or cannot be made */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, "ax", 0o644);
    } catch (error) {
      throw asSystemError(error, path);
    }
  }

  /** @param line - one JSON document without a line end */
  append(line: string): void {
    this.#pending += line;
    this.#pending += "\n";
    if (this.#pending.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#pending === "") return;
    const bytes = Buffer.from(this.#pending, "utf8");
    this.#pending = "";
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
    } catch (error) {
      throw asSystemError(error, this.path);
    }
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.#file);
    }
  }
}

const CHUNK = 1 << 20;

/**
 * The lines of a JSONL file, without their ends. A last line without an end was torn by a crash and is left out.
 * @throws PtError E_FILE when the file cannot be read
 */
export function* readLines(path: string): Generator<string> {
  const file = attempt(path, () => openSync(path, "r"));
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let rest = Buffer.alloc(0);
    for (;;) {
      const size = attempt(path, () => readSync(file, chunk));
      if (size === 0) return;
      const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
      const end = bytes.lastIndexOf(0x0a);
      if (end >= 0) yield* bytes.toString("utf8", 0, end).split("\n");
      rest = Buffer.from(bytes.subarray(end + 1));
    }
  } finally {
    closeSync(file);
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new PtError("E_FILE", `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/**
 * Reads every line of `path` through `decode`, which may throw to say what is wrong with a line.
 * @throws PtError E_FILE naming file and line number
 */
export function readJsonl<T>(path: string, decode: (value: unknown) => T): T[] {
  const values: T[] = [];
  for (const line of readLines(path)) {
    try {
      values.push(decode(JSON.parse(line)));
    } catch (error) {
      throw new PtError("E_FILE", `${path}:${values.length + 1}: ${faultOf(error)}`, {
        hint: "The line does not follow docs/file-formats.md.",
        cause: error,
      });
    }
  }
  return values;
}
