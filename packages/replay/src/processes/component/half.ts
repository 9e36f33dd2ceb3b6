/** One half of a decision, as the loop of its process drives it. */
export interface Half {
  /** The last sequence it has dealt with. */
  readonly sequence: number;
  /**
   * Deals with everything that has been published since the last call, and says `answer` once its own lines for a
   * sequence are written. Returns `over` when the run has ended, `idle` when there was nothing new.
   */
  advance(answer: (sequence: number, timestamp: number) => void): "busy" | "idle" | "over";
  close(): void;
}
