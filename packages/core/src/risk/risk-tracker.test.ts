import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../market/timeframe.ts";
import { RiskTracker } from "./risk-tracker.ts";

const MIDNIGHT = Date.UTC(2024, 2, 10);

describe("RiskTracker", () => {
  it("starts the day with the equity at UTC midnight", () => {
    const tracker = new RiskTracker(MIDNIGHT + 9 * HOUR_MS, 1_000);
    tracker.onTick(MIDNIGHT + DAY_MS - 1, 900);
    expect([tracker.dayStartEquity, tracker.dayLowEquity]).toEqual([1_000, 900]);
    tracker.onTick(MIDNIGHT + DAY_MS, 950);
    expect([tracker.dayStartEquity, tracker.dayLowEquity]).toEqual([950, 950]);
    tracker.onTick(MIDNIGHT + DAY_MS + 1, 940);
    expect([tracker.dayStartEquity, tracker.dayLowEquity]).toEqual([950, 940]);
  });

  it("starts the day with the last equity before midnight when no tick is at midnight", () => {
    const tracker = new RiskTracker(MIDNIGHT, 1_000);
    tracker.onTick(MIDNIGHT + 20 * HOUR_MS, 900);
    tracker.onTick(MIDNIGHT + 3 * DAY_MS + HOUR_MS, 800);
    expect([tracker.dayStartEquity, tracker.dayLowEquity]).toEqual([900, 800]);
  });

  it("keeps the lowest equity of the day after a recovery", () => {
    const tracker = new RiskTracker(MIDNIGHT, 1_000);
    tracker.onTick(MIDNIGHT + HOUR_MS, 940);
    tracker.onTick(MIDNIGHT + 2 * HOUR_MS, 1_100);
    expect(tracker.dayLowEquity).toBe(940);
  });

  it("keeps the peak and the deepest fall below one", () => {
    const tracker = new RiskTracker(MIDNIGHT, 1_000);
    for (const [hour, equity] of [1_200, 900, 1_150, 1_300, 1_235].entries()) {
      tracker.onTick(MIDNIGHT + hour * HOUR_MS, equity);
    }
    expect([tracker.peakEquity, tracker.drawdownShare]).toEqual([1_300, 0.25]);
  });

  it("remembers each coin's last exit and last loss", () => {
    const tracker = new RiskTracker(MIDNIGHT, 1_000);
    expect([tracker.lastExitMs("A-USDT"), tracker.lastLossMs("A-USDT")]).toEqual([Number.NaN, Number.NaN]);
    tracker.onTrade({ symbol: "A-USDT", exitMs: 10, pnl: -1 });
    tracker.onTrade({ symbol: "A-USDT", exitMs: 20, pnl: 3 });
    tracker.onTrade({ symbol: "B-USDT", exitMs: 30, pnl: 0 });
    expect([tracker.lastExitMs("A-USDT"), tracker.lastLossMs("A-USDT")]).toEqual([20, 10]);
    expect([tracker.lastExitMs("B-USDT"), tracker.lastLossMs("B-USDT")]).toEqual([30, Number.NaN]);
  });

  it("adds up what the trades won and lost", () => {
    const tracker = new RiskTracker(MIDNIGHT, 1_000);
    for (const pnl of [5, -2, 7, 0, -1]) tracker.onTrade({ symbol: "A-USDT", exitMs: 1, pnl });
    expect(tracker).toMatchObject({ trades: 5, wins: 2, losses: 2, moneyWon: 12, moneyLost: 3 });
  });
});
