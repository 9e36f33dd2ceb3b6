/** What a strategy thinks of a symbol. `close` means: hold nothing. */
export type Direction = "long" | "short" | "close";

/** An opinion as a strategy states it; the run adds identity and time. */
export interface SignalDraft {
  /** Where it has one already, because it was made elsewhere; the run numbers the others. */
  readonly signalId?: string | undefined;
  /** Who made it, where that is not the source. */
  readonly strategy?: string | undefined;
  readonly direction: Direction;
  /** Conviction in [0, 1]; 1 when absent. */
  readonly strength?: number | undefined;
  /** Fraction of equity for an entry, instead of the run's `--size`. */
  readonly size?: number | undefined;
  readonly stopLoss?: number | undefined;
  readonly takeProfit?: number | undefined;
  readonly tag?: string | undefined;
  /** Why, in words for the reader of the run folder. */
  readonly reason?: string | undefined;
  /** Numbers behind the opinion. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A signal with its place in the run. One opinion per symbol and tick. */
export interface Signal {
  /** `<SYMBOL>-s<n>` */
  readonly signalId: string;
  /** Close of the bar that made it, epoch milliseconds. */
  readonly tsMs: number;
  readonly strategy: string;
  readonly symbol: string;
  readonly direction: Direction;
  readonly strength: number;
  readonly size: number | undefined;
  readonly stopLoss: number | undefined;
  readonly takeProfit: number | undefined;
  readonly tag: string | undefined;
  readonly reason: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}
