/** The only source of "now". Nothing on the decision path reads the wall clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  nowMs(): number;
}

/** The wall clock, for programs that talk to the outside world. */
export const systemClock: Clock = { nowMs: () => Date.now() };
