import { buyAndHold } from "@powertrader/core/metrics";
import type { RunRecord } from "../run-folder/read-run.ts";

/**
 * Equity of buying every coin once and holding it, at the rows of the run's equity; `undefined` unless the folder keeps
 * the bars of every series that was traded.
 */
export function benchmarkEquity(run: RunRecord): Float64Array | undefined {
  const { config, result, equity, bars } = run;
  if (bars.length === 0 || bars.length < config.data.length) return undefined;
  const firstDecisions = new Map(result.warm_up.map((one) => [one.symbol, one.first_decision]));
  return buyAndHold({
    series: bars.map(({ symbol, columns, timeframeMs }) => {
      const first = firstDecisions.get(symbol) ?? undefined;
      return { columns, timeframeMs, firstDecisionMs: first === undefined ? undefined : Math.round(first * 1000) };
    }),
    timeMs: equity.timeMs,
    length: equity.length,
    initialCapital: result.initial_capital,
    fillAt: config.execution_model.fill_at,
  });
}
