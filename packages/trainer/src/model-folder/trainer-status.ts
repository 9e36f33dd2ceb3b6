import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { writeFileAtomic } from "@powertrader/core/files";
import type { Clock } from "@powertrader/core/time";
import { MODEL_FILES } from "@powertrader/strategies/pattern-memory";

/** Keeps `trainer_status.json` in the folder of a coin: what the trainer is doing by the wall clock. */
export class TrainerStatus {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #facts: Readonly<Record<string, unknown>>;

  constructor(coinFolder: string, coin: string, cutoffMs: number, clock: Clock) {
    this.#path = join(coinFolder, MODEL_FILES.status);
    this.#clock = clock;
    this.#facts = { coin, train_until_ts: cutoffMs / 1000, started_at: this.#now() };
  }

  training(): void {
    this.#write({ state: "TRAINING" });
  }

  finished(): void {
    this.#write({ state: "FINISHED", finished_at: this.#now() });
  }

  /** Says how it ended; whatever prevents that is less important than the failure itself. */
  failed(error: unknown): void {
    const code = error instanceof PtError ? error.code : "E_BUG";
    try {
      this.#write({ state: code === "E_CANCELLED" ? "CANCELLED" : "FAILED", finished_at: this.#now(), error: code });
    } catch {
      // The disk may be what failed.
    }
  }

  #now(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }

  #write(state: Readonly<Record<string, unknown>>): void {
    const status = { ...this.#facts, ...state, timestamp: this.#now() };
    writeFileAtomic(this.#path, `${JSON.stringify(status)}\n`, { durable: false });
  }
}
