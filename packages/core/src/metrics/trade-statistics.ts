import { HOUR_MS } from "../market/timeframe.ts";
import type { Metric } from "./metric.ts";

/** What statistics need to know of a round trip; `pnl` in quote currency after all costs. */
export interface ClosedTrade {
  readonly side: "long" | "short";
  readonly entryMs: number;
  readonly exitMs: number;
  readonly pnl: number;
  /** Percent of what was entered. */
  readonly pnlPct: number;
}

/** Money in quote currency, `…Pct` in percent, rates as fractions. */
export interface TradeStatistics {
  readonly trades: number;
  readonly longTrades: number;
  readonly shortTrades: number;
  /** Trades with pnl > 0. */
  readonly winningTrades: number;
  /** Trades with pnl < 0. */
  readonly losingTrades: number;
  /** Winning ÷ all. */
  readonly winRate: Metric;
  /** Money won ÷ money lost. */
  readonly profitFactor: Metric;
  /** Mean pnl. */
  readonly expectancy: Metric;
  readonly averageWin: Metric;
  /** Mean pnl of losing trades, negative. */
  readonly averageLoss: Metric;
  /** Average win ÷ average loss, positive. */
  readonly payoffRatio: Metric;
  readonly bestTrade: Metric;
  readonly worstTrade: Metric;
  readonly averageTradePct: Metric;
  readonly bestTradePct: Metric;
  readonly worstTradePct: Metric;
  readonly averageHoldingHours: Metric;
  readonly maxConsecutiveWins: number;
  readonly maxConsecutiveLosses: number;
}

/** Statistics over closed trades, in the order in which they were closed. */
export function tradeStatistics(trades: readonly ClosedTrade[]): TradeStatistics {
  let long = 0;
  let wins = 0;
  let losses = 0;
  let won = 0;
  let lost = 0;
  let pct = 0;
  let heldMs = 0;
  let best = -Infinity;
  let worst = Infinity;
  let bestPct = -Infinity;
  let worstPct = Infinity;
  let winsInRow = 0;
  let lossesInRow = 0;
  let mostWins = 0;
  let mostLosses = 0;
  for (const { side, pnl, pnlPct, entryMs, exitMs } of trades) {
    if (side === "long") long++;
    if (pnl > 0) {
      wins++;
      won += pnl;
    } else if (pnl < 0) {
      losses++;
      lost -= pnl;
    }
    pct += pnlPct;
    heldMs += exitMs - entryMs;
    best = Math.max(best, pnl);
    worst = Math.min(worst, pnl);
    bestPct = Math.max(bestPct, pnlPct);
    worstPct = Math.min(worstPct, pnlPct);
    winsInRow = pnl > 0 ? winsInRow + 1 : 0;
    lossesInRow = pnl < 0 ? lossesInRow + 1 : 0;
    mostWins = Math.max(mostWins, winsInRow);
    mostLosses = Math.max(mostLosses, lossesInRow);
  }

  const n = trades.length;
  const overTrades = (value: number): Metric => (n === 0 ? { reason: "no closed trades" } : value);
  const overWins = (value: number): Metric => (wins === 0 ? noSuch(n, "winning") : value);
  const overLosses = (value: number): Metric => (losses === 0 ? noSuch(n, "losing") : value);
  return {
    trades: n,
    longTrades: long,
    shortTrades: n - long,
    winningTrades: wins,
    losingTrades: losses,
    winRate: overTrades(wins / n),
    profitFactor: overLosses(won / lost),
    expectancy: overTrades((won - lost) / n),
    averageWin: overWins(won / wins),
    averageLoss: overLosses(-lost / losses),
    payoffRatio: wins === 0 ? noSuch(n, "winning") : overLosses(won / wins / (lost / losses)),
    bestTrade: overTrades(best),
    worstTrade: overTrades(worst),
    averageTradePct: overTrades(pct / n),
    bestTradePct: overTrades(bestPct),
    worstTradePct: overTrades(worstPct),
    averageHoldingHours: overTrades(heldMs / n / HOUR_MS),
    maxConsecutiveWins: mostWins,
    maxConsecutiveLosses: mostLosses,
  };
}

function noSuch(trades: number, kind: "winning" | "losing"): Metric {
  return { reason: trades === 0 ? "no closed trades" : `no ${kind} trade` };
}
