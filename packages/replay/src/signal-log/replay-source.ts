import { timeframeMs } from "@powertrader/core/market";
import type { SignalSource } from "@powertrader/core/strategy";
import type { DueSignal } from "./schedule-signals.ts";

/** The strategy of a run that replays signals, as it is recorded. */
export const REPLAY_SIGNALS = "replay-signals";

/** Says at each close what a file of signals says for it. */
export function createReplaySource(due: ReadonlyMap<string, readonly DueSignal[]>): SignalSource {
  return {
    name: REPLAY_SIGNALS,
    warmUpBars: 0,
    watch(history) {
      const queue = due.get(history.symbol) ?? [];
      const lengthMs = timeframeMs(history.timeframe);
      let next = 0;
      return () => {
        const one = queue[next];
        if (one === undefined || one.closeMs !== history.time() + lengthMs) return undefined;
        next++;
        return one.signal;
      };
    },
  };
}
