/** The only source of "now". Nothing on the decision path reads the wall clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  nowMs(): number;
}

/** The wall clock, for programs that talk to the outside world. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that stands still until the replay moves it, and never goes back. */
export class ReplayClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** @throws RangeError when `timeMs` lies before now */
  advanceTo(timeMs: number): void {
    if (timeMs < this.#nowMs) throw new RangeError(`replay clock cannot go back from ${this.#nowMs} to ${timeMs}`);
    this.#nowMs = timeMs;
  }
}
