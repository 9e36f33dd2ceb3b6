import { closeSync, openSync, readSync } from "node:fs";

const CHUNK = 64 * 1024;
const LINE_END = 0x0a;

/** Reads what is appended to a file, line by line, on one open descriptor. A line without its end is not there yet. */
export class TailReader {
  readonly #path: string;
  #file: number | undefined;
  #chunk: Buffer<ArrayBuffer> = Buffer.allocUnsafe(CHUNK);
  /** Bytes at the start of `#chunk` that belong to a line under way. */
  #held = 0;

  /** @param path - may not exist yet */
  constructor(path: string) {
    this.#path = path;
  }

  /** The lines that were completed since the last call, without their ends. */
  read(): readonly string[] {
    if (!this.#isOpen()) return [];
    let lines: string[] | undefined;
    for (;;) {
      if (this.#held === this.#chunk.length) this.#chunk = Buffer.concat([this.#chunk], this.#chunk.length * 2);
      const room = this.#chunk.length - this.#held;
      const size = readSync(this.#file!, this.#chunk, this.#held, room, null);
      if (size === 0) return lines ?? [];
      const filled = this.#held + size;
      const end = this.#chunk.lastIndexOf(LINE_END, filled - 1);
      if (end < 0) {
        this.#held = filled;
      } else {
        const found = this.#chunk.toString("utf8", 0, end).split("\n");
        lines = lines === undefined ? found : lines.concat(found);
        this.#chunk.copyWithin(0, end + 1, filled);
        this.#held = filled - end - 1;
      }
      if (size < room) return lines ?? [];
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #isOpen(): boolean {
    if (this.#file !== undefined) return true;
    try {
      this.#file = openSync(this.#path, "r");
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  }
}
