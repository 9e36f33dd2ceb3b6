import type { EndStatus } from "./journal-line.ts";

/** What a trader knows of one symbol. */
export interface MarketState {
  readonly mark: number;
  /** Signed base quantity of the position without a name. */
  readonly qty: number;
  /** Signed quantities of positions that the trader has named; only where there are any. */
  readonly positions?: Readonly<Record<string, number>>;
  /** What working orders are about to do; only where one works. */
  readonly pursuit?: "long" | "short" | "close";
}

/** A line of `account.jsonl`: what the trader is asked about. */
export interface AccountLine {
  readonly run_id: string;
  readonly sequence: number;
  /** Seconds. */
  readonly timestamp: number;
  readonly equity: number;
  readonly cash: number;
  /** How many further lines of the run folder's `signals.jsonl` are of this tick. */
  readonly signals: number;
  /** What happened since the last line, in its order: `f` the next line of `sim_fills.jsonl`, `e` of `order_events.jsonl`. */
  readonly told: string;
  readonly markets: Readonly<Record<string, MarketState>>;
  /** Only in the last line, which asks for nothing. */
  readonly end?: EndStatus;
}
