import { join } from "node:path";
import { sha256 } from "@powertrader/core/files";
import { timeframeMs } from "@powertrader/core/market";
import { type Clock, systemClock } from "@powertrader/core/time";
import {
  cutoffFolder,
  type ModelEntry,
  type ModelSettings,
  modelSettingsSchema,
  type PatternModel,
  type PatternTimeframe,
  type TimeframeFile,
} from "@powertrader/strategies/pattern-memory";
import { DEFAULT_MIN_CANDLES } from "./fit/adapt-threshold.ts";
import { fitModel } from "./fit/fit-model.ts";
import { type EarlierModel, findEarlierModel } from "./model-folder/earlier-model.ts";
import { modelTexts } from "./model-folder/model-texts.ts";
import { TrainerStatus } from "./model-folder/trainer-status.ts";
import { type WriteOutcome, writeModel } from "./model-folder/write-model.ts";
import { TrainingCandles, type TrainingData, type TrainingSeries } from "./series/training-series.ts";

export interface TrainerOptions {
  readonly exchange: string;
  readonly coin: string;
  /** Models go to `<modelsDir>/<COIN>/<cutoff>/`. */
  readonly modelsDir: string;
  readonly settings?: Partial<ModelSettings>;
  /** Closed candles that every timeframe needs. */
  readonly minCandles?: number | undefined;
  /** Does not go on from an earlier model. The outcome is the same. */
  readonly fromScratch?: boolean;
  /** Replaces a model of the same cutoff that differs. */
  readonly force?: boolean;
  /** Whether the model survives power loss. True unless it dies with its run anyway. */
  readonly durable?: boolean;
  readonly clock?: Clock;
}

export interface TrainControl {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, timeframe: PatternTimeframe) => void;
}

export interface TrainReport {
  readonly coin: string;
  readonly symbol: string;
  readonly folder: string;
  readonly outcome: WriteOutcome;
  /** Name of the folder of the earlier model that training went on from. */
  readonly continuedFrom: string | undefined;
  readonly timeframes: readonly ModelEntry[];
  readonly notes: readonly string[];
  /** sha256 of `manifest.json`, which has the hashes of all else. */
  readonly modelHash: string;
  /** The close of the last candle that was learnt from, epoch milliseconds: at or before the cutoff. */
  readonly lastClosedMs: number;
  /** What was learnt. It holds until the trainer trains again. */
  readonly model: Pick<PatternModel, "cutoffMs" | "timeframes">;
}

/** A training whose data is there and enough; nothing has been written. */
export interface PreparedTraining extends TrainingData {
  /** Exclusive: only candles that had closed by then are looked at. */
  readonly cutoffMs: number;
}

/** A training as it ended. */
interface Trained {
  readonly name: string;
  readonly series: readonly TrainingSeries[];
  readonly learnt: readonly TimeframeFile[];
}

/**
 * Trains models of one coin from the candles in the cache, which are read once. The same candles and settings give the
 * same bytes, whatever the machine, the time, and the models that were there before.
 */
export class CoinTrainer {
  readonly symbol: string;
  readonly #options: TrainerOptions;
  readonly #settings: ModelSettings;
  readonly #candles: TrainingCandles;
  #last: Trained | undefined;

  constructor(options: TrainerOptions, candles: TrainingCandles) {
    this.symbol = candles.symbol;
    this.#options = options;
    this.#settings = modelSettingsSchema.parse(options.settings ?? {});
    this.#candles = candles;
  }

