/** Says that everything up to a sequence is answered, and perhaps that nothing will come of quiet ticks. */
export type Answer = (sequence: number, timestamp: number, isIdle?: boolean) => void;

/** One half of a decision, as the loop of its process drives it. */
export interface Half {
  /** The last sequence it has dealt with. */
  readonly sequence: number;
  /**
   * Deals with everything that has been published since the last call, and says `answer` once its own lines for a
   * sequence are written. Returns `over` when the run has ended, `idle` when there was nothing new.
   */
  advance(answer: Answer): "busy" | "idle" | "over";
  close(): void;
}
