import { describe, expect, it } from "vitest";
import { kellySize, limitStop, notionalSize, riskSize, stopAt, type TradeTally, volatilitySize } from "./sizing.ts";

describe("notionalSize", () => {
  it("is the notional's share of equity", () => {
    expect(notionalSize(2_500, 10_000)).toBe(0.25);
  });

  it("spends no more than there is", () => {
    expect(notionalSize(25_000, 10_000)).toBe(1);
    expect(notionalSize(25_000, 10_000, 0.3)).toBe(0.3);
  });
});

describe("riskSize", () => {
  it.each([
    ["2 % of equity at a stop 5 % away", 0.02, "buy", 50, 47.5, 0.4],
    ["1 % of equity at a stop 20 % away", 0.01, "buy", 100, 80, 0.05],
    ["a short sale's stop above the price", 0.01, "sell", 80, 100, 0.04],
    ["a stop so near that the size would need leverage", 0.05, "buy", 100, 96, 1],
  ] as const)("risks %s", (_case, riskShare, side, price, stop, expected) => {
    expect(riskSize(riskShare, side, price, stop)).toBeCloseTo(expected, 12);
  });

  it("loses the risked share when the stop is hit", () => {
    const share = riskSize(0.013, "sell", 27.5, 29.1) as number;
    expect((share * (29.1 - 27.5)) / 27.5).toBeCloseTo(0.013, 12);
  });

  it("is refused without a stop, and with one on the wrong side", () => {
    expect(riskSize(0.02, "buy", 50, undefined)).toEqual({ refusal: "no_stop" });
    expect(riskSize(0.02, "buy", 50, Number.NaN)).toEqual({ refusal: "no_stop" });
    expect(riskSize(0.02, "buy", 50, 50)).toEqual({ refusal: "stop_beyond_price" });
    expect(riskSize(0.02, "buy", 50, 51)).toEqual({ refusal: "stop_beyond_price" });
    expect(riskSize(0.02, "sell", 50, 49)).toEqual({ refusal: "stop_beyond_price" });
  });
});

describe("volatilitySize", () => {
  it("holds less of what moves more, without leverage", () => {
    expect(volatilitySize(0.2, 0.8)).toBeCloseTo(0.25, 12);
    expect(volatilitySize(0.2, 0.1)).toBe(1);
    expect(volatilitySize(0.2, 0.8, 0.1)).toBe(0.1);
  });

  it("is refused where volatility does not exist", () => {
    expect(volatilitySize(0.2, undefined)).toEqual({ refusal: "no_volatility" });
  });
});

describe("kellySize", () => {
  const rule = { fraction: 0.5, maxShare: 0.25, minTrades: 10, fallbackShare: 0.02 };
  /** 60 % winners, average win 1.5 × average loss: Kelly 0.6 − 0.4 ÷ 1.5 = 1 ÷ 3. */
  const tally: TradeTally = { trades: 10, wins: 6, losses: 4, moneyWon: 900, moneyLost: 400 };

  it("bets half of W − (1 − W) ÷ R, up to the cap", () => {
    expect(kellySize(tally, rule)).toBeCloseTo(1 / 6, 12);
    expect(kellySize(tally, { ...rule, fraction: 1 })).toBe(0.25);
  });

  it("counts trades that neither won nor lost as not won", () => {
    expect(kellySize({ ...tally, trades: 20 }, rule)).toEqual({ refusal: "no_edge" });
    expect(kellySize({ ...tally, trades: 12 }, { ...rule, fraction: 1, maxShare: 1 })).toBeCloseTo(0.5 - 0.5 / 1.5, 12);
  });

  it("uses the fallback before enough trades, and before any has lost", () => {
    expect(kellySize({ ...tally, trades: 9, wins: 5 }, rule)).toBe(0.02);
    expect(kellySize({ trades: 50, wins: 50, losses: 0, moneyWon: 1, moneyLost: 0 }, rule)).toBe(0.02);
    expect(kellySize({ ...tally, trades: 9 }, { ...rule, fallbackShare: undefined })).toEqual({
      refusal: "too_few_trades",
    });
  });

  it("bets nothing without an edge", () => {
    expect(kellySize({ ...tally, moneyWon: 400 }, rule)).toEqual({ refusal: "no_edge" });
    expect(kellySize({ trades: 10, wins: 0, losses: 10, moneyWon: 0, moneyLost: 9 }, rule)).toEqual({
      refusal: "no_edge",
    });
  });
});

describe("stops", () => {
  it("stand a share of the price away, against the position", () => {
    expect([stopAt("buy", 50, 0.05), stopAt("sell", 50, 0.05)]).toEqual([47.5, 52.5]);
  });

  it("are drawn in to the furthest allowed, never let out", () => {
    expect([limitStop("buy", 100, 85, 0.1), limitStop("buy", 100, 95, 0.1)]).toEqual([90, 95]);
    expect([limitStop("sell", 100, 115, 0.1), limitStop("sell", 100, 105, 0.1)]).toEqual([110, 105]);
  });
});
