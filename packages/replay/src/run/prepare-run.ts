import { type ResolvedSettings, type RunConfig, toExecutionModel, toExitPlan } from "@powertrader/core/config";
import type { RunSettings, Series } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { type RiskConfig, riskConfigSchema, toRiskSettings } from "@powertrader/core/risk";
import type { SignalSource, TraderPolicy } from "@powertrader/core/strategy";
import { createSignalPolicy } from "@powertrader/core/strategy";
import { formatDate } from "@powertrader/core/time";
import { RunModels } from "../training/run-models.ts";
import type { RunTraining } from "../training/run-training.ts";
import { sizesItself } from "./idle-for-strategy.ts";
import type { RunInputs } from "./read-inputs.ts";
import { settingNotes } from "./setting-notes.ts";

/** Everything a run needs, settled before anything is written. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly settings: RunSettings;
  readonly endMs: number;
  readonly series: readonly Series[];
  readonly source: SignalSource;
  /** Where the models of the strategy come from; `undefined` when it has none. */
  readonly training: RunTraining | undefined;
  readonly models: RunModels;
  /** Makes the policy, which keeps files of its own in `folder`. */
  readonly createPolicy: (folder: string | undefined) => TraderPolicy;
  readonly notes: readonly string[];
  /** Leaves what was read as column files in the cache, for the next command. */
  readonly keepColumns: () => void;
}

/**
 * Turns settings and what was read for them into a run. Several runs may be made of the same inputs: what they read is
 * shared, what they change is their own.
 * @param inputs - read for these settings, or for ones that differ in risk only
 */
export function prepareRun({ config }: ResolvedSettings, inputs: RunInputs): PreparedRun {
  refuseLostMargin(config);
  const { decider, range, series, carry, training } = inputs;
  const models = new RunModels();
  for (const model of training?.given?.models ?? []) models.put(model.symbol, model);
  const { source, notes } = decider.start(series, range, models);
  const size = config.size ?? 1 / config.coins.length;
  return {
    config: {
      initial_capital: config.initial_capital,
      coins: config.coins,
      quote: config.quote,
      exchange: config.exchange,
      timeframe: config.timeframe,
      higher_timeframes: config.higher_timeframes,
      history_days: config.history_days,
      start_date: formatDate(range.fromMs),
      end_date: formatDate(range.toMs),
      mode: config.mode,
      strategy: decider.strategy,
      params: decider.params,
      walk_forward: config.walk_forward,
      retrain_interval: config.retrain_interval,
      size: sizesItself(config) ? null : size,
      leverage: config.leverage,
      seed: config.seed,
      close_at_end: config.close_at_end,
      equity_interval: config.equity_interval,
      name: config.name,
      tags: config.tags,
      note: config.note,
      execution: config.execution,
      execution_model: config.execution_model,
      exits: config.exits,
      risk: config.risk,
      ...(config.components && { components: config.components }),
      ...(decider.signals && { signals: decider.signals }),
      data: inputs.data,
      ...(inputs.intrabarData && { intrabar_data: inputs.intrabarData }),
      ...(inputs.higherData && { higher_data: inputs.higherData }),
      ...(config.execution_model.funding && { funding_data: carry!.entries }),
      ...(training?.data && { training_data: training.data }),
      ...(training?.records && { models: training.records }),
    },
    settings: {
      startMs: range.fromMs,
      initialCapital: config.initial_capital,
      seed: config.seed,
      closeAtEnd: config.close_at_end,
      model: toExecutionModel(config.execution_model),
      leverage: config.leverage,
      risk: hasRules(config.risk) ? toRiskSettings(config.risk) : undefined,
      carry: carry?.settings,
    },
    endMs: range.toMs,
    series,
    source,
    training,
    models,
    createPolicy: (folder) =>
      decider.createPolicy({ symbols: series.map(({ symbol }) => symbol), folder }) ??
      createSignalPolicy(size, toExitPlan(config.exits)),
    notes: [...inputs.notes, ...notes, ...settingNotes(config)],
    keepColumns: inputs.keepColumns,
  };
}

/** Whether risk says anything at all: a run without rules need not ask. */
function hasRules(risk: RiskConfig): boolean {
  return JSON.stringify(risk) !== JSON.stringify(riskConfigSchema.parse({}));
}

/** @throws PtError E_CONFIG_VALUE when a position would be liquidated the moment it is entered */
function refuseLostMargin({
  leverage,
  execution_model: { maintenance_margin: share },
}: ResolvedSettings["config"]): void {
  if (leverage === 1 || leverage * share < 1) return;
  throw new PtError(
    "E_CONFIG_VALUE",
    `leverage ${leverage} with a maintenance margin of ${share} leaves no margin to lose`,
    {
      hint: `Use --leverage below ${1 / share}, or a smaller --maintenance-margin.`,
    },
  );
}
