import { describe, expect, it } from "vitest";
import { HOUR_MS } from "../market/timeframe.ts";
import { type ClosedTrade, tradeStatistics } from "./trade-statistics.ts";

const trade = (pnl: number, side: "long" | "short" = "long", hours = 1): ClosedTrade => ({
  side,
  entryMs: 0,
  exitMs: hours * HOUR_MS,
  pnl,
  pnlPct: pnl / 10,
});

describe("tradeStatistics", () => {
  it("measures wins and losses in money", () => {
    const statistics = tradeStatistics([trade(30), trade(-10, "short", 3), trade(-10), trade(0), trade(10)]);
    expect(statistics).toMatchObject({
      trades: 5,
      longTrades: 4,
      shortTrades: 1,
      winningTrades: 2,
      losingTrades: 2,
      winRate: 0.4,
      profitFactor: 2, // 40 won, 20 lost
      expectancy: 4, // (30 − 10 − 10 + 0 + 10) ÷ 5
      averageWin: 20,
      averageLoss: -10,
      payoffRatio: 2,
      bestTrade: 30,
      worstTrade: -10,
      bestTradePct: 3,
      worstTradePct: -1,
      averageHoldingHours: 1.4, // (1 + 3 + 1 + 1 + 1) ÷ 5
      maxConsecutiveWins: 1,
      maxConsecutiveLosses: 2,
    });
    expect(statistics.averageTradePct).toBeCloseTo(0.4, 12);
  });

  it("has no rates without trades", () => {
    const none = { reason: "no closed trades" };
    expect(tradeStatistics([])).toMatchObject({
      trades: 0,
      winRate: none,
      profitFactor: none,
      payoffRatio: none,
      bestTrade: none,
      maxConsecutiveLosses: 0,
    });
  });

  it("has no profit factor without a losing trade", () => {
    const none = { reason: "no losing trade" };
    expect(tradeStatistics([trade(1), trade(0)])).toMatchObject({
      winRate: 0.5,
      profitFactor: none,
      averageLoss: none,
      payoffRatio: none,
    });
  });

  it("has a profit factor of zero without a winning trade, and no average win", () => {
    const none = { reason: "no winning trade" };
    expect(tradeStatistics([trade(-1)])).toMatchObject({ profitFactor: 0, averageWin: none, payoffRatio: none });
  });
});
