import { describe, expect, it } from "vitest";
import { allocateColumns } from "../market/candles.ts";
import { HOUR_MS } from "../market/timeframe.ts";
import { HistoryView } from "../strategy/history-view.ts";
import { type Holding, type RiskAccount, riskSnapshot } from "./risk-snapshot.ts";
import { RiskTracker } from "./risk-tracker.ts";

function holding(symbol: string, qty: number, value: number, pendingShare = 0, closes = [1, 2, 1, 3]): Holding {
  const columns = allocateColumns(closes.length);
  columns.close.set(closes);
  columns.time.set(closes.map((_, row) => row * HOUR_MS));
  const history = new HistoryView(symbol, "1hour", columns, { row: closes.length - 1 });
  return { symbol, qty, value, pendingShare, history };
}

const tracker = new RiskTracker(0, 1_000);
const accountOf = (...holdings: Holding[]): RiskAccount => ({ nowMs: HOUR_MS, equity: 1_000, holdings });
const buyA = { symbol: "A-USDT", side: "buy", price: 10 } as const;

describe("riskSnapshot", () => {
  it("counts positions on both sides and entries that still work", () => {
    const account = accountOf(
      holding("A-USDT", 5, 50, 0.1),
      holding("B-USDT", -2, -80),
      holding("C-USDT", 0, 0, -0.2),
      holding("D-USDT", 0, 0),
    );
    const now = riskSnapshot(buyA, account, tracker);
    expect(now).toMatchObject({ positionQty: 15, positionValue: 150, exposure: 430, isReversal: false });
    expect(now.otherCoins.map(({ symbol, side }) => [symbol, side])).toEqual([
      ["B-USDT", "sell"],
      ["C-USDT", "sell"],
    ]);
  });

  it("leaves out the coin's own position on the other side, whose exit goes first", () => {
    const now = riskSnapshot({ ...buyA, side: "sell" }, accountOf(holding("A-USDT", 5, 50)), tracker);
    expect(now).toMatchObject({ positionQty: 0, positionValue: 0, exposure: 0, isReversal: true, otherCoins: [] });
  });

  it("correlates other coins with the entry's", () => {
    const account = accountOf(holding("A-USDT", 0, 0), holding("B-USDT", 1, 1, 0, [10, 20, 10, 30]));
    const [other] = riskSnapshot(buyA, account, tracker).otherCoins;
    expect(other!.correlation(4)).toBeCloseTo(1, 12);
    expect(other!.correlation(5)).toBeUndefined();
  });

  it("takes the day, the drawdown and the coin's exits from the tracker", () => {
    const remembering = new RiskTracker(0, 1_000);
    remembering.onTick(HOUR_MS, 1_250);
    remembering.onTick(2 * HOUR_MS, 1_000);
    remembering.onTrade({ symbol: "A-USDT", exitMs: 7, pnl: -1 });
    expect(riskSnapshot(buyA, accountOf(), remembering)).toMatchObject({
      dayStartEquity: 1_000,
      dayLowEquity: 1_000,
      drawdownShare: 0.2,
      lastExitMs: 7,
      lastLossMs: 7,
    });
  });
});