  /**
   * What a training with this cutoff would learn from.
   * @throws PtError E_CACHE_MISS, E_RANGE_NO_DATA or E_TRAIN_DATA
   */
  prepare(cutoffMs: number): PreparedTraining {
    return { ...this.#candles.until(cutoffMs, this.#options.minCandles ?? DEFAULT_MIN_CANDLES), cutoffMs };
  }

  /**
   * Learns and writes the model. It goes on from the last training, or from the latest earlier model in the folder.
   * @throws PtError E_CANCELLED, E_OUT_EXISTS, E_DISK_FULL, E_PERM or E_IO; models that were there stand
   */
  async train({ cutoffMs, series, notes }: PreparedTraining, control: TrainControl = {}): Promise<TrainReport> {
    const { coin, exchange, modelsDir, clock = systemClock, force = false, durable = true } = this.#options;
    const { symbol } = this;
    const cutoff = cutoffFolder(cutoffMs);
    const identity = { coin, symbol, exchange, cutoff, cutoff_ts: cutoffMs / 1000, settings: this.#settings };
    const head = { schema_version: 1, kind: "pattern-memory", ...identity, seed: null } as const;

    const coinFolder = join(modelsDir, coin);
    const status = new TrainerStatus(coinFolder, coin, cutoffMs, clock);
    status.training();
    try {
      const earlier = this.#earlier(coinFolder, head, series);
      // What was learnt is continued in place: should that fail, it is no longer what it was.
      this.#last = undefined;
      const learnt = await fitModel(series, {
        ...control,
        settings: this.#settings,
        ...(earlier && { earlier: earlier.fits }),
      });
      const { entries, ...texts } = modelTexts(head, series, learnt);
      const outcome = writeModel(coinFolder, texts, { force, durable });
      status.finished();
      this.#candles.keepColumns();
      this.#last = { name: cutoff, series, learnt };
      return {
        coin,
        symbol,
        folder: join(coinFolder, cutoff),
        outcome,
        continuedFrom: earlier?.name,
        timeframes: entries,
        notes,
        modelHash: sha256(texts.manifest),
        lastClosedMs: Math.max(...entries.map((one) => one.last_candle_ts * 1000 + timeframeMs(one.timeframe))),
        model: { cutoffMs, timeframes: modelsOf(learnt, this.#settings) },
      };
    } catch (error) {
      status.failed(error);
      throw error;
    }
  }

  #earlier(
    coinFolder: string,
    head: Parameters<typeof findEarlierModel>[1],
    series: readonly TrainingSeries[],
  ): EarlierModel | undefined {
    if (this.#last !== undefined) return continued(this.#last, series);
    return this.#options.fromScratch ? undefined : findEarlierModel(coinFolder, head, series);
  }
}

export interface TrainOptions extends TrainerOptions, TrainControl {
  readonly cacheDir: string;
  readonly quote: string;
  readonly cutoffMs: number;
}

/** Trains one model, see `CoinTrainer`. */
export async function trainCoin(options: TrainOptions): Promise<TrainReport> {
  const { coin, quote, cutoffMs } = options;
  const trainer = new CoinTrainer(options, new TrainingCandles({ ...options, symbol: `${coin}-${quote}` }, cutoffMs));
  return trainer.train(trainer.prepare(cutoffMs), options);
}

/** What the last training leaves to go on from: of each timeframe, if its candles are still those and perhaps more. */
function continued({ name, series: before, learnt }: Trained, series: readonly TrainingSeries[]): EarlierModel {
  const fits = series.flatMap(({ timeframe, columns, madeOf }, i) => {
    const last = before[i]!;
    const candles = last.columns.length;
    const isSame =
      madeOf === last.madeOf &&
      candles <= columns.length &&
      (candles === 0 || columns.time[candles - 1] === last.columns.time[candles - 1]);
    return isSame ? [[timeframe, { learnt: learnt[i]!, candles }] as const] : [];
  });
  return { name, fits: new Map(fits) };
}

function modelsOf(learnt: readonly TimeframeFile[], settings: ModelSettings): PatternModel["timeframes"] {
  return Object.fromEntries(
    learnt.map(({ timeframe, threshold, memory }) => [
      timeframe,
      { timeframe, threshold, memory, normalizeWeights: settings.normalize_weights },
    ]),
  ) as PatternModel["timeframes"];
}
