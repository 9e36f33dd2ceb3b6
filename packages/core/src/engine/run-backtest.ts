import { closePosition } from "./close-position.ts";
import { cancelWorking } from "./place-orders.ts";
import { nextTickMs, type Run } from "./run.ts";
import { recordTick, step } from "./step.ts";

const PROGRESS_EVERY = 50;
const ABORT_EVERY = 100;

export interface Progress {
  /** Ticks done. */
  readonly bar: number;
  /** Ticks in all. */
  readonly bars: number;
  readonly nowMs: number;
  /** Equity minus initial capital, quote currency. */
  readonly pnl: number;
  readonly trades: number;
  /** Winning share of closed trades, `undefined` before the first. */
  readonly winRate: number | undefined;
}

export interface DriveOptions {
  /** Called every 50 bars and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  /** Looked at every 100 bars; the tick under way is finished first. */
  readonly signal?: AbortSignal;
  /** Called every 100 bars; returns a promise when the event loop should get its turn (only the caller sees wall time). */
  readonly breathe?: () => Promise<void> | undefined;
}

/** Runs all ticks, then settles the end of the run. The run's `status` says how it ended. */
export async function runBacktest(run: Run, options: DriveOptions = {}): Promise<void> {
  const { onProgress, signal, breathe } = options;
  const bars = run.curve.timeMs.length - 1;
  let bar = 0;
  let nowMs = nextTickMs(run.markets);
  while (nowMs < Infinity && run.status === "running") {
    step(run, nowMs);
    bar++;
    if (bar % PROGRESS_EVERY === 0) {
      if (onProgress !== undefined) onProgress(progressOf(run, bar, bars, nowMs));
      if (bar % ABORT_EVERY === 0) {
        if (breathe !== undefined) {
          const turn = breathe();
          if (turn !== undefined) await turn;
        }
        if (signal?.aborted) run.status = "cancelled";
      }
    }
    nowMs = nextTickMs(run.markets);
  }
  if (run.status === "running") finish(run);
  if (onProgress !== undefined && bar > 0) onProgress(progressOf(run, bar, bars, run.curve.timeMs[bar]!));
}

/** Orders of the last bar expire; with `closeAtEnd` positions are closed at the last close, as far as its volume goes. */
function finish(run: Run): void {
  const { curve } = run;
  const nowMs = curve.timeMs[curve.length - 1]!;
  for (const market of run.markets) cancelWorking(run, market, "expired", "end_of_run", nowMs);
  if (run.settings.closeAtEnd && curve.length > 1) {
    for (const market of run.markets) {
      if (!market.hasBar) continue;
      closePosition(run, market, nowMs, "end_of_run");
      cancelWorking(run, market, "expired", "end_of_run", nowMs);
    }
    recordTick(run, nowMs);
  }
  run.status = "completed";
}

function progressOf(run: Run, bar: number, bars: number, nowMs: number): Progress {
  return {
    bar,
    bars,
    nowMs,
    pnl: run.equity - run.settings.initialCapital,
    trades: run.trades,
    winRate: run.trades === 0 ? undefined : run.winningTrades / run.trades,
  };
}
