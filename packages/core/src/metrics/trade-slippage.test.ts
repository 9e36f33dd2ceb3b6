import { expect, it } from "vitest";
import { tradeSlippage } from "./trade-slippage.ts";

/** A fill that paid `bad` a unit more than it saw. */
const fill = (symbol: string, side: "buy" | "sell", qty: number, bad: number, clientOrderId = "") => ({
  symbol,
  clientOrderId,
  side,
  qty,
  price: side === "buy" ? 100 + bad : 100 - bad,
  referencePrice: 100,
  fees: 0,
});

it("gives every trade the slippage of its own fills", () => {
  const slippage = tradeSlippage([
    fill("A", "buy", 2, 1),
    fill("B", "sell", 1, 5),
    fill("A", "buy", 2, 2),
    fill("A", "sell", 3, 1),
    fill("A", "sell", 1 + 1e-12, 4),
    fill("A", "sell", 1, 1),
    fill("B", "buy", 3, 1), // closes the short of one and buys two
    fill("A", "buy", 1, 0),
    fill("B", "sell", 1, 1),
  ]);
  expect([...slippage].map(([id, value]) => [id, Number(value.toFixed(9))])).toEqual([
    ["A-t1", 2 + 4 + 3 + 4],
    ["B-t1", 5 + 1],
    ["A-t2", 1],
  ]);
});

it("keeps positions of one symbol apart, and numbers their trades as they end", () => {
  const fills = [
    fill("A", "buy", 1, 1, "base-1"),
    fill("A", "sell", 1, 2, "hedge-1"),
    fill("A", "buy", 1, 3, "hedge-2"),
    fill("A", "sell", 1, 4, "base-2"),
  ];
  const slippage = tradeSlippage(fills, (id) => (id.startsWith("hedge") ? "hedge" : undefined));
  expect([...slippage]).toEqual([
    ["A-t1", 2 + 3],
    ["A-t2", 1 + 4],
  ]);
});
