import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { shortTimeframe, WEEK_MS } from "@powertrader/core/market";
import { type Clock, formatDate, systemClock } from "@powertrader/core/time";
import {
  cutoffFolder,
  type ModelEntry,
  type ModelSettings,
  modelSettingsSchema,
  type PatternTimeframe,
} from "@powertrader/strategies/pattern-memory";
import { DEFAULT_MIN_CANDLES } from "./fit/adapt-threshold.ts";
import { fitModel } from "./fit/fit-model.ts";
import { findEarlierModel } from "./model-folder/earlier-model.ts";
import { modelTexts } from "./model-folder/model-texts.ts";
import { TrainerStatus } from "./model-folder/trainer-status.ts";
import { type WriteOutcome, writeModel } from "./model-folder/write-model.ts";
import { readTrainingData, type TrainingData, type TrainingSeries } from "./series/training-series.ts";
import { warmCommand } from "./series/warm-command.ts";

export interface TrainOptions {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly coin: string;
  readonly quote: string;
  /** Exclusive: only candles that had closed by then are looked at. */
  readonly cutoffMs: number;
  /** Models go to `<modelsDir>/<COIN>/<cutoff>/`. */
  readonly modelsDir: string;
  readonly settings?: Partial<ModelSettings>;
  /** Closed candles that every timeframe needs. */
  readonly minCandles?: number;
  /** Does not go on from an earlier model. The outcome is the same. */
  readonly fromScratch?: boolean;
  /** Replaces a model of the same cutoff that differs. */
  readonly force?: boolean;
  /** Whether the model survives power loss. True unless it dies with its run anyway. */
  readonly durable?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, timeframe: PatternTimeframe) => void;
  readonly clock?: Clock;
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
}

/** A training whose data is there and enough; nothing has been written. */
export interface PreparedTraining {
  readonly options: TrainOptions;
  readonly symbol: string;
  readonly data: TrainingData;
}

/**
 * Reads what a training needs.
 * @throws PtError E_CACHE_MISS, E_RANGE_NO_DATA, E_TRAIN_DATA or E_CACHE_CORRUPT
 */
export function prepareTraining(options: TrainOptions): PreparedTraining {
  const { cacheDir, exchange, coin, quote, cutoffMs } = options;
  const symbol = `${coin}-${quote}`;
  const data = readTrainingData({ cacheDir, exchange, symbol, cutoffMs });
  refuseTooFew(data.series, symbol, options);
  return { options, symbol, data };
}

/**
 * Learns and writes the model.
 * @throws PtError E_CANCELLED, E_OUT_EXISTS, E_DISK_FULL, E_PERM or E_IO; models that were there stand
 */
export async function runTraining({ options, symbol, data }: PreparedTraining): Promise<TrainReport> {
  const { coin, exchange, cutoffMs, modelsDir, signal, onProgress } = options;
  const settings = modelSettingsSchema.parse(options.settings ?? {});
  const cutoff = cutoffFolder(cutoffMs);
  const identity = { coin, symbol, exchange, cutoff, cutoff_ts: cutoffMs / 1000, settings };
  const head = { schema_version: 1, kind: "pattern-memory", ...identity, seed: null } as const;

  const coinFolder = join(modelsDir, coin);
  const status = new TrainerStatus(coinFolder, coin, cutoffMs, options.clock ?? systemClock);
  status.training();
  try {
    const earlier = options.fromScratch ? undefined : findEarlierModel(coinFolder, head, data.series);
    const learnt = await fitModel(data.series, {
      settings,
      ...(earlier && { earlier: earlier.fits }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    const { entries, ...texts } = modelTexts(head, data.series, learnt);
    const outcome = writeModel(coinFolder, texts, {
      force: options.force ?? false,
      durable: options.durable ?? true,
    });
    status.finished();
    data.keepColumns();
    const folder = join(coinFolder, cutoff);
    return { coin, symbol, folder, outcome, continuedFrom: earlier?.name, timeframes: entries, notes: data.notes };
  } catch (error) {
    status.failed(error);
    throw error;
  }
}

/**
 * A model of one coin from the candles in the cache that had closed by the cutoff. The same candles and settings give the same bytes,
 * whatever the machine, the time, and the models that were there before.
 * @throws PtError, see `prepareTraining` and `runTraining`
 */
export async function trainCoin(options: TrainOptions): Promise<TrainReport> {
  return runTraining(prepareTraining(options));
}

function refuseTooFew(series: readonly TrainingSeries[], symbol: string, options: TrainOptions): void {
  const { minCandles = DEFAULT_MIN_CANDLES, cutoffMs } = options;
  const short = series.filter(({ columns }) => columns.length < minCandles);
  if (short.length === 0) return;
  const numbers = short.map(({ timeframe, columns }) => `${columns.length} of ${shortTimeframe(timeframe)}`);
  const fewest = Math.min(...short.map(({ columns }) => columns.length));
  // Weeks are the longest, and the first one may not be whole.
  const enoughFromMs = cutoffMs - (minCandles + 2) * WEEK_MS;
  const less = fewest >= 2 ? `, or ask for less with --min-candles ${fewest}` : "";
  throw new PtError(
    "E_TRAIN_DATA",
    `${symbol}: every timeframe needs ${minCandles} closed candles before ${formatDate(cutoffMs)}, there are ${numbers.join(", ")}`,
    {
      hint: `Fetch earlier candles: ${warmCommand({ ...options, symbol }, enoughFromMs, cutoffMs)}${less}.`,
      details: {
        symbol,
        needed: minCandles,
        had: Object.fromEntries(series.map(({ timeframe, columns }) => [timeframe, columns.length])),
      },
    },
  );
}
