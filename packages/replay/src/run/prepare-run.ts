import {
  type DataEntry,
  type FundingEntry,
  type IntrabarEntry,
  type ResolvedSettings,
  type RunConfig,
  toExecutionModel,
  toExitPlan,
} from "@powertrader/core/config";
import type { RunSettings, Series } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { barsFile, hashColumns } from "@powertrader/core/files";
import { type RiskConfig, riskConfigSchema, toRiskSettings } from "@powertrader/core/risk";
import type { SignalSource, TraderPolicy } from "@powertrader/core/strategy";
import { createSignalPolicy } from "@powertrader/core/strategy";
import { formatDate, parseDate } from "@powertrader/core/time";
import { chooseDecider } from "./decider.ts";
import { type FinerCandles, openFiner } from "./finer-series.ts";
import { openCarry } from "./open-carry.ts";
import { type SelectedRows, selectData, toSeries } from "./select-rows.ts";

/** Everything a run needs, settled before anything is written. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly settings: RunSettings;
  readonly endMs: number;
  readonly series: readonly Series[];
  readonly source: SignalSource;
  readonly policy: TraderPolicy;
  readonly notes: readonly string[];
  /** Leaves what was read as column files in the cache, for the next run. */
  readonly keepColumns: () => void;
}

/**
 * Turns resolved settings into a run: strategy and parameters checked, candles read, dates and size settled.
 * @param signalsFile - what decides with `mode: replay-signals`
 * @throws PtError for anything an operator can mend; the disk is untouched
 */
export function prepareRun(resolved: ResolvedSettings, signalsFile?: string): PreparedRun {
  const { config } = resolved;
  const decider = chooseDecider(resolved, signalsFile);
  const { range, selected, notes } = selectData({
    cacheDir: resolved.cacheDir,
    exchange: config.exchange,
    symbols: config.coins.map((coin) => `${coin}-${config.quote}`),
    timeframe: config.timeframe,
    startMs: config.start_date === undefined ? undefined : parseDate(config.start_date, "start_date"),
    endMs: config.end_date === undefined ? undefined : parseDate(config.end_date, "end_date"),
    warmUpBars: decider.warmUpBars,
  });
  const isDrilling = config.execution_model.intrabar === "drill-down";
  const finer = selected.map(({ series: one }) =>
    isDrilling ? openFiner(resolved.cacheDir, config.exchange, one.symbol, one.timeframe, range) : undefined,
  );
  const series = selected.map((one, i) => toSeries(one, finer[i]));
  const { source, notes: sourceNotes } = decider.start(series, range);
  const data = selected.map((one, i) => dataEntry(one, series[i]!));
  const intrabarData = finer.flatMap((one) => one?.entries ?? []);
  if (isDataFromFile(resolved)) {
    compareData(config.data ?? [], data);
    compareData(config.intrabar_data ?? [], intrabarData);
  }

  const carry = openCarry({
    cacheDir: resolved.cacheDir,
    exchange: config.exchange,
    symbols: series.map(({ symbol }) => symbol),
    range,
    funding: config.execution_model.funding,
    borrowRate: config.execution_model.borrow_rate,
  });
  if (isDataFromFile(resolved)) compareFunding(config.funding_data ?? [], carry?.entries ?? []);

  const size = config.size ?? 1 / config.coins.length;
  return {
    config: {
      initial_capital: config.initial_capital,
      coins: config.coins,
      quote: config.quote,
      exchange: config.exchange,
      timeframe: config.timeframe,
      start_date: formatDate(range.fromMs),
      end_date: formatDate(range.toMs),
      mode: config.mode,
      strategy: decider.strategy,
      params: decider.params,
      size,
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
      ...(decider.signals && { signals: decider.signals }),
      data,
      ...(isDrilling && { intrabar_data: intrabarData }),
      ...(config.execution_model.funding && { funding_data: carry!.entries }),
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
    policy: createSignalPolicy(size, toExitPlan(config.exits)),
    notes: [...notes, ...sourceNotes, ...notesOfMissing(selected, finer), ...(carry?.notes ?? [])],
    keepColumns: () => {
      for (const one of selected) one.series.keep();
      for (const one of finer) one?.keep();
    },
  };
}

/** Whether risk says anything at all: a run without rules need not ask. */
function hasRules(risk: RiskConfig): boolean {
  return JSON.stringify(risk) !== JSON.stringify(riskConfigSchema.parse({}));
}

/** Coins into whose bars `drill-down` cannot look. */
function notesOfMissing(selected: readonly SelectedRows[], finer: readonly (FinerCandles | undefined)[]) {
  return selected
    .filter((_, i) => finer[i]?.series.length === 0)
    .map(
      ({ series: { symbol, timeframe } }) =>
        `${symbol}: the cache has nothing finer than ${timeframe}; what a bar leaves open is taken at its worst`,
    );
}

function dataEntry({ series: cached }: SelectedRows, series: Series): DataEntry {
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    file: barsFile(series.symbol, series.timeframe),
    rows: series.columns.length,
    warm_up_rows: series.warmUpRows,
    source: cached.sources.join("; "),
    sha256: hashColumns(series.columns),
  };
}

/** Whether the data a configuration file recorded is the data asked for now: nothing that chooses data was overridden. */
function isDataFromFile({ origin }: ResolvedSettings): boolean {
  const choosing = [
    "coins",
    "quote",
    "exchange",
    "timeframe",
    "start_date",
    "end_date",
    "strategy",
    "params",
    "execution_model.intrabar",
    "execution_model.funding",
  ];
  return choosing.every((key) => !/^(--|PT_)/.test(origin.get(key) ?? ""));
}

function compareData(recorded: readonly IntrabarEntry[], found: readonly IntrabarEntry[]): void {
  for (const before of recorded) {
    const now = found.find((one) => one.symbol === before.symbol && one.timeframe === before.timeframe);
    if (now?.sha256 === before.sha256) continue;
    throw new PtError(
      "E_DATA_CHANGED",
      `${before.symbol} ${before.timeframe}: the candles are not those of the recorded run (${before.rows} rows then, ${now?.rows ?? 0} now)`,
      {
        hint: "Restore the cache of that run, or drop `data` from the configuration to accept today's candles.",
        details: { symbol: before.symbol, recorded: before.sha256, found: now?.sha256 ?? null },
      },
    );
  }
}

function compareFunding(recorded: readonly FundingEntry[], found: readonly FundingEntry[]): void {
  for (const before of recorded) {
    const now = found.find((one) => one.symbol === before.symbol);
    if (now?.sha256 === before.sha256) continue;
    throw new PtError("E_DATA_CHANGED", `${before.symbol}: the funding rates are not those of the recorded run`, {
      hint: "Restore the cache of that run, or drop `funding_data` from the configuration to accept today's rates.",
      details: { symbol: before.symbol, recorded: before.sha256, found: now?.sha256 ?? null },
    });
  }
}
