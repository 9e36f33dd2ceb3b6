export { type BuyAndHoldRequest, buyAndHold, type HeldSeries } from "./buy-and-hold.ts";
export {
  type AccountResults,
  type CoinResult,
  coinResults,
  type LedgerFill,
  type LedgerFlow,
  type LedgerPosition,
} from "./coin-results.ts";
export { computeMetrics, type MetricsInput } from "./compute-metrics.ts";
export { type DailyPoints, dailyPoints } from "./daily-points.ts";
export { type Drawdown, type DrawdownSummary, measureDrawdowns } from "./drawdowns.ts";
export { exposureShare } from "./exposure.ts";
export { annualGrowth, calmarRatio, totalReturn } from "./growth.ts";
export { isDefined, type Metric, type MetricSet, metricSet, type NoValue } from "./metric.ts";
export { type MonthlyReturn, monthlyReturns } from "./monthly-returns.ts";
export { deviation, mean, simpleReturns } from "./returns.ts";
export { DAYS_PER_YEAR, type RatioOptions, sharpeRatio, sortinoRatio, volatility } from "./risk-ratios.ts";
export { slippageAsked } from "./slippage-asked.ts";
export { tradeSlippage } from "./trade-slippage.ts";
export { type ClosedTrade, type TradeStatistics, tradeStatistics } from "./trade-statistics.ts";
export { SESSION_CALENDARS, type SessionName, type TradingCalendar } from "./trading-calendar.ts";
export { type CostedFill, CostMeter, slippageCost, type TradingCosts, tradingCosts } from "./trading-costs.ts";
