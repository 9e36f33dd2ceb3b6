import { basename, join } from "node:path";
import type { Appointments } from "@powertrader/core/engine";
import { RUN_FILES } from "@powertrader/core/files";
import type { EventLog } from "@powertrader/core/log";
import { CoinTrainer, type TrainReport } from "@powertrader/trainer";
import type { RunModels } from "./run-models.ts";
import type { RunTraining } from "./run-training.ts";

export interface RetrainingOptions {
  readonly exchange: string;
  /** The run's. */
  readonly folder: string;
  /** Where they are in force once they are trained. */
  readonly models: RunModels;
  readonly log: EventLog;
  readonly signal?: AbortSignal;
}

/** The trainings of one run: every coin before the first tick, and again whenever a cutoff has come. */
export class Retraining implements Appointments {
  readonly #options: RetrainingOptions;
  readonly #cutoffs: readonly number[];
  readonly #trainers: readonly CoinTrainer[];
  #next = 0;
  /** The replay's clock, not the wall's: what is written is the same every time. */
  #nowMs = Number.NaN;

  constructor({ plan, cutoffs, candles }: RunTraining, options: RetrainingOptions) {
    const { exchange, folder } = options;
    const modelsDir = join(folder, RUN_FILES.models);
    this.#options = options;
    this.#cutoffs = cutoffs;
    this.#trainers = candles.map((one) => {
      const coin = one.symbol.split("-", 1)[0]!;
      const { settings, minCandles } = plan;
      // The folder is the run's own: a model that lies there is none of ours, and dies with the run.
      const clock = { nowMs: () => this.#nowMs };
      const own = { fromScratch: true, force: true, durable: false, clock };
      return new CoinTrainer({ exchange, coin, modelsDir, settings, minCandles, ...own }, one);
    });
  }

  get dueMs(): number {
    return this.#cutoffs[this.#next] ?? Number.POSITIVE_INFINITY;
  }

  async keep(): Promise<void> {
    const cutoffMs = this.#cutoffs[this.#next++]!;
    this.#nowMs = cutoffMs;
    const { models, signal } = this.#options;
    for (const trainer of this.#trainers) {
      const report = await trainer.train(trainer.prepare(cutoffMs), signal && { signal });
      models.put(trainer.symbol, report.model);
      this.#log(report);
    }
  }

  #log({ symbol, coin, folder, modelHash, lastClosedMs, model, timeframes, continuedFrom }: TrainReport): void {
    this.#options.log.info({
      event: "training",
      symbol,
      cutoff_ts: model.cutoffMs / 1000,
      last_closed_ts: lastClosedMs / 1000,
      model_hash: modelHash,
      model: `${RUN_FILES.models}/${coin}/${basename(folder)}`,
      continued_from: continuedFrom ?? null,
      candles: Object.fromEntries(timeframes.map((one) => [one.timeframe, one.candles])),
      memories: Object.fromEntries(timeframes.map((one) => [one.timeframe, one.memories])),
    });
  }
}
