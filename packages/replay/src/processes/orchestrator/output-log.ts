import { closeSync, openSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";

const CAP_BYTES = 1 << 20;
const LAST_LINES = 20;
const LINE_CHARS = 1000;

/** Captures what a component prints. Everything is read, so that it never waits for us; the file has a largest size. */
export class OutputLog {
  readonly #file: number;
  #room = CAP_BYTES;
  #stderr = "";

  constructor(path: string) {
    this.#file = openSync(path, "a", 0o644);
  }

  take(stdout: Readable, stderr: Readable): void {
    stdout.on("data", (bytes: Buffer) => this.#write(bytes));
    stderr.on("data", (bytes: Buffer) => {
      this.#write(bytes);
      this.#stderr = (this.#stderr + bytes.toString("utf8")).slice(-LAST_LINES * LINE_CHARS);
    });
  }

  /** The last lines of stderr, the oldest first. */
  lastLines(): readonly string[] {
    return this.#stderr
      .split("\n")
      .filter((line) => line !== "")
      .slice(-LAST_LINES)
      .map((line) => line.slice(0, LINE_CHARS));
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(bytes: Buffer): void {
    if (this.#room <= 0) return;
    try {
      writeSync(this.#file, bytes.subarray(0, this.#room));
      if (bytes.length > this.#room) writeSync(this.#file, `\n… what came after ${CAP_BYTES} bytes is left out\n`);
    } catch {
      // A log that cannot be written is no reason to end a run: what counts is written elsewhere.
    }
    this.#room -= bytes.length;
  }
}
