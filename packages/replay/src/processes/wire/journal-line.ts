/** How a run came to its end, as the last line of journal and account and the last state say it. */
export type EndStatus = "completed" | "ruined" | "cancelled";

/** A line of `journal.jsonl`: market data only, so that a signal source may run ahead of the account. */
export interface JournalLine {
  readonly run_id: string;
  /** From 1, plus one each. The line that ends the run repeats the last one. */
  readonly sequence: number;
  /** Close time of the bars, seconds: the present moment of the run. */
  readonly timestamp: number;
  /** Symbols of which a bar closes now, in `--coins` order. */
  readonly closed: readonly string[];
  /** Those whose warm-up is done: the thinker is asked about them. */
  readonly asked: readonly string[];
  /** Only in the last line. */
  readonly end?: EndStatus;
}
