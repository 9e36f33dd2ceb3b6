import type { Fill } from "@powertrader/core/engine";
import { describe, expect, it } from "vitest";
import { CostLedger } from "./cost-ledger.ts";

const fill = (side: "buy" | "sell", qty: number, price: number, fees = 0, symbol = "BTC-USDT") =>
  ({ symbol, side, qty, price, fees }) as Fill;

describe("CostLedger", () => {
  it("takes from the cost the share that is sold, fees on both sides", () => {
    const ledger = new CostLedger();
    expect(ledger.book(fill("buy", 2, 100, 1))).toEqual({ cash: -201, costUsed: 0, costAfter: 201, profit: undefined });
    ledger.book(fill("buy", 2, 50, 1));
    expect(ledger.book(fill("sell", 1, 90, 2))).toEqual({ cash: 88, costUsed: 75.5, costAfter: 226.5, profit: 12.5 });
    expect(ledger.holdings()).toEqual([["BTC-USDT", { cost: 226.5, qty: 3 }]]);
    expect(ledger.book(fill("sell", 3, 70))).toEqual({ cash: 210, costUsed: 226.5, costAfter: 0, profit: -16.5 });
    expect(ledger.profit).toBe(-4);
    expect(ledger.holdings()).toEqual([]);
  });

  it("keeps coins apart and forgets dust", () => {
    const ledger = new CostLedger();
    ledger.book(fill("buy", 1, 100));
    ledger.book(fill("buy", 0.3, 10, 0, "ETH-USDT"));
    ledger.book(fill("sell", 1 - 1e-13, 100));
    expect(ledger.holdings()).toEqual([["ETH-USDT", { cost: 3, qty: 0.3 }]]);
    expect(ledger.book(fill("buy", 1, 50))).toMatchObject({ costAfter: 50 });
  });
});
