import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { decodeTrade, readJsonl, resultSchema } from "@powertrader/core/files";
import { describe, expect, it } from "vitest";
import { newFolder, SHARED } from "../fixtures/bin.ts";
import { mustRunHere } from "../fixtures/here.ts";

const ORACLE = join(SHARED, "oracles/backtestingpy.json");
const SERIES = join(SHARED, "data/backtestingpy_GOOG_1d.csv.gz");
const isThere = existsSync(ORACLE) && existsSync(SERIES);

interface OracleTrade {
  readonly size: number;
  readonly entry_bar: number;
  readonly exit_bar: number;
  readonly entry_price: number;
  readonly exit_price: number;
  readonly pnl: number;
}

interface OracleRun {
  readonly id: string;
  readonly params: { readonly fast: number; readonly slow: number };
  readonly trades: readonly OracleTrade[];
}

/** What backtesting.py assumes, in our public flags. */
const AS_BACKTESTINGPY = (
  "--exchange oracle --coins GOOG --quote USD --timeframe 1d --start-date 2004-08-19 --fee-bps 0 --slippage-bps 0 " +
  "--strategy sma-crossover --latency-ms 0,0 --max-volume-pct 100 --qty-step 1 --min-notional 0 --size 1"
).split(" ");

describe.skipIf(!isThere)("runs of backtesting.py on GOOG (skipped without ../shared)", () => {
  it.each([
    ["smacross_goog_default", "both"],
    ["longonly_goog", "long"],
  ])("%s is reproduced trade by trade", async (id, direction) => {
    const oracle = (JSON.parse(readFileSync(ORACLE, "utf8")) as { runs: OracleRun[] }).runs.find(
      (run) => run.id === id,
    )!;
    const folder = newFolder();
    const cache = join(folder, "cache");
    const out = join(folder, "run");
    const series = ["--exchange", "oracle", "--symbol", "GOOG-USD", "--timeframe", "1d", "--calendar", "as-is"];
    await mustRunHere("pt-cache", ["import", SERIES, ...series, "--cache-dir", cache]);
    const { fast, slow } = oracle.params;
    const params = ["--param", `fast=${fast}`, "--param", `slow=${slow}`, "--param", `direction=${direction}`];
    await mustRunHere("pt-replay", [...AS_BACKTESTINGPY, ...params, "--cache-dir", cache, "--output-dir", out]);

    const barOf = barIndex();
    const trades = readJsonl(join(out, "trades.jsonl"), decodeTrade);
    const closed = oracle.trades.slice(0, -1);
    expect(closed.length).toBeGreaterThan(30);
    expect(trades).toHaveLength(closed.length);
    trades.forEach((trade, i) => {
      const theirs = closed[i]!;
      expect([trade.side === "long" ? trade.qty : -trade.qty, barOf(trade.entryMs), barOf(trade.exitMs)]).toEqual([
        theirs.size,
        theirs.entry_bar,
        theirs.exit_bar,
      ]);
      expect(trade.entryPrice).toBeCloseTo(theirs.entry_price, 9);
      expect(trade.exitPrice).toBeCloseTo(theirs.exit_price, 9);
      expect(trade.pnl).toBeCloseTo(theirs.pnl, 6);
    });

    // backtesting.py closes the last position at the last bar's open; ours stays open, so only its entry is compared.
    const last = oracle.trades.at(-1)!;
    const { open_positions } = resultSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
    expect(open_positions).toMatchObject([
      { side: last.size > 0 ? "long" : "short", qty: Math.abs(last.size), entry_price: last.entry_price },
    ]);
    expect(barOf(open_positions[0]!.entry_ts * 1000)).toBe(last.entry_bar);
  });
});

/** Row of the bar that opens at a time. */
function barIndex(): (openMs: number) => number | undefined {
  const lines = gunzipSync(readFileSync(SERIES)).toString().trim().split("\n").slice(1);
  const rows = new Map(lines.map((line, i) => [Number(line.split(",")[0]) * 1000, i]));
  return (openMs) => rows.get(openMs);
}
