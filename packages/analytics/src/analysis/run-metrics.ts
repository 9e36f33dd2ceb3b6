import { computeMetrics, type MetricSet, tradingCosts } from "@powertrader/core/metrics";
import type { RunRecord } from "../run-folder/read-run.ts";

/** Metrics that a difference between file and computation is reported for. */
const HEADLINE = [
  "total_return",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "max_drawdown",
  "exposure",
  "trades",
  "win_rate",
  "profit_factor",
  "fees",
  "benchmark_return",
] as const;

const TOLERANCE = 1e-9;

export interface RunMetrics extends MetricSet {
  /** Whether they were computed here from every tick; else they are those that the run itself recorded. */
  readonly isRecomputed: boolean;
  /** Headline metrics whose recorded value is another. */
  readonly differing: readonly string[];
}

/**
 * The metrics of a run: computed again from its files when these hold every tick, otherwise as the run recorded them.
 * What cannot be computed because its file is missing (trades, fills, bars for the benchmark) stays as recorded.
 */
export function runMetrics(run: RunRecord, benchmark: Float64Array | undefined): RunMetrics {
  const recorded = { values: run.result.metrics, undefined: run.result.undefined_metrics };
  if (!run.hasEveryTick) return { ...recorded, isRecomputed: false, differing: [] };
  const computed = computeMetrics({
    ...run.equity,
    trades: run.trades ?? [],
    costs: tradingCosts(run.fills ?? []),
    session: run.config.execution_model.session,
    ...(benchmark !== undefined && { benchmarkEquity: benchmark }),
  });
  const names = Object.keys(computed.values).filter((name) => hasFiles(name, run, benchmark));
  const merged = merge(recorded, computed, names);
  const differing = HEADLINE.filter(
    (name) =>
      names.includes(name) && name in recorded.values && differs(recorded.values[name]!, computed.values[name]!),
  );
  return { ...merged, isRecomputed: true, differing };
}

const COSTS = new Set(["fees", "slippage_cost", "turnover", "turnover_ratio"]);
const CURVE = new Set([
  "total_return",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "max_drawdown",
  "max_drawdown_days",
  "best_day",
  "worst_day",
  "exposure",
  "peak_deployed",
  "return_on_deployed",
]);

/** Whether the files that a metric is made of are there. */
function hasFiles(name: string, run: RunRecord, benchmark: Float64Array | undefined): boolean {
  if (CURVE.has(name)) return true;
  if (name.startsWith("benchmark_") || name === "excess_return") return benchmark !== undefined;
  return COSTS.has(name) ? run.fills !== undefined : run.trades !== undefined;
}

/** `over` where it has a name, `base` for the rest. */
function merge(base: MetricSet, over: MetricSet, names: readonly string[]): MetricSet {
  const values = { ...base.values };
  const reasons = { ...base.undefined };
  for (const name of names) {
    values[name] = over.values[name]!;
    delete reasons[name];
    if (Object.hasOwn(over.undefined, name)) reasons[name] = over.undefined[name]!;
  }
  return { values, undefined: reasons };
}

function differs(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a !== b;
  return Math.abs(a - b) > TOLERANCE * Math.max(Math.abs(a), Math.abs(b), TOLERANCE);
}
