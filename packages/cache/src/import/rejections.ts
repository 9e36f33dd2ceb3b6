/** A row that is none of the series, and why. */
export interface Rejection {
  /** Line of a text file, element of a JSON array; the first is 1. */
  readonly line: number;
  readonly reason: string;
}

const KEPT = 1000;

/** Counts rejected rows and keeps the first ones. */
export class Rejections {
  readonly #kept: Rejection[] = [];
  #count = 0;

  add(line: number, reason: string): void {
    this.#count++;
    if (this.#kept.length < KEPT) this.#kept.push({ line, reason });
  }

  get count(): number {
    return this.#count;
  }

  /** The first rejections in the order of their lines. */
  first(limit: number): readonly Rejection[] {
    return [...this.#kept].sort((a, b) => a.line - b.line).slice(0, limit);
  }
}
