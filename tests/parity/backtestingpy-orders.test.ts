import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ExitPlan } from "@powertrader/core/engine";
import { NO_EXITS } from "@powertrader/core/engine";
import { describe, expect, it } from "vitest";
import { SHARED } from "../fixtures/bin.ts";
import { type IntentDraft, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, still } from "../fixtures/scripted-run.ts";

const SERIES = join(SHARED, "data/backtestingpy_GOOG_1d.csv.gz");
const ORACLE = join(SHARED, "oracles/backtestingpy.json");
const isThere = existsSync(SERIES) && existsSync(ORACLE);

interface GoogleDay {
  readonly day: string;
  readonly bar: Bar;
}

function readGoogle(): readonly GoogleDay[] {
  const rows = gunzipSync(readFileSync(SERIES)).toString().trim().split("\n").slice(1);
  return rows.map((row) => {
    const [time, open, high, low, close, volume] = row.split(",").map(Number) as [number, ...Bar];
    return { day: new Date(time * 1000).toISOString().slice(0, 10), bar: [open, high, low, close, volume] };
  });
}

/** What the source expects of a small case. */
function expectedOf(id: string): Record<string, unknown> {
  const { small_cases: cases } = JSON.parse(readFileSync(ORACLE, "utf8")) as {
    small_cases: { id: string; expected: Record<string, unknown> }[];
  };
  return cases.find((one) => one.id === id)!.expected;
}

const enter = (side: "buy" | "sell", sizeShare: number, more: object = {}): IntentDraft => ({
  kind: "enter",
  side,
  sizeShare,
  ...more,
});
const exitsAt = (stopPrice: number, target?: number): ExitPlan => ({
  ...NO_EXITS,
  stopPrice,
  targets: target === undefined ? [] : [{ price: target, gainShare: null, positionShare: 1 }],
});

describe.skipIf(!isThere)("small cases of backtesting.py (skipped without ../shared)", () => {
  it("btpy_sl_gap_trade_on_close: a stop fills at the open that has jumped over it", async () => {
    const { fills } = await runOrders({
      bars: [still(100), still(100), still(100), still(50), still(50)],
      orders: { 0: [enter("buy", 1, { exits: exitsAt(90) })] },
      model: { fill_at: "close", qty_step: 1 },
      initialCapital: 100,
    });
    expect(fills.map(({ price }) => price)).toEqual([100, expectedOf("btpy_sl_gap_trade_on_close").first_exit_price]);
  });

  it("btpy_sl_before_tp_same_bar: exits set on a held position act in the next bar, the stop first", async () => {
    const bars = readGoogle()
      .slice(0, 20)
      .map(({ bar }) => bar);
    const { fills } = await runOrders({
      bars,
      orders: { 3: [enter("buy", 0.5)], 4: [{ kind: "protect", exits: exitsAt(105, 107.9) }] },
    });
    expect(fills[1]!.price).toBe(expectedOf("btpy_sl_before_tp_same_bar").exit_price);
  });

  it("btpy_enter_hit_sl_same_day: a stop is hit in the bar of the entry", async () => {
    const days = readGoogle();
    const row = days.findIndex(({ day }) => day === "2012-10-17");
    const { fills } = await runOrders({
      bars: days.slice(row, row + 4).map(({ bar }) => bar),
      orders: { 0: [enter("buy", 0.5, { exits: exitsAt(720) })] },
    });
    expect(fills.map(({ rule, barMs }) => [rule, barMs])).toEqual([
      ["next_open", fills[0]!.barMs],
      ["stop_loss", fills[0]!.barMs],
    ]);
    expect(fills[1]!.price).toBe(expectedOf("btpy_enter_hit_sl_same_day").exit_price);
  });

  it("btpy_exclusive_orders: a reversal closes the first trade and leaves one", async () => {
    const { size, open_trades } = expectedOf("btpy_exclusive_orders");
    const { run, trades } = await runOrders({
      bars: [still(100), still(100), still(100)],
      orders: { 0: [enter("buy", 0.02)], 1: [{ kind: "exit", side: "sell", qty: 2 }, enter("sell", 0.03)] },
    });
    const open = run.marketOf("BTC-USDT").positions.filter(({ qty }) => qty !== 0);
    expect([open.length, open[0]!.qty, trades.length]).toEqual([open_trades, size, 1]);
  });

  it("btpy_hedging: named positions stand side by side", async () => {
    const { run } = await runOrders({
      bars: [still(100), still(100), still(100)],
      orders: {
        0: [enter("buy", 0.02, { terms: { positionId: "long" } })],
        1: [enter("sell", 0.01, { terms: { positionId: "short" } })],
      },
    });
    const open = run.marketOf("BTC-USDT").positions.filter(({ qty }) => qty !== 0);
    expect(open).toHaveLength(expectedOf("btpy_hedging").open_trades as number);
  });
});
