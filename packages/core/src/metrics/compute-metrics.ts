import { DAY_MS } from "../market/timeframe.ts";
import { dailyPoints } from "./daily-points.ts";
import { peakDeployed, returnOnDeployed } from "./deployed.ts";
import { measureDrawdowns } from "./drawdowns.ts";
import { exposureShare } from "./exposure.ts";
import { annualGrowth, calmarRatio, totalReturn } from "./growth.ts";
import { isDefined, type Metric, type MetricSet, metricSet } from "./metric.ts";
import { mean, simpleReturns } from "./returns.ts";
import { type RatioOptions, sharpeRatio, sortinoRatio, volatility } from "./risk-ratios.ts";
import { type ClosedTrade, tradeStatistics } from "./trade-statistics.ts";
import { SESSION_CALENDARS, type SessionName } from "./trading-calendar.ts";
import type { TradingCosts } from "./trading-costs.ts";

export interface MetricsInput extends Pick<RatioOptions, "riskFree"> {
  /** Ascending; row 0 is the start with the initial capital, then one row per tick. Epoch milliseconds. */
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  /** Rows used, at least 1. */
  readonly length: number;
  readonly trades: readonly ClosedTrade[];
  readonly costs: TradingCosts;
  /** When the venue trades, which says what a daily return is and how many make a year; "24/7" unless given. */
  readonly session?: SessionName;
  /** Equity of the benchmark at the same rows. */
  readonly benchmarkEquity?: Float64Array;
}

/**
 * Every metric of a run, by the names of `result.json`.
 *
 * Fractions: total_return, cagr, volatility, max_drawdown, exposure, return_on_deployed, win_rate, best_day, worst_day,
 * excess_return, and the same of the benchmark. Percent: …_pct. Quote currency: peak_deployed, expectancy, average_win, average_loss (negative),
 * best_trade, worst_trade, fees, slippage_cost, turnover. Times: turnover_ratio (turnover ÷ mean equity). Days:
 * max_drawdown_days, the longest time below a peak. Hours: average_holding_hours.
 */
export function computeMetrics(input: MetricsInput): MetricSet {
  const { trades, costs, benchmarkEquity } = input;
  const run = curveMetrics(input, input.equity);
  const benchmark = benchmarkEquity === undefined ? NO_BENCHMARK : curveMetrics(input, benchmarkEquity);
  const statistics = tradeStatistics(trades);
  const deployed = peakDeployed(input.equity, input.cash, input.length);
  return metricSet({
    total_return: run.totalReturn,
    cagr: run.cagr,
    volatility: run.volatility,
    sharpe: run.sharpe,
    sortino: run.sortino,
    calmar: run.calmar,
    max_drawdown: run.maxDrawdown,
    max_drawdown_days: run.maxDrawdownDays,
    best_day: run.bestDay,
    worst_day: run.worstDay,
    exposure: exposureShare(input.equity, input.cash, input.length),
    peak_deployed: deployed,
    return_on_deployed: returnOnDeployed(input.equity, input.length, deployed),
    trades: statistics.trades,
    long_trades: statistics.longTrades,
    short_trades: statistics.shortTrades,
    winning_trades: statistics.winningTrades,
    losing_trades: statistics.losingTrades,
    win_rate: statistics.winRate,
    profit_factor: statistics.profitFactor,
    expectancy: statistics.expectancy,
    average_win: statistics.averageWin,
    average_loss: statistics.averageLoss,
    payoff_ratio: statistics.payoffRatio,
    best_trade: statistics.bestTrade,
    worst_trade: statistics.worstTrade,
    average_trade_pct: statistics.averageTradePct,
    best_trade_pct: statistics.bestTradePct,
    worst_trade_pct: statistics.worstTradePct,
    average_holding_hours: statistics.averageHoldingHours,
    max_consecutive_wins: statistics.maxConsecutiveWins,
    max_consecutive_losses: statistics.maxConsecutiveLosses,
    fees: costs.fees,
    slippage_cost: costs.slippage,
    turnover: costs.turnover,
    turnover_ratio: turnoverRatio(costs.turnover, input.equity.subarray(0, input.length)),
    benchmark_return: benchmark.totalReturn,
    benchmark_cagr: benchmark.cagr,
    benchmark_volatility: benchmark.volatility,
    benchmark_sharpe: benchmark.sharpe,
    benchmark_sortino: benchmark.sortino,
    benchmark_calmar: benchmark.calmar,
    benchmark_max_drawdown: benchmark.maxDrawdown,
    benchmark_max_drawdown_days: benchmark.maxDrawdownDays,
    excess_return: difference(run.totalReturn, benchmark.totalReturn),
  });
}

interface CurveMetrics {
  readonly totalReturn: Metric;
  readonly cagr: Metric;
  readonly volatility: Metric;
  readonly sharpe: Metric;
  readonly sortino: Metric;
  readonly calmar: Metric;
  readonly maxDrawdown: Metric;
  readonly maxDrawdownDays: Metric;
  readonly bestDay: Metric;
  readonly worstDay: Metric;
}

function curveMetrics(input: MetricsInput, equity: Float64Array): CurveMetrics {
  const { timeMs, length } = input;
  const first = equity[0]!;
  const last = equity[length - 1]!;
  if (!(first > 0)) return allUndefined("equity starts at zero or below");
  const { maxShare, longestMs } = measureDrawdowns(timeMs, equity, length, 0);
  const whole = {
    totalReturn: totalReturn(first, last),
    maxDrawdown: maxShare,
    maxDrawdownDays: longestMs / DAY_MS,
  };
  // A share of one or more means that nothing was left: returns from there on say nothing.
  if (maxShare >= 1) return { ...allUndefined("equity fell to zero or below"), ...whole };
  const calendar = SESSION_CALENDARS[input.session ?? "24/7"];
  const options: RatioOptions = { riskFree: input.riskFree ?? 0, daysPerYear: calendar.daysPerYear };
  const returns = simpleReturns(dailyPoints(timeMs, equity, length, calendar).equity);
  const cagr = annualGrowth(first, last, timeMs[length - 1]! - timeMs[0]!);
  return {
    ...whole,
    cagr,
    volatility: volatility(returns, options),
    sharpe: sharpeRatio(returns, options),
    sortino: sortinoRatio(returns, options),
    calmar: calmarRatio(cagr, maxShare),
    bestDay: returns.length === 0 ? { reason: "no ticks" } : returns.reduce((a, b) => Math.max(a, b)),
    worstDay: returns.length === 0 ? { reason: "no ticks" } : returns.reduce((a, b) => Math.min(a, b)),
  };
}

function allUndefined(reason: string): CurveMetrics {
  const none = { reason };
  return {
    totalReturn: none,
    cagr: none,
    volatility: none,
    sharpe: none,
    sortino: none,
    calmar: none,
    maxDrawdown: none,
    maxDrawdownDays: none,
    bestDay: none,
    worstDay: none,
  };
}

const NO_BENCHMARK = allUndefined("no benchmark");

function turnoverRatio(turnover: number, equity: Float64Array): Metric {
  const average = mean(equity);
  return average > 0 ? turnover / average : { reason: "mean equity is not positive" };
}

function difference(a: Metric, b: Metric): Metric {
  if (!isDefined(a)) return a;
  return isDefined(b) ? a - b : b;
}
