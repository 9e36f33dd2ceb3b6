import { isCalm, runCalmTicks } from "./calm-ticks.ts";
import { closePositions } from "./close-positions.ts";
import { cancelOrders } from "./place-orders.ts";
import type { Run } from "./run.ts";
import { step } from "./step.ts";
import type { Timeline } from "./timeline.ts";

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

/** Work between ticks that the run waits for: training, for example. */
export interface Appointments {
  /** The moment of the next, which is kept before the first tick at or after it; `Infinity` when none is left. */
  readonly dueMs: number;
  /** Keeps the next, after which `dueMs` is another. */
  keep(): Promise<void>;
}

/** Who hears of ticks once they are done. */
export interface TickListener {
  /** The first moment of which it wants to hear; of ticks before it is told nothing. */
  readonly dueMs: number;
  /** Called after the first tick at or after `dueMs`, which is another afterwards or not. */
  onTick(run: Run): void;
}

export interface DriveOptions {
  readonly appointments?: Appointments;
  readonly listener?: TickListener;
  /** Called every 50 bars and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  /** Looked at every 100 bars or more often; the tick under way is finished first. */
  readonly signal?: AbortSignal;
  /** Called every 100 bars or more often; returns a promise when the event loop should get its turn (only the caller sees wall time). */
  readonly breathe?: () => Promise<void> | undefined;
}

/** Runs all ticks, then settles the end of the run. The run's `status` says how it ended. */
export async function runBacktest(run: Run, options: DriveOptions = {}): Promise<void> {
  const { appointments, listener, onProgress, signal, breathe } = options;
  const { timeline } = run;
  let bar = 0;
  while (run.status === "running" && bar < timeline.length) {
    if (appointments !== undefined && timeline.at(bar) >= appointments.dueMs) {
      await appointments.keep();
      continue;
    }
    bar = runTicks(run, bar, appointments?.dueMs ?? Infinity, listener);
    if (bar % PROGRESS_EVERY !== 0) continue;
    onProgress?.(progressOf(run, bar));
    if (bar % ABORT_EVERY !== 0) continue;
    const turn = breathe?.();
    if (turn !== undefined) await turn;
    if (signal?.aborted) run.status = "cancelled";
  }
  if (run.status === "running") finishRun(run);
  run.policy.onEnd?.(run);
  onProgress?.(progressOf(run, bar));
}

/** Runs ticks from tick `from` on, up to the next progress or the moment `dueMs`; returns the tick that is next. */
function runTicks(run: Run, from: number, dueMs: number, listener: TickListener | undefined): number {
  const { timeline } = run;
  const to = timeline.firstAt(dueMs, from, Math.min(from - (from % PROGRESS_EVERY) + PROGRESS_EVERY, timeline.length));
  let tick = from;
  while (tick < to && run.status === "running") {
    const calmTo = isCalm(run) ? calmUntil(timeline, tick, to, listener) : tick;
    if (calmTo > tick) {
      tick = runCalmTicks(run, tick, calmTo);
      continue;
    }
    run.nowMs = timeline.at(tick++);
    step(run);
    tell(listener, run);
  }
  return tick;
}

/** The first of the ticks `[from, to)` that a listener wants to hear of; `to` when none is. */
function calmUntil(timeline: Timeline, from: number, to: number, listener: TickListener | undefined): number {
  if (listener === undefined) return to;
  return timeline.at(from) >= listener.dueMs ? from : timeline.firstAt(listener.dueMs, from, to);
}

/** Tells a listener of the present tick, if it wants to hear of it. */
export function tell(listener: TickListener | undefined, run: Run): void {
  if (listener !== undefined && run.nowMs >= listener.dueMs) listener.onTick(run);
}

/** Orders of the last bar expire; with `closeAtEnd` positions are closed at the last close, as far as its volume goes. */
export function finishRun(run: Run): void {
  for (const market of run.markets) cancelOrders(run, market, "expired", "end_of_run");
  if (run.settings.closeAtEnd) {
    for (const market of run.markets) {
      if (!market.hasBar) continue;
      closePositions(run, market, "end_of_run");
      cancelOrders(run, market, "expired", "end_of_run");
    }
    run.revalue();
    run.curve.amend(run.equity, run.cash);
  }
  run.status = "completed";
}

export function progressOf(run: Run, bar: number): Progress {
  return {
    bar,
    bars: run.timeline.length,
    nowMs: run.nowMs,
    pnl: run.equity - run.settings.initialCapital,
    trades: run.trades,
    winRate: run.trades === 0 ? undefined : run.winningTrades / run.trades,
  };
}
