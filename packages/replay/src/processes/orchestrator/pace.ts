import { setTimeout as sleep } from "node:timers/promises";

const LONGEST_SLEEP_MS = 60_000;

/** Lets simulated time pass no faster than `speed` of its seconds in one of the wall's. */
export class Pace {
  readonly #speed: number;
  readonly #signal: AbortSignal | undefined;
  #startedMs = Number.NaN;
  #firstMs = Number.NaN;

  constructor(speed: number, signal: AbortSignal | undefined) {
    this.#speed = speed;
    this.#signal = signal;
  }

  /** Waits until the moment `timeMs` of the run has come; the first is now. Returns early when the run is cancelled. */
  async reach(timeMs: number): Promise<void> {
    if (Number.isNaN(this.#startedMs)) {
      this.#startedMs = performance.now();
      this.#firstMs = timeMs;
    }
    const dueMs = this.#startedMs + (timeMs - this.#firstMs) / this.#speed;
    for (let leftMs = dueMs - performance.now(); leftMs > 0; leftMs = dueMs - performance.now()) {
      try {
        await sleep(Math.min(leftMs, LONGEST_SLEEP_MS), undefined, this.#signal && { signal: this.#signal });
      } catch {
        return;
      }
    }
  }
}
