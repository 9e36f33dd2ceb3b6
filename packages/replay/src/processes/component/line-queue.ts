import { PtError } from "@powertrader/core/errors";
import { faultOf } from "@powertrader/core/files";
import { TailReader } from "../wire/tail-reader.ts";

/** The lines of a file that grows, taken one by one by who knows how many there are. */
export class LineQueue<T> {
  readonly #path: string;
  readonly #decode: (value: unknown) => T;
  readonly #tail: TailReader;
  #lines: readonly string[] = [];
  #next = 0;

  constructor(path: string, decode: (value: unknown) => T) {
    this.#path = path;
    this.#decode = decode;
    this.#tail = new TailReader(path);
  }

  /** @throws PtError E_PROTOCOL when there is none, or it does not follow its contract */
  next(): T {
    if (this.#next === this.#lines.length) {
      this.#lines = this.#tail.read();
      this.#next = 0;
    }
    const line = this.#lines[this.#next++];
    if (line === undefined) throw new PtError("E_PROTOCOL", `${this.#path}: a line that was announced is not there`);
    try {
      return this.#decode(JSON.parse(line));
    } catch (error) {
      throw new PtError("E_PROTOCOL", `${this.#path}: ${faultOf(error)}`, { cause: error });
    }
  }
}
