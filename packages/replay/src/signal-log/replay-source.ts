import type { SignalSource } from "@powertrader/core/strategy";
import type { DueSignals } from "./schedule-signals.ts";

/** The strategy of a run that replays signals, as it is recorded. */
export const REPLAY_SIGNALS = "replay-signals";

const NOTHING_DUE: DueSignals = { rows: [], signals: [] };

/** Says at each close what a file of signals says for it. */
export function createReplaySource(due: ReadonlyMap<string, DueSignals>): SignalSource {
  return {
    name: REPLAY_SIGNALS,
    warmUpBars: 0,
    watch(history) {
      const { rows, signals } = due.get(history.symbol) ?? NOTHING_DUE;
      let next = 0;
      let dueRow = rows[0];
      return () => {
        if (history.rowAt() !== dueRow) return undefined;
        dueRow = rows[next + 1];
        return signals[next++];
      };
    },
  };
}
