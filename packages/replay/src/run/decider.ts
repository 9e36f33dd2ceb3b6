import type { ResolvedSettings, SignalsEntry } from "@powertrader/core/config";
import type { Series } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import type { Timeframe, TimeRange } from "@powertrader/core/market";
import type { SignalSource, TraderPolicy } from "@powertrader/core/strategy";
import {
  findStrategy,
  IndicatorHub,
  type PolicyContext,
  resolveParams,
  STRATEGIES,
  type TrainingPlan,
} from "@powertrader/strategies";
import type { ModelSource } from "@powertrader/strategies/pattern-memory";
import { readSignalLog, type SignalLog } from "../signal-log/read-signal-log.ts";
import { createReplaySource, REPLAY_SIGNALS } from "../signal-log/replay-source.ts";
import { scheduleSignals } from "../signal-log/schedule-signals.ts";

/** What decides in a run: a strategy, or the signals of a file. */
export interface Decider {
  /** As recorded in `config.json`. */
  readonly strategy: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signals: SignalsEntry | undefined;
  /** Bars wanted before the start. */
  readonly warmUpBars: number;
  /** Longer timeframes that it looks at; `undefined` when it looks at no candles. */
  readonly higher: readonly Timeframe[] | undefined;
  /** How its models are made; `undefined` when it has none. */
  readonly training: TrainingPlan | undefined;
  /** Makes a source for one run on these series, and says what should be known of it. Several runs share indicators. */
  start(
    series: readonly Series[],
    range: TimeRange,
    models: ModelSource | undefined,
  ): { readonly source: SignalSource; readonly notes: readonly string[] };
  /** Makes the policy of one run; `undefined` for the default one. */
  createPolicy(context: PolicyContext): TraderPolicy | undefined;
}

/**
 * @param signalsFile - `--signals`
 * @throws PtError E_USAGE when mode, strategy and file do not go together; whatever reading the file throws
 */
export function chooseDecider(resolved: ResolvedSettings, signalsFile: string | undefined): Decider {
  const { mode, strategy } = resolved.config;
  if (mode === "replay-signals") return replay(resolved, signalsFile);
  if (signalsFile !== undefined) {
    throw new PtError("E_USAGE", "--signals goes with --mode replay-signals", { hint: "Add --mode replay-signals." });
  }
  if (strategy !== REPLAY_SIGNALS) return decideBy(resolved);
  throw new PtError("E_USAGE", `${REPLAY_SIGNALS} is no strategy but a mode`, {
    hint: "Use --mode replay-signals --signals FILE, or choose a strategy with --strategy.",
  });
}

function decideBy({ config }: ResolvedSettings): Decider {
  const strategy = findStrategy(config.strategy);
  const params = resolveParams(strategy, config.params);
  const indicators = new IndicatorHub();
  const create = (models: ModelSource | undefined) =>
    strategy.create(params, { indicators, timeframe: config.timeframe, models });
  const { warmUpBars } = create(undefined);
  return {
    strategy: config.strategy,
    params,
    signals: undefined,
    warmUpBars,
    higher: strategy.higher?.(params) ?? [],
    training: strategy.training?.(params),
    start: (_series, _range, models) => ({ source: create(models), notes: [] }),
    createPolicy: (context) => strategy.createPolicy?.(params, context),
  };
}

/** The strategy and parameters of a project file or of the run that made the signals stand aside. */
function replay({ config, origin }: ResolvedSettings, signalsFile: string | undefined): Decider {
  if (signalsFile === undefined) {
    throw new PtError("E_USAGE", "--mode replay-signals needs --signals", {
      hint: "Name a file of signals, e.g. --signals backtest_results/<run>/signals.jsonl.",
    });
  }
  refuseContradiction(config.strategy, origin);
  const symbols = config.coins.map((coin) => `${coin}-${config.quote}`);
  const log = readSignalLog(signalsFile, { symbols, quote: config.quote });
  if (config.signals !== undefined && config.signals.sha256 !== log.sha256) throw otherSignals(config.signals, log);
  return {
    strategy: REPLAY_SIGNALS,
    params: {},
    signals: { file: log.file, sha256: log.sha256, count: log.signals.length },
    // Rows before the start decide nothing here, but what measures risk may look at them.
    warmUpBars: Math.max(0, ...(config.data ?? []).map((one) => one.warm_up_rows)),
    higher: undefined,
    training: undefined,
    createPolicy: () => undefined,
    start(series, range) {
      const { due, notes } = scheduleSignals(log.signals, series, range);
      const all = [...notes, ...ownTraderNote(log)];
      return { source: createReplaySource(due), notes: all.map((note) => `${log.file}: ${note}`) };
    },
  };
}

/** Signals of a strategy that trades them in its own way do not repeat its run. */
function ownTraderNote({ signals }: SignalLog): readonly string[] {
  const makers = new Set(signals.map(({ strategy }) => strategy));
  return STRATEGIES.filter(({ name, createPolicy }) => createPolicy !== undefined && makers.has(name)).map(
    ({ name }) =>
      `the signals are those of ${name}, whose own trader is not part of this: they are traded as they say, long, short and close`,
  );
}

function refuseContradiction(strategy: string, origin: ResolvedSettings["origin"]): void {
  const given = [...(strategy === REPLAY_SIGNALS ? [] : ["strategy"]), "params"].map((key) => origin.get(key));
  const flag = given.find((from) => from?.startsWith("--"));
  if (flag === undefined) return;
  throw new PtError("E_USAGE", `${flag} does not go with --mode replay-signals`, {
    hint: "The signals of the file decide: leave it out.",
  });
}

function otherSignals(recorded: SignalsEntry, found: SignalLog): PtError {
  return new PtError(
    "E_DATA_CHANGED",
    `${found.file}: the signals are not those of the recorded run (${recorded.count} then, ${found.signals.length} now)`,
    {
      hint: `Give ${recorded.file} of that run, or drop \`signals\` from the configuration to accept these.`,
      details: { recorded: recorded.sha256, found: found.sha256 },
    },
  );
}
