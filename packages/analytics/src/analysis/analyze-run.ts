import {
  type DailyPoints,
  type Drawdown,
  dailyPoints,
  type MonthlyReturn,
  measureDrawdowns,
  monthlyReturns,
  tradeSlippage,
} from "@powertrader/core/metrics";
import type { RunRecord } from "../run-folder/read-run.ts";
import { benchmarkEquity } from "./benchmark.ts";
import { type Ledger, ledgerOf } from "./ledger.ts";
import { type RunMetrics, runMetrics } from "./run-metrics.ts";
import { compareSlippage, type SlippageComparison } from "./slippage-comparison.ts";
import { groupTrades, type TradeGroup } from "./trade-groups.ts";

/** A run and everything a report says about it. */
export interface Analysis {
  readonly run: RunRecord;
  readonly metrics: RunMetrics;
  /** Equity of buying and holding at the rows of `run.equity`; `undefined` without bars. */
  readonly benchmark: Float64Array | undefined;
  readonly daily: DailyPoints;
  /** The deepest ones, deepest first. */
  readonly drawdowns: readonly Drawdown[];
  readonly months: readonly MonthlyReturn[];
  readonly ledger: Ledger;
  /** What slippage took of every trade, by its id; empty without fills. */
  readonly slippageOf: ReadonlyMap<string, number>;
  readonly exits: readonly TradeGroup[];
  readonly sides: readonly TradeGroup[];
  readonly slippage: SlippageComparison | undefined;
  /** What the reader must know before believing the numbers. */
  readonly warnings: readonly string[];
}

/** How many of the deepest drawdowns are described. */
export const DRAWDOWNS_KEPT = 5;

/** Everything that can be said about a run from its folder. Pure: the same folder, the same analysis. */
export function analyzeRun(run: RunRecord): Analysis {
  const { equity } = run;
  const trades = run.trades ?? [];
  const benchmark = benchmarkEquity(run);
  const metrics = runMetrics(run, benchmark);
  const ledger = ledgerOf(run);
  const daily = dailyPoints(equity.timeMs, equity.equity, equity.length);
  return {
    run,
    metrics,
    benchmark,
    daily,
    drawdowns: measureDrawdowns(equity.timeMs, equity.equity, equity.length, DRAWDOWNS_KEPT).deepest,
    months: monthlyReturns(daily),
    ledger,
    slippageOf: tradeSlippage(run.fills ?? [], (clientOrderId) => run.positionNames.get(clientOrderId)),
    exits: groupTrades(trades, (trade) => trade.exitReason),
    sides: groupTrades(trades, (trade) => trade.side),
    slippage: compareSlippage(run),
    warnings: warningsAbout(run, metrics, ledger),
  };
}

function warningsAbout(run: RunRecord, metrics: RunMetrics, ledger: Ledger): readonly string[] {
  const { config, result, manifest, bars } = run;
  const warnings: string[] = [];
  if (run.changedFiles.length > 0) {
    const [verb, them] = run.changedFiles.length === 1 ? ["is", "it"] : ["are", "them"];
    warnings.push(
      `${run.changedFiles.join(", ")} ${verb} not as manifest.json records: changed or removed after the run. Figures that come from ${them} are not those of the run.`,
    );
  }
  if (metrics.differing.length > 0) {
    warnings.push(
      `result.json disagrees with the files of the run on ${metrics.differing.join(", ")}; the values shown were computed from the files. The folder was edited, damaged, or written by another version.`,
    );
  }
  for (const series of bars) {
    if (!series.isUnchanged) warnings.push(`The bars of ${series.symbol} are not those that the run recorded.`);
  }
  if (bars.length > 0 && bars.length < config.data.length) {
    warnings.push(
      "The bars of some coins are missing from the run folder; they have no price chart, and there is no benchmark curve.",
    );
  }
  if (manifest !== undefined && manifest.result_hash !== result.hash) {
    warnings.push("manifest.json was written for another result: the run hashes differ.");
  }
  if (ledger.addsUp === false) {
    warnings.push(
      "What the coins made does not add up to final equity minus initial capital. The folder was edited or damaged.",
    );
  }
  if (run.trades === undefined) warnings.push("trades.jsonl is missing; trade figures are those of result.json.");
  if (run.fills === undefined) warnings.push("sim_fills.jsonl is missing; cost figures are those of result.json.");
  return warnings;
}
