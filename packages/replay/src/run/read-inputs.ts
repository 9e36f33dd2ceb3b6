import type { CandlesEntry, DataEntry, ResolvedSettings } from "@powertrader/core/config";
import type { Series } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { barsFile, hashColumns } from "@powertrader/core/files";
import { DAY_MS, type TimeRange } from "@powertrader/core/market";
import { parseDate } from "@powertrader/core/time";
import { openTraining, type RunTraining } from "../training/run-training.ts";
import { chooseDecider, type Decider } from "./decider.ts";
import { type FinerCandles, openFiner } from "./finer-series.ts";
import { openHigher } from "./higher-series.ts";
import { type OpenedCarry, openCarry } from "./open-carry.ts";
import { compareCandles, compareFunding, isDataFromFile } from "./recorded-data.ts";
import { type SelectedRows, selectData, toSeries } from "./select-rows.ts";

/** What runs read, once for all that differ in risk only: who decides, and the candles it is decided on. */
export interface RunInputs {
  readonly decider: Decider;
  /** What is traded. */
  readonly range: TimeRange;
  readonly series: readonly Series[];
  readonly data: readonly DataEntry[];
  /** Only with `intrabar: drill-down`. */
  readonly intrabarData: readonly CandlesEntry[] | undefined;
  /** Only with `higher_timeframes: stored`, when a strategy decides. */
  readonly higherData: readonly CandlesEntry[] | undefined;
  readonly carry: OpenedCarry | undefined;
  /** Only where the strategy has models. */
  readonly training: RunTraining | undefined;
  readonly notes: readonly string[];
  /** Leaves what was read as column files in the cache, for the next command. */
  readonly keepColumns: () => void;
}

/**
 * Checks strategy and parameters and reads candles and rates.
 * @param signalsFile - what decides with `mode: replay-signals`
 * @throws PtError for anything an operator can mend; the disk is untouched
 */
export function readInputs(resolved: ResolvedSettings, signalsFile?: string): RunInputs {
  const { config, cacheDir } = resolved;
  const decider = chooseDecider(resolved, signalsFile);
  const { range, selected, notes } = selectData({
    cacheDir,
    exchange: config.exchange,
    symbols: config.coins.map((coin) => `${coin}-${config.quote}`),
    timeframe: config.timeframe,
    startMs: config.start_date === undefined ? undefined : parseDate(config.start_date, "start_date"),
    endMs: config.end_date === undefined ? undefined : parseDate(config.end_date, "end_date"),
    warmUpBars: decider.warmUpBars,
  });
  const isDrilling = config.execution_model.intrabar === "drill-down";
  const finer = selected.map(({ series: { symbol, timeframe } }) =>
    isDrilling ? openFiner(cacheDir, config.exchange, symbol, timeframe, range) : undefined,
  );
  const base = selected.map((one, i) => toSeries(one, finer[i]));
  const higher = openHigher(base, {
    cacheDir,
    exchange: config.exchange,
    range,
    historyMs: config.history_days * DAY_MS,
    stored: config.higher_timeframes === "stored" ? decider.higher : undefined,
  });
  const series = base.map((one, i): Series => ({ ...one, higher: higher.views[i]! }));
  const symbols = series.map(({ symbol }) => symbol);
  const carry = openCarry({
    cacheDir,
    exchange: config.exchange,
    symbols,
    range,
    funding: config.execution_model.funding,
    borrowRate: config.execution_model.borrow_rate,
  });
  if (resolved.modelDir !== undefined && decider.training === undefined) throw noModels(decider.strategy);
  const training = decider.training && openTraining(resolved, decider.training, symbols, range);
  const inputs: RunInputs = {
    decider,
    range,
    series,
    data: selected.map((one, i) => dataEntry(one, series[i]!)),
    higherData: higher.entries,
    intrabarData: isDrilling ? finer.flatMap((one) => one!.entries) : undefined,
    carry,
    training,
    notes: [
      ...notes,
      ...notesOfMissing(selected, finer),
      ...higher.notes,
      ...(carry?.notes ?? []),
      ...(training?.notes ?? []),
    ],
    keepColumns: once(() => {
      for (const one of selected) one.series.keep();
      for (const one of finer) one?.keep();
      higher.keep();
      for (const one of training?.candles ?? []) one.keepColumns();
    }),
  };
  if (isDataFromFile(resolved)) refuseOtherData(resolved, inputs);
  return inputs;
}

function noModels(strategy: string): PtError {
  return new PtError("E_USAGE", `--model: ${strategy} has no models`, {
    hint: "Leave it out, or choose a strategy that learns: powertrader.",
  });
}

function refuseOtherData({ config }: ResolvedSettings, inputs: RunInputs): void {
  const { data, intrabarData, higherData, carry, training } = inputs;
  compareCandles(config.data ?? [], data);
  if (training?.data !== undefined) compareCandles(config.training_data ?? [], training.data);
  compareCandles(config.intrabar_data ?? [], intrabarData ?? []);
  if (higherData !== undefined) compareCandles(config.higher_data ?? [], higherData);
  compareFunding(config.funding_data ?? [], carry?.entries ?? []);
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

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
