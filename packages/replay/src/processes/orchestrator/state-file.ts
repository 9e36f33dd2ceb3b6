import { join } from "node:path";
import type { Run } from "@powertrader/core/engine";
import { writeFileAtomic } from "@powertrader/core/files";
import { IPC_FILES } from "../wire/ipc-files.ts";
import type { EndStatus } from "../wire/journal-line.ts";

/** `backtest_state.json`: where the run is, for whoever looks. Readers see one whole state or the next. */
export class StateFile {
  readonly #path: string;
  readonly #runId: string;

  #publishedMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string, runId: string) {
    this.#path = join(folder, IPC_FILES.state);
    this.#runId = runId;
  }

  /** Time since the last state. */
  get ageMs(): number {
    return performance.now() - this.#publishedMs;
  }

  publish(run: Run, sequence: number, status: "ready" | "failed" | EndStatus): void {
    const prices: Record<string, unknown> = {};
    for (const { symbol, row, columns } of run.markets) {
      if (row < 0) continue;
      const coin = symbol.split("-", 1)[0]!;
      const { close, high, low, volume } = columns;
      prices[coin] = { close: close[row], high: high[row], low: low[row], volume: volume[row] };
    }
    const state = {
      run_id: this.#runId,
      sequence,
      timestamp: run.nowMs / 1000,
      prices,
      status,
      orchestrator_pid: process.pid,
    };
    this.#publishedMs = performance.now();
    // Not synced: it dies with its run.
    writeFileAtomic(this.#path, `${JSON.stringify(state)}\n`, { durable: false });
  }
}
