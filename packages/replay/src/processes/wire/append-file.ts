import { closeSync, openSync, writeSync } from "node:fs";
import { asSystemError } from "@powertrader/core/errors";

/** Appends to a file that others may append to as well: what is pending goes out in one write. */
export class AppendFile {
  readonly #path: string;
  readonly #file: number;
  #pending = "";

  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, "a", 0o644);
    } catch (error) {
      throw asSystemError(error, path);
    }
  }

  /** @param line - with its end */
  add(line: string): void {
    this.#pending += line;
  }

  flush(): void {
    if (this.#pending === "") return;
    let rest: Uint8Array = Buffer.from(this.#pending, "utf8");
    this.#pending = "";
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#file, rest));
    } catch (error) {
      throw asSystemError(error, this.#path);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
