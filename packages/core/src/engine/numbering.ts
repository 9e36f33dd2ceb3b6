/** `000` to `999`. */
const DIGITS = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));

/**
 * Numbers things of one kind: `<prefix>1`, `<prefix>2`, … Past the first thousand only every thousandth number is formatted:
 * V8 keeps the text of each number that is, and moves it at every collection.
 */
export class Numbering {
  readonly #prefix: string;
  #count = 0;
  /** The prefix and the thousands. */
  #head: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#head = prefix;
  }

  next(): string {
    const count = ++this.#count;
    const rest = count % 1000;
    if (rest === 0) this.#head = `${this.#prefix}${count / 1000}`;
    return count < 1000 ? this.#prefix + String(count) : this.#head + DIGITS[rest]!;
  }
}
