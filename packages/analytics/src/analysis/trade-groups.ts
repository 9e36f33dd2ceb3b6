import type { Fill, Trade } from "@powertrader/core/engine";
import { isDefined, type Metric, tradeStatistics, tradingCosts } from "@powertrader/core/metrics";

/** What one group of trades made. Money in quote currency after all costs, rates as fractions. */
export interface TradeGroup {
  readonly name: string;
  readonly trades: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly pnl: number;
  readonly averageTradePct: number | null;
  readonly averageHoldingHours: number | null;
}

/** Closed trades by what `nameOf` says of them, in the order in which the names first appear. */
export function groupTrades(trades: readonly Trade[], nameOf: (trade: Trade) => string): readonly TradeGroup[] {
  return [...groupBy(trades, nameOf)].map(([name, members]) => {
    const statistics = tradeStatistics(members);
    return {
      name,
      trades: members.length,
      winRate: orNull(statistics.winRate),
      profitFactor: orNull(statistics.profitFactor),
      pnl: members.reduce((sum, trade) => sum + trade.pnl, 0),
      averageTradePct: orNull(statistics.averageTradePct),
      averageHoldingHours: orNull(statistics.averageHoldingHours),
    };
  });
}

/** What one symbol did: its closed trades, what trading it cost, and whether a position is left. */
export interface SymbolRow extends TradeGroup {
  readonly fills: number;
  readonly fees: number;
  readonly slippageCost: number;
  readonly turnover: number;
  /** Quote currency; 0 without an open position. */
  readonly unrealisedPnl: number;
}

/** One row a symbol of the run, in the run's order; symbols only seen in trades or fills come after. */
export function symbolRows(
  symbols: readonly string[],
  trades: readonly Trade[],
  fills: readonly Fill[],
  openPositions: readonly { readonly symbol: string; readonly unrealised_pnl: number }[],
): readonly SymbolRow[] {
  const all = new Set([...symbols, ...trades.map((one) => one.symbol), ...fills.map((one) => one.symbol)]);
  const groups = new Map(groupTrades(trades, (trade) => trade.symbol).map((group) => [group.name, group]));
  const fillsOf = groupBy(fills, (fill) => fill.symbol);
  return [...all].map((symbol) => {
    const own = fillsOf.get(symbol) ?? [];
    const costs = tradingCosts(own);
    return {
      ...(groups.get(symbol) ?? noTrades(symbol)),
      fills: own.length,
      fees: costs.fees,
      slippageCost: costs.slippage,
      turnover: costs.turnover,
      unrealisedPnl: openPositions.reduce((sum, one) => (one.symbol === symbol ? sum + one.unrealised_pnl : sum), 0),
    };
  });
}

function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function noTrades(name: string): TradeGroup {
  return {
    name,
    trades: 0,
    winRate: null,
    profitFactor: null,
    pnl: 0,
    averageTradePct: null,
    averageHoldingHours: null,
  };
}

function orNull(metric: Metric): number | null {
  return isDefined(metric) && Number.isFinite(metric) ? metric : null;
}
