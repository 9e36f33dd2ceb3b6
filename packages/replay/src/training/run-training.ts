import type { CandlesEntry, ModelRecord, ResolvedSettings } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { hashColumns } from "@powertrader/core/files";
import { DAY_MS, type TimeRange, timeframeMs } from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";
import { retrainSchedule } from "@powertrader/core/walk-forward";
import type { TrainingPlan } from "@powertrader/strategies";
import { DEFAULT_MIN_CANDLES, TrainingCandles } from "@powertrader/trainer";
import { type GivenModels, readGivenModels } from "./given-models.ts";

/** How the models of a run come about: they are given, or they are trained when it is time. */
export interface RunTraining {
  readonly plan: TrainingPlan;
  /** Cutoffs, ascending; none with models that are given. */
  readonly cutoffs: readonly number[];
  /** Of each symbol what it is trained on, in their order; none with models that are given. */
  readonly candles: readonly TrainingCandles[];
  readonly given: GivenModels | undefined;
  /** What `config.json` says of the candles, up to the last cutoff. */
  readonly data: readonly CandlesEntry[] | undefined;
  readonly records: readonly ModelRecord[] | undefined;
  readonly notes: readonly string[];
}

/**
 * Settles how the models of a strategy come about, and that there is enough for the first of them.
 * @throws PtError E_MODEL, or E_CACHE_MISS, E_RANGE_NO_DATA, E_TRAIN_DATA with the numbers; nothing is written
 */
export function openTraining(
  resolved: ResolvedSettings,
  plan: TrainingPlan,
  symbols: readonly string[],
  range: TimeRange,
): RunTraining {
  const { config, cacheDir, modelDir } = resolved;
  if (modelDir !== undefined) return withGiven(modelDir, resolved, plan, symbols, range);
  refuseRecordedModels(resolved);
  const intervalMs = config.walk_forward ? config.retrain_interval * DAY_MS : range.toMs - range.fromMs + 1;
  // The last tick is at the end of the range: a training that is due then comes before it.
  const cutoffs = retrainSchedule({ startMs: range.fromMs, endMs: range.toMs + 1, intervalMs });
  const minCandles = plan.minCandles ?? DEFAULT_MIN_CANDLES;
  const candles = symbols.map(
    (symbol) =>
      new TrainingCandles(
        {
          cacheDir,
          exchange: config.exchange,
          symbol,
          longerFrom: config.higher_timeframes,
          shorter: timeframeMs(config.timeframe) < timeframeMs("1hour") ? config.timeframe : undefined,
          minCandlesFlag: "--param min_candles=",
        },
        range.fromMs,
      ),
  );
  const first = candles.map((one) => one.until(cutoffs[0]!, minCandles));
  const last = cutoffs.length === 1 ? first : candles.map((one) => one.until(cutoffs.at(-1)!, minCandles));
  const data = last.flatMap(({ series }, i) =>
    series.map(
      ({ timeframe, columns, madeOf }): CandlesEntry => ({
        symbol: symbols[i]!,
        timeframe,
        rows: columns.length,
        source: madeOf === "venue" ? "cache" : `made of ${madeOf}`,
        sha256: hashColumns(columns),
      }),
    ),
  );
  const notes = [...first.flatMap((one) => one.notes), ...staleNote(cutoffs, plan, range)];
  return { plan, cutoffs, candles, given: undefined, data, records: undefined, notes };
}

function withGiven(
  modelDir: string,
  { config }: ResolvedSettings,
  plan: TrainingPlan,
  symbols: readonly string[],
  range: TimeRange,
): RunTraining {
  const given = readGivenModels(modelDir, symbols, range.fromMs + timeframeMs(config.timeframe));
  for (const { symbol, sha256 } of config.models ?? []) {
    const found = given.entries.find((one) => one.symbol === symbol);
    if (found === undefined || found.sha256 === sha256) continue;
    throw new PtError("E_DATA_CHANGED", `${modelDir}: the model of ${symbol} is not that of the recorded run`, {
      hint: "Name the models of that run, or drop `models` from the configuration to accept these.",
      details: { symbol, recorded: sha256, found: found.sha256 },
    });
  }
  const made = given.models.flatMap(({ symbol, manifest }) => mixedKinds(symbol, manifest.timeframes, config));
  return {
    plan,
    cutoffs: [],
    candles: [],
    given,
    data: undefined,
    records: given.entries,
    notes: [
      ...made,
      ...staleNote(
        given.models.map(({ cutoffMs }) => cutoffMs).sort((a, b) => a - b),
        plan,
        range,
      ),
    ],
  };
}

/** Says from when on, at first, no model is young enough to be listened to. */
function staleNote(
  cutoffs: readonly number[],
  { freshDays }: TrainingPlan,
  { fromMs, toMs }: TimeRange,
): readonly string[] {
  const endOf = (i: number) => cutoffs[i + 1] ?? toMs;
  const stale = cutoffs.findIndex((cutoffMs, i) => endOf(i) > cutoffMs + freshDays * DAY_MS);
  if (stale === -1) return [];
  const sinceMs = Math.max(fromMs, cutoffs[stale]! + freshDays * DAY_MS);
  return [
    `a model older than ${freshDays} days says nothing any more: from ${formatDate(sinceMs)} on nothing is started; train more often (--retrain-interval), or --param freshness_days=`,
  ];
}

/** The run shows a strategy longer candles of one kind; a model that learnt from the other is noted. */
function mixedKinds(
  symbol: string,
  entries: readonly { readonly timeframe: string; readonly made_of: string }[],
  { higher_timeframes: kind, timeframe: base }: ResolvedSettings["config"],
): readonly string[] {
  const isStored = kind === "stored";
  const other = entries.filter((one) => one.timeframe !== base && (one.made_of === "venue") !== isStored);
  const longer = other.filter(({ timeframe }) => timeframe !== "1hour").map(({ timeframe }) => timeframe);
  if (longer.length === 0) return [];
  const [learnt, shown, advice] = isStored
    ? ["made of hours", "those of the venue", "aggregate"]
    : ["of the venue", "made of the run's candles", "stored"];
  return [
    `${symbol}: the model learnt ${longer.join(", ")} from candles ${learnt}, the run shows ${shown}; --higher-timeframes ${advice} shows the same kind`,
  ];
}

/** @throws PtError when the recorded run was given models and this one is not */
function refuseRecordedModels({ config, origin }: ResolvedSettings): void {
  const [first] = config.models ?? [];
  if (first === undefined || /^(--|PT_)/.test(origin.get("strategy") ?? "")) return;
  throw new PtError(
    "E_MODEL",
    `the recorded run was given models (${first.symbol} until ${formatDate(first.cutoff_ts * 1000)})`,
    { hint: "Name their folder with --model, or drop `models` from the configuration to train new ones." },
  );
}
