import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Side } from "@powertrader/core/engine";
import { computeMetrics, simpleReturns, tradingCosts } from "@powertrader/core/metrics";
import { describe, expect, it } from "vitest";
import { SHARED } from "../fixtures/bin.ts";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type FinishedRun, START_MS, still } from "../fixtures/scripted-run.ts";

const ORACLE = join(SHARED, "oracles/positions.json");
const CAPITAL = 100_000;
const HOUR_MS = 3_600_000;

type Lots = readonly (readonly [qty: number, price: number])[];

interface Case {
  readonly id: string;
  readonly f?: string;
  readonly start?: { readonly qty: number; readonly entry: number };
  readonly op?: readonly [side: Side, qty: number, price: number];
  readonly entry?: number;
  readonly price?: number;
  readonly exit?: number;
  readonly qty?: number;
  readonly side?: "long" | "short";
  readonly fee_rate?: number;
  readonly pnl?: number;
  readonly pnl_pct?: number;
  readonly buys?: Lots;
  readonly sells?: Lots;
  readonly trade?: { readonly entry: number; readonly exit: number; readonly qty: number };
  readonly prices?: readonly number[];
  readonly expected?: unknown;
}

const cases: readonly Case[] = existsSync(ORACLE)
  ? (JSON.parse(readFileSync(ORACLE, "utf8")) as { cases: Case[] }).cases
  : [];
const having = (key: keyof Case) => cases.filter((one) => one[key] !== undefined).map((one) => [one.id, one] as const);

/** What another file here compares, and what ours has no counterpart for. */
const ELSEWHERE = /^(risk_to_qty|size_to_qty|risk_to_size|limit_stop_loss)$/;
const NOT_OURS: Readonly<Record<string, string>> = { anchor_tf: "no timeframe is derived from another one here" };

/** A lot of a position, signed: what is bought is positive. */
type Lot = readonly [signedQty: number, price: number];

/** Trades lots one bar after another, at their prices; the first decides whether the position is long. */
function trade(lots: readonly Lot[], feeRate = 0): Promise<FinishedRun> {
  const isLong = lots[0]![0] > 0;
  const intents = lots.map(([qty, price], i): IntentDraft => {
    const side = qty > 0 ? "buy" : "sell";
    if (qty > 0 !== isLong) return { kind: "exit", side, qty: Math.abs(qty) };
    const gained = lots.slice(0, i).reduce((sum, [before, paid]) => sum + before * (price - paid), 0);
    return { kind: "enter", side, sizeShare: (Math.abs(qty) * price * (1 + feeRate)) / (CAPITAL + gained) };
  });
  return runOrders({
    bars: [still(lots[0]![1]), ...lots.map(([, price]) => still(price))],
    orders: Object.fromEntries(intents.map((intent, i) => [i, [intent]])),
    initialCapital: CAPITAL,
    model: { fee_bps: feeRate * 10_000 },
  });
}

const signed = (lots: Lots, sign: 1 | -1) => lots.map(([qty, price]): Lot => [sign * qty, price]);
const near = (value: number) => expect.closeTo(value, 9);

describe.skipIf(cases.length === 0)("positions of Jesse (skipped without ../shared)", () => {
  it("are each compared here or with the sizes", () => {
    const keys = ["op", "price", "exit", "buys", "trade", "prices"] as const;
    const left = cases.filter((one) => keys.every((key) => one[key] === undefined) && !ELSEWHERE.test(one.f ?? ""));
    expect(left.map(({ id }) => id)).toEqual(Object.keys(NOT_OURS));
  });

  it.each(having("op"))("%s", async (_, { start, op, expected }) => {
    const [side, qty, price] = op!;
    const { run } = await trade([
      [start!.qty, start!.entry],
      [side === "buy" ? qty : -qty, price],
    ]);
    const { position } = run.markets[0]!;
    const { qty: held, entry } = expected as { qty: number; entry?: number };
    expect(position.qty).toEqual(near(held));
    if (entry !== undefined) expect(position.entryPrice).toEqual(near(entry));
  });

  it.each(having("price").filter(([, one]) => one.f === undefined))("%s", async (_, one) => {
    const { entry, price, qty, pnl, pnl_pct } = one;
    const { equity, trades } = await trade([
      [qty!, entry!],
      [-qty!, price!],
    ]);
    if (pnl !== undefined) expect([equity.at(-1)! - CAPITAL, trades[0]!.pnl]).toEqual([near(pnl), near(pnl)]);
    if (pnl_pct !== undefined) expect(trades[0]!.pnlPct).toEqual(near(pnl_pct));
  });

  it.each(having("exit"))("%s", async (_, { side, qty, entry, exit, fee_rate, pnl }) => {
    const sign = side === "long" ? 1 : -1;
    const lots = [[sign * qty!, entry!] as const, [-sign * qty!, exit!] as const];
    const { trades } = await trade(lots, fee_rate);
    expect(trades[0]!.pnl).toEqual(near(pnl!));
  });

  it.each(having("buys"))("%s", async (_, { side, buys, sells, expected }) => {
    const lots =
      side === "long" ? [...signed(buys!, 1), ...signed(sells!, -1)] : [...signed(sells!, -1), ...signed(buys!, 1)];
    const [{ qty, entryPrice, exitPrice }] = (await trade(lots)).trades as [FinishedRun["trades"][number]];
    const theirs = expected as { qty: number; entry: number; exit: number; size: number };
    expect([qty, entryPrice, exitPrice, qty * entryPrice]).toEqual(
      [theirs.qty, theirs.entry, theirs.exit, theirs.size].map(near),
    );
  });

  it.each(having("trade"))("%s: what is undefined is no number", async (_, { trade: one, expected }) => {
    const { trades, fills, equity, cash } = await trade([
      [one!.qty, one!.entry],
      [-one!.qty, one!.exit],
    ]);
    const { values } = computeMetrics({
      timeMs: Float64Array.from(equity, (_value, i) => START_MS + i * HOUR_MS),
      equity: Float64Array.from(equity),
      cash: Float64Array.from(cash),
      length: equity.length,
      trades,
      costs: tradingCosts(fills),
    });
    const theirs = expected as Readonly<Record<string, number | null>>;
    expect(equity.at(-1)! - CAPITAL).toEqual(near(theirs.net_profit!));
    expect([values.win_rate, values.expectancy]).toEqual([theirs.win_rate, near(theirs.expectancy!)]);
    expect([values.average_loss, values.payoff_ratio]).toEqual([theirs.avg_loss, theirs.ratio_avg_win_loss]);
  });

  it.each(having("prices"))("%s", (_, { prices, expected }) => {
    const percent = [...simpleReturns(Float64Array.from(prices!))].map((share) => near(100 * share));
    expect([null, ...percent]).toEqual(expected);
  });
});
