import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { newFolder, SHARED } from "../fixtures/bin.ts";
import { mustRunHere } from "../fixtures/here.ts";

const DATA = join(SHARED, "data");
const COINS = ["BTC", "ETH"];
const isThere = existsSync(join(DATA, "binance_BTCUSDT_1h.csv.gz"));

// An outside program: it knows the files and the candles, and nothing of ours.
describe.skipIf(!isThere)("an outside reader of a run on real BTC and ETH (skipped without ../shared)", () => {
  const folder = newFolder();
  const candles = new Map<string, Map<number, readonly number[]>>();
  let run: string;

  beforeAll(async () => {
    const cache = join(folder, "cache");
    run = join(folder, "run");
    for (const coin of COINS) {
      const file = join(DATA, `binance_${coin}USDT_1h.csv.gz`);
      const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n").slice(1);
      candles.set(
        `${coin}-USDT`,
        new Map(lines.map((line) => line.split(",").map(Number)).map(([ts, ...row]) => [ts!, row])),
      );
      const series = ["--exchange", "binance", "--symbol", `${coin}-USDT`, "--timeframe", "1h"];
      await mustRunHere("pt-cache", ["import", file, ...series, "--cache-dir", cache]);
    }
    // Short averages and both directions, a large wallet: many fills, reversals, partial fills.
    const flags =
      "--exchange binance --start-date 2024-01-01 --end-date 2024-07-01 --coins BTC,ETH --strategy sma-crossover --param fast=12 --param slow=30 --initial-capital 3000000 --max-volume-pct 0.5 --close-at-end";
    await mustRunHere("pt-replay", [...flags.split(" "), "--cache-dir", cache, "--output-dir", run]);
  });

  const lines = (name: string) =>
    readFileSync(join(run, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  const config = () => JSON.parse(readFileSync(join(run, "config.json"), "utf8"));

  it("re-derives every value of equity and cash", () => {
    const fills = lines("sim_fills.jsonl");
    expect(fills.length).toBeGreaterThan(300);
    expect(fills.some(({ state }) => state === "partial")).toBe(true);
    const flows = lines("cash_flows.jsonl");
    const held = new Map<string, number>(COINS.map((coin) => [`${coin}-USDT`, 0]));
    let cash = config().initial_capital;
    const [first, ...ticks] = lines("equity.jsonl");
    expect(first).toEqual({ ts: Date.UTC(2024, 0, 1) / 1000, equity: cash, cash });
    expect(ticks).toHaveLength(182 * 24);
    let next = 0;
    for (const tick of ticks) {
      for (; next < fills.length && fills[next].bar_ts + 3600 <= tick.ts; next++) {
        const { side, qty, fill_price, fees, symbol } = fills[next];
        const sign = side === "buy" ? 1 : -1;
        cash -= sign * qty * fill_price + fees;
        held.set(symbol, held.get(symbol)! + sign * qty);
      }
      for (const flow of flows.filter(({ ts }) => ts === tick.ts)) cash += flow.amount;
      let equity = cash;
      for (const [symbol, qty] of held) equity += qty * candles.get(symbol)!.get(tick.ts - 3600)![3]!;
      expect(Math.abs(tick.equity / equity - 1)).toBeLessThan(1e-9);
      expect(Math.abs(tick.cash - cash)).toBeLessThan(1e-9 * equity);
    }
    expect(next).toBe(fills.length);
  });

  it("re-derives every fee, and finds every fill within its bar, its volume and its time", () => {
    const { fee_bps, max_volume_pct, latency_ms, slippage_bps } = config().execution_model;
    const taken = new Map<string, number>();
    let before = 0;
    for (const fill of lines("sim_fills.jsonl")) {
      const [open, high, low, close, volume] = candles.get(fill.symbol)!.get(fill.bar_ts)! as [
        number,
        number,
        number,
        number,
        number,
      ];
      expect(fill.fees).toBeCloseTo((fill.qty * fill.fill_price * fee_bps) / 10_000, 9);
      expect(fill.fill_price).toBeLessThanOrEqual(high);
      expect(fill.fill_price).toBeGreaterThanOrEqual(low);
      expect(fill.bar_ts).toBeGreaterThanOrEqual(before); // fill lines follow bar order
      before = fill.bar_ts;

      const key = `${fill.symbol} ${fill.bar_ts}`;
      taken.set(key, (taken.get(key) ?? 0) + fill.qty);
      expect(taken.get(key)! / volume).toBeLessThanOrEqual((max_volume_pct / 100) * (1 + 1e-9));
      if (fill.rule === "end_of_run") continue;

      const latency = (fill.ts - fill.bar_ts) * 1000;
      expect(latency).toBeGreaterThanOrEqual(latency_ms[0] - 1e-3);
      expect(latency).toBeLessThanOrEqual(latency_ms[1] + 1e-3);
      const isBuy = fill.side === "buy";
      const moved = open + ((close - open) * latency) / 3_600_000;
      const reference = isBuy ? Math.max(open, moved) : Math.min(open, moved);
      expect(fill.reference_price).toBeCloseTo(reference, 4);
      const factor = Math.min(2, Math.max(1, 1 + ((high - low) / close - 0.015) / 0.015));
      const asked = (reference * slippage_bps * factor) / 10_000;
      const price = isBuy ? Math.min(reference + asked, high) : Math.max(reference - asked, low);
      expect(fill.fill_price).toBeCloseTo(price, 4);
    }
  });

  it("follows every order from its decision to its fills", () => {
    const fills = lines("sim_fills.jsonl");
    const signals = new Map(lines("signals.jsonl").map((signal) => [signal.signal_id, signal]));
    for (const order of lines("sim_orders.jsonl")) {
      if (order.signal_id !== null)
        expect(signals.get(order.signal_id)).toMatchObject({ ts: order.ts, symbol: order.symbol });
      for (const fill of fills.filter(({ client_order_id }) => client_order_id === order.client_order_id)) {
        expect(fill).toMatchObject({ side: order.side, symbol: order.symbol });
        if (fill.rule !== "end_of_run") expect(fill.bar_ts).toBeGreaterThanOrEqual(order.ts);
      }
    }
  });
});
