import {
  formatChange,
  formatCount,
  formatDuration,
  formatGain,
  formatMoney,
  formatNumber,
  formatRatio,
  formatShare,
} from "@powertrader/core/format";
import { HOUR_MS } from "@powertrader/core/market";

/** How a metric is printed. */
export type MetricUnit = "change" | "share" | "money" | "gain" | "ratio" | "count" | "days" | "hours" | "percent";

export interface MetricEntry {
  readonly label: string;
  readonly unit: MetricUnit;
  /** What it says, in one plain line. */
  readonly meaning: string;
}

/** Every metric of `metrics.json`, in the order in which they are explained. */
export const METRIC_CATALOGUE: Readonly<Record<string, MetricEntry>> = {
  total_return: {
    label: "Return",
    unit: "change",
    meaning: "What the account gained or lost over the whole range, after all costs.",
  },
  cagr: { label: "CAGR", unit: "change", meaning: "The return as a steady rate per year, compounded." },
  volatility: { label: "Volatility", unit: "share", meaning: "How much the account swings in a typical year." },
  sharpe: {
    label: "Sharpe ratio",
    unit: "ratio",
    meaning: "Mean daily return per unit of daily swing, scaled to a year.",
  },
  sortino: { label: "Sortino ratio", unit: "ratio", meaning: "Like Sharpe, but only falling days count as swing." },
  calmar: { label: "Calmar ratio", unit: "ratio", meaning: "CAGR per unit of max drawdown." },
  max_drawdown: {
    label: "Max drawdown",
    unit: "share",
    meaning: "Deepest fall of the account from a peak, open positions included.",
  },
  max_drawdown_days: {
    label: "Longest drawdown",
    unit: "days",
    meaning: "How long the account stayed under an earlier high.",
  },
  best_day: { label: "Best day", unit: "change", meaning: "Largest daily gain." },
  worst_day: { label: "Worst day", unit: "change", meaning: "Largest daily loss." },
  exposure: { label: "Exposure", unit: "share", meaning: "Share of the time with an open position." },
  peak_deployed: {
    label: "Most at work",
    unit: "money",
    meaning: "The most that all positions together were worth.",
  },
  return_on_deployed: {
    label: "Return on capital at work",
    unit: "change",
    meaning: "What the account gained or lost, as a share of the most that was at work.",
  },
  trades: { label: "Closed trades", unit: "count", meaning: "Round trips from flat to flat." },
  long_trades: { label: "Long trades", unit: "count", meaning: "Closed trades that bought first." },
  short_trades: { label: "Short trades", unit: "count", meaning: "Closed trades that sold first." },
  winning_trades: { label: "Winning trades", unit: "count", meaning: "Closed trades that made money after all costs." },
  losing_trades: { label: "Losing trades", unit: "count", meaning: "Closed trades that lost money after all costs." },
  win_rate: { label: "Win rate", unit: "share", meaning: "Share of closed trades that made money after all costs." },
  profit_factor: {
    label: "Profit factor",
    unit: "ratio",
    meaning: "Money won for each unit of money lost; above 1 earns.",
  },
  expectancy: { label: "Average trade", unit: "gain", meaning: "Mean result of a closed trade." },
  average_win: { label: "Average win", unit: "gain", meaning: "Mean result of winning trades." },
  average_loss: { label: "Average loss", unit: "gain", meaning: "Mean result of losing trades." },
  payoff_ratio: { label: "Payoff ratio", unit: "ratio", meaning: "Average win for each unit of average loss." },
  best_trade: { label: "Best trade", unit: "gain", meaning: "Largest result of a closed trade." },
  worst_trade: { label: "Worst trade", unit: "gain", meaning: "Smallest result of a closed trade." },
  average_trade_pct: {
    label: "Average trade",
    unit: "percent",
    meaning: "Mean result of a closed trade in percent of what was entered.",
  },
  best_trade_pct: { label: "Best trade", unit: "percent", meaning: "Largest result in percent of what was entered." },
  worst_trade_pct: {
    label: "Worst trade",
    unit: "percent",
    meaning: "Smallest result in percent of what was entered.",
  },
  average_holding_hours: {
    label: "Average holding time",
    unit: "hours",
    meaning: "From first entry to last exit of a trade.",
  },
  max_consecutive_wins: { label: "Longest winning streak", unit: "count", meaning: "Most winning trades in a row." },
  max_consecutive_losses: { label: "Longest losing streak", unit: "count", meaning: "Most losing trades in a row." },
  fees: { label: "Fees", unit: "money", meaning: "Paid to the exchange on all fills." },
  slippage_cost: { label: "Slippage", unit: "money", meaning: "Lost between the price seen and the price paid." },
  turnover: { label: "Turnover", unit: "money", meaning: "Value of everything bought and sold." },
  turnover_ratio: { label: "Turnover over equity", unit: "ratio", meaning: "How often the mean equity was traded." },
  benchmark_return: {
    label: "Buy and hold",
    unit: "change",
    meaning: "What buying every coin once and holding it made, without costs.",
  },
  benchmark_cagr: {
    label: "CAGR of buy and hold",
    unit: "change",
    meaning: "The same as a steady rate per year.",
  },
  benchmark_volatility: { label: "Volatility of buy and hold", unit: "share", meaning: "Its swing in a typical year." },
  benchmark_sharpe: {
    label: "Sharpe ratio of buy and hold",
    unit: "ratio",
    meaning: "Its mean daily return per unit of daily swing.",
  },
  benchmark_sortino: {
    label: "Sortino ratio of buy and hold",
    unit: "ratio",
    meaning: "Only its falling days count as swing.",
  },
  benchmark_calmar: {
    label: "Calmar ratio of buy and hold",
    unit: "ratio",
    meaning: "Its CAGR per unit of max drawdown.",
  },
  benchmark_max_drawdown: {
    label: "Max drawdown of buy and hold",
    unit: "share",
    meaning: "Its deepest fall from a peak.",
  },
  benchmark_max_drawdown_days: {
    label: "Longest drawdown of buy and hold",
    unit: "days",
    meaning: "How long it stayed under an earlier high.",
  },
  excess_return: {
    label: "Ahead of buy and hold",
    unit: "change",
    meaning: "Return minus the return of buy and hold.",
  },
};

/** A defined metric as text. */
export function formatMetric(value: number, unit: MetricUnit): string {
  switch (unit) {
    case "change":
      return formatChange(value);
    case "share":
      return formatShare(value);
    case "money":
      return formatMoney(value);
    case "gain":
      return formatGain(value);
    case "ratio":
      return formatRatio(value);
    case "count":
      return formatCount(value);
    case "days":
      return `${formatNumber(value, value >= 100 || Number.isInteger(value) ? 0 : 1)}\u00a0days`;
    case "hours":
      return formatDuration(value * HOUR_MS);
    case "percent":
      return formatChange(value / 100);
  }
}
