import type { HistoryView } from "./history-view.ts";
import type { SignalDraft } from "./signal.ts";

/** The first half of a strategy: market data in, opinions out. It knows nothing of positions or money. */
export interface SignalSource {
  /** Written into signals as their `strategy`. */
  readonly name: string;
  /**
   * Bars of the run's own timeframe that a coin must have behind its decision bar before the source is asked about it.
   * Who looks at a longer timeframe counts it in with `barsForHigher`.
   */
  readonly warmUpBars: number;
  /** Called once per coin before the first tick, in `--coins` order. */
  watch(history: HistoryView): BarWatcher;
}

/**
 * Called at the close of each bar of its coin, coins in `--coins` order.
 * Returns the opinion of this bar, or `undefined` for none.
 */
export type BarWatcher = () => SignalDraft | undefined;
