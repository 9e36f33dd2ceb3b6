import { describe, expect, it } from "vitest";
import { coinResults } from "./coin-results.ts";

const fill = (symbol: string, side: "buy" | "sell", qty: number, price: number, more = {}) => ({
  symbol,
  side,
  qty,
  price,
  referencePrice: price,
  fees: 0,
  ...more,
});

describe("coinResults", () => {
  it("tells realised from unrealised: fees and flows of an open position are booked already", () => {
    const { coins, accountFlows } = coinResults(
      ["A", "B"],
      [
        fill("A", "buy", 4, 101, { referencePrice: 100, fees: 2 }),
        fill("A", "sell", 1, 111, { fees: 1 }),
        fill("B", "sell", 10, 5, { fees: 0.5 }),
        fill("B", "buy", 10, 4, { fees: 0.4 }),
      ],
      [
        { symbol: "A", kind: "funding", amount: -3 },
        { symbol: "B", kind: "borrow", amount: -0.1 },
        { symbol: "B", kind: "rebate", amount: 0.3 },
        { symbol: "", kind: "borrow", amount: -7 },
      ],
      [{ symbol: "A", side: "long", qty: 3, entryPrice: 101, mark: 105 }],
    );
    expect(coins).toMatchObject([
      // One of four left with a gain of 10, minus 3 of fees, minus 3 of funding; three are 4 above their entry.
      { symbol: "A", fills: 2, realisedPnl: 4, unrealisedPnl: 12, fees: 3, slippage: 4, turnover: 515, funding: -3 },
      { symbol: "B", fills: 2, unrealisedPnl: 0, fees: 0.9, flows: expect.closeTo(0.2, 12), borrow: -0.1, funding: 0 },
    ]);
    expect(coins[1]!.realisedPnl).toBeCloseTo(10 - 0.9 - 0.1 + 0.3, 12);
    expect(accountFlows).toBe(-7);
  });

  it("counts a short that was left open from its entry down", () => {
    const [coin] = coinResults(
      [],
      [fill("A", "sell", 2, 50)],
      [],
      [{ symbol: "A", side: "short", qty: 2, entryPrice: 50, mark: 45 }],
    ).coins;
    expect(coin).toMatchObject({ realisedPnl: 0, unrealisedPnl: 10 });
  });

  it("has a row of zeros for a coin that did nothing, and takes any name", () => {
    const { coins } = coinResults(["__proto__", "A"], [fill("constructor", "buy", 1, 1)], [], []);
    expect(coins.map(({ symbol, fills, realisedPnl }) => [symbol, fills, realisedPnl])).toEqual([
      ["__proto__", 0, 0],
      ["A", 0, 0],
      ["constructor", 1, -1],
    ]);
  });
});
