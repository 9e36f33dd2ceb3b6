import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OrderTerms } from "@powertrader/core/engine";
import { describe, expect, it } from "vitest";
import { type BarPath, barPath, pathPosition } from "../../packages/core/src/engine/bar-path.ts";
import { SHARED } from "../fixtures/bin.ts";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, START_MS, still } from "../fixtures/scripted-run.ts";

const ORACLE = join(SHARED, "oracles/intrabar_and_fills.json");

/** Open, close, high, low: Jesse's order. */
type JesseCandle = readonly [ts: number, open: number, close: number, high: number, low: number, volume: number];

interface SplitCase {
  readonly id: string;
  readonly candle: JesseCandle;
  readonly price: number;
  readonly expected_before: JesseCandle;
  readonly expected_after: JesseCandle;
}

interface OracleOrder {
  readonly id?: string;
  readonly type: "limit" | "stop_market";
  readonly side: "buy" | "sell";
  readonly qty: number;
  readonly limit?: number;
  readonly stop?: number;
}

interface FillCase {
  readonly id: string;
  readonly orders: readonly OracleOrder[];
  /** Prices may be words where the source leaves them open. */
  readonly bars: readonly Readonly<Record<"o" | "h" | "l" | "c" | "v", number | string>>[];
  readonly expected: readonly {
    readonly bar: number;
    readonly price?: number | string;
    readonly qty?: number;
    readonly total_qty?: number;
    readonly order?: string;
  }[];
}

interface Oracle {
  readonly jesse_split_candle: { readonly cases: readonly SplitCase[] };
  readonly fills: readonly FillCase[];
}

const oracle: Oracle = existsSync(ORACLE)
  ? (JSON.parse(readFileSync(ORACLE, "utf8")) as Oracle)
  : { jesse_split_candle: { cases: [] }, fills: [] };

const HOUR_MS = 3_600_000;
const CAPITAL = 1e9;
/** Rows before the first bar of a case: a position is entered and held, then the orders are placed. */
const AHEAD = 2;

/** What a path passes up to a position and from there on, as Jesse's candles: open, close, high, low. */
function splitAt(path: BarPath, price: number, at: number) {
  const turn = Math.min(3, Math.floor(at));
  const candle = (prices: readonly number[]) => [prices[0], prices.at(-1), Math.max(...prices), Math.min(...prices)];
  return { before: candle([...path.slice(0, turn + 1), price]), after: candle([price, ...path.slice(turn + 1)]) };
}

describe.skipIf(oracle.fills.length === 0)("paths and fills of others (skipped without ../shared)", () => {
  it.each(oracle.jesse_split_candle.cases.map((one) => [one.id, one] as const))(
    "%s: a bar passes the price where Jesse splits it",
    (_, { candle: [, open, close, high, low], price, expected_before, expected_after }) => {
      const path = barPath({ open, high, low, close, volume: 0 }, "ohlc-path");
      const at = pathPosition(path, price);
      const { before, after } = splitAt(path, price, at);
      expect(after).toEqual(expected_after.slice(1, 5));
      // At the open nothing has been passed yet; Jesse gives the whole candle twice.
      if (price === open) expect([at, before]).toEqual([0, Array(4).fill(open)]);
      else expect(before).toEqual(expected_before.slice(1, 5));
    },
  );

  it.each(oracle.fills.map((one) => [one.id, one] as const))("%s is reproduced", async (_, one) => {
    for (const bars of barsOf(one)) {
      const { fills, orders } = await runOrders({
        bars: [still(300), still(300), ...bars],
        orders: { 0: positionFor(one), 1: one.orders.map((order) => intentOf(order, one, bars)) },
        initialCapital: CAPITAL,
        // The one case with two orders in a bar is of Nautilus' adaptive path.
        model: { intrabar: "nearest-extreme" },
      });
      const placed = orders.slice(-one.orders.length).map(({ clientOrderId }) => clientOrderId);
      const made = fills.filter(({ clientOrderId }) => placed.includes(clientOrderId));
      expect(made).toHaveLength(one.expected.length);
      for (const [i, expected] of one.expected.entries()) {
        const fill = made[i]!;
        expect((fill.barMs - START_MS) / HOUR_MS - AHEAD).toBe(expected.bar);
        const open = bars[expected.bar]![0];
        if (expected.price !== undefined)
          expect(fill.price).toBe(expected.price === "bar open" ? open : expected.price);
        if (expected.qty !== undefined) expect([fill.qty, fill.state]).toEqual([close(expected.qty), "filled"]);
        if (expected.total_qty !== undefined) expect([fill.qty, fill.state]).toEqual([expected.total_qty, "partial"]);
        if (expected.order !== undefined) {
          expect(one.orders[placed.indexOf(fill.clientOrderId)]!.id).toBe(expected.order);
        }
      }
    }
  });
});

const close = (value: number) => expect.closeTo(value, 6);

/** The bars of a case; several where it leaves an open to us. */
function barsOf({ bars }: FillCase): readonly (readonly Bar[])[] {
  const isOpenFree = bars.some(({ o }) => typeof o === "string");
  return (isOpenFree ? [0, 0.5, 1] : [0]).map((share) =>
    bars.map(({ o, h, l, c, v }) => {
      const open = typeof o === "number" ? o : Number(l) + share * (Number(h) - Number(l));
      const price = (said: number | string, free: number) => (typeof said === "number" ? said : free);
      return [open, price(h, open + 5), price(l, open - 5), price(c, open + 1), Number(v)] as const;
    }),
  );
}

/** What must be held before for the sells of a case: exits never open a position. */
function positionFor({ orders }: FillCase): readonly IntentDraft[] {
  const qty = orders.reduce((sum, order) => sum + (order.side === "sell" ? order.qty : 0), 0);
  return qty === 0 ? [] : [{ kind: "enter", side: "buy", sizeShare: (qty * 300) / CAPITAL }];
}

function intentOf({ type, side, qty, limit, stop }: OracleOrder, one: FillCase, bars: readonly Bar[]): IntentDraft {
  const terms: Partial<OrderTerms> =
    type === "limit" ? { orderType: "limit", limitPrice: limit! } : { orderType: "stop-market", stopPrice: stop! };
  if (side === "sell") return { kind: "exit", side, qty, terms };
  const said = one.expected[0]!.price;
  const price = typeof said === "number" ? said : bars[0]![0];
  return { kind: "enter", side, sizeShare: (qty * price) / CAPITAL, terms };
}
