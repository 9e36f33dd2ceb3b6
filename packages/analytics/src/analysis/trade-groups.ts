import type { Trade } from "@powertrader/core/engine";
import { isDefined, type Metric, tradeStatistics } from "@powertrader/core/metrics";

/** What one group of trades made. Money in quote currency after all costs, rates as fractions. */
export interface TradeGroup {
  readonly name: string;
  readonly trades: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly pnl: number;
  readonly averageTradePct: number | null;
  readonly averageHoldingHours: number | null;
  readonly averageBars: number | null;
}

/** Closed trades by what `nameOf` says of them, in the order in which the names first appear. */
export function groupTrades(trades: readonly Trade[], nameOf: (trade: Trade) => string): readonly TradeGroup[] {
  const groups = new Map<string, Trade[]>();
  for (const trade of trades) {
    const name = nameOf(trade);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [trade]);
    else group.push(trade);
  }
  return [...groups].map(([name, members]) => tradeGroup(name, members));
}

/** A group of any trades, or of none. */
export function tradeGroup(name: string, trades: readonly Trade[]): TradeGroup {
  const statistics = tradeStatistics(trades);
  return {
    name,
    trades: trades.length,
    winRate: orNull(statistics.winRate),
    profitFactor: orNull(statistics.profitFactor),
    pnl: trades.reduce((sum, trade) => sum + trade.pnl, 0),
    averageTradePct: orNull(statistics.averageTradePct),
    averageHoldingHours: orNull(statistics.averageHoldingHours),
    averageBars: trades.length === 0 ? null : trades.reduce((sum, trade) => sum + trade.barsHeld, 0) / trades.length,
  };
}

function orNull(metric: Metric): number | null {
  return isDefined(metric) && Number.isFinite(metric) ? metric : null;
}
