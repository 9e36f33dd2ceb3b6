// What the first specification of this project asked to be tested, under the names it gave.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decodeSimFill, type Result, readLines } from "@powertrader/core/files";
import {
  type CandleColumns,
  candleAt,
  DAY_MS,
  firstRowAt,
  HOUR_MS,
  sliceColumns,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { loadModel, PATTERN_TIMEFRAMES } from "@powertrader/strategies/pattern-memory";
import { expect, it } from "vitest";
import { createProgram as createReplay } from "../../packages/replay/src/commands/program.ts";
import { createProgram as createTrain } from "../../packages/trainer/src/commands/program.ts";
import { MODES, replayBench } from "../../scripts/bench/replay.ts";
import { mustRun, newFolder } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { poisonAfter } from "../fixtures/poison.ts";

/** A Monday, with 24 weeks before it and four from it on. */
const START = Date.UTC(2024, 0, 1);
const hoursOf = (seed: number) => walk(START - 24 * WEEK_MS, "1hour", 28 * 7 * 24, seed);
const rowOf = (columns: CandleColumns, timeMs: number) => firstRowAt(columns, timeMs);

/** A cache folder with these hours of coins, by coin. */
function cacheOf(hours: Readonly<Record<string, CandleColumns>>): string {
  const cacheDir = newFolder();
  for (const [coin, columns] of Object.entries(hours)) {
    const all = [[(START - 24 * WEEK_MS) / 1000, (START + 4 * WEEK_MS) / 1000]] as [number, number][];
    writeCache(cacheDir, "own", `${coin}-USDT`, "1hour", columns, { covers: all });
  }
  return cacheDir;
}

/** Replays the first days of 2024 with powertrader; returns the run folder. */
async function replay(cacheDir: string, coins: string, days: number, ...more: readonly string[]): Promise<string> {
  const out = join(newFolder(), "run");
  const range = [
    "--start-date",
    "2024-01-01",
    "--end-date",
    new Date(START + days * DAY_MS).toISOString().slice(0, 10),
  ];
  const places = ["--exchange", "own", "--cache-dir", cacheDir, "--output-dir", out];
  await runInProcess(createReplay, [...places, ...range, "--coins", coins, "--quiet", ...more]);
  return out;
}

const lines = (run: string, name: string) => [...readLines(join(run, name))].map((line) => JSON.parse(line));
const fillsOf = (run: string) => lines(run, "sim_fills.jsonl").map(decodeSimFill);
const resultOf = (run: string): Result => JSON.parse(readFileSync(join(run, "result.json"), "utf8"));

/** What the account is worth at a moment, worked out from fills and candles alone: cash, and coins at their last close. */
function worth(run: string, hours: Readonly<Record<string, CandleColumns>>, atMs: number): number {
  let value = 10_000;
  for (const { symbol, side, qty, price, fees, tsMs } of fillsOf(run)) {
    if (tsMs > atMs) continue;
    const columns = hours[symbol.split("-")[0]!]!;
    const close = columns.close[rowOf(columns, atMs - HOUR_MS + 1) - 1]!;
    value += (side === "buy" ? 1 : -1) * qty * (close - price) - fees;
  }
  return value;
}

it("missing candle data: a gap stands still, and what was never fetched is an error that says what to do", async () => {
  const [btc, eth] = [hoursOf(1), hoursOf(2)];
  const [from, to] = [START + 3 * DAY_MS, START + 4 * DAY_MS + 6 * HOUR_MS];
  const holed = {
    BTC: btc,
    ETH: joined(sliceColumns(eth, 0, rowOf(eth, from)), sliceColumns(eth, rowOf(eth, to), eth.length)),
  };
  const eager = ["--param", "trade_start_level=1", "--param", "start_allocation_pct=10"];
  const run = await replay(cacheOf(holed), "BTC,ETH", 7, ...eager);
  expect(resultOf(run)).toMatchObject({ status: "completed", bars: 168 });
  const times = lines(run, "equity.jsonl").map(({ ts }) => 1000 * ts);
  expect(times).toEqual(Array.from({ length: 169 }, (_, hour) => START + hour * HOUR_MS));

  const ofEth = fillsOf(run).filter(({ symbol }) => symbol === "ETH-USDT");
  expect(ofEth.some(({ barMs }) => barMs < from)).toBe(true);
  expect(ofEth.filter(({ barMs }) => barMs >= from && barMs < to)).toEqual([]);
  const said = lines(run, "signals.jsonl").filter(({ symbol }) => symbol === "ETH-USDT");
  expect(said.filter(({ ts }) => 1000 * ts > from && 1000 * ts <= to)).toEqual([]);
  expect(said.some(({ ts }) => 1000 * ts > to)).toBe(true);
  for (const { ts, equity } of lines(run, "equity.jsonl")) expect(equity).toBeCloseTo(worth(run, holed, 1000 * ts), 6);

  const short = newFolder();
  writeCache(short, "own", "BTC-USDT", "1hour", sliceColumns(btc, 0, rowOf(btc, from)));
  await expect(replay(short, "BTC", 7)).rejects.toMatchObject({
    code: "E_CACHE_MISS",
    message: "BTC-USDT 1hour: the cache lacks 2024-01-04..2024-01-08; it has 2023-07-17..2024-01-04",
    hint: expect.stringMatching(/pt-cache warm .*--start-date 2024-01-04 --end-date 2024-01-08/),
  });
});

it("realistic execution slippage: every fill is worse than its reference, by 5 to 10 bps as its bar is calm or wild", async () => {
  const hours = { BTC: hoursOf(1), ETH: hoursOf(2) };
  const cacheDir = cacheOf(hours);
  const run = await replay(cacheDir, "BTC,ETH", 14, "--param", "trade_start_level=1", "--max-volume-pct", "1");
  const fills = fillsOf(run);
  expect(fills.length).toBeGreaterThan(20);
  const factors = new Set<number>();
  for (const { symbol, side, qty, price, referencePrice, barMs, slippageBps, fees, tsMs } of fills) {
    const columns = hours[symbol.split("-")[0] as "BTC" | "ETH"];
    const bar = candleAt(columns, rowOf(columns, barMs));
    const range = (bar.high - bar.low) / bar.close;
    const bps = 5 * Math.min(2, Math.max(1, 1 + (range - 0.015) / 0.015));
    factors.add(bps);
    const moved = referencePrice * (1 + ((side === "buy" ? 1 : -1) * bps) / 10_000);
    const kept = side === "buy" ? Math.min(moved, bar.high) : Math.max(moved, bar.low);
    expect(price).toBeCloseTo(kept, 8);
    expect(slippageBps).toBeLessThanOrEqual(bps + 1e-9);
    expect(slippageBps).toBeGreaterThanOrEqual(0);
    expect(fees).toBeCloseTo(0.002 * qty * price, 10);
    expect(qty).toBeLessThanOrEqual(0.01 * bar.volume);
    expect(tsMs - barMs).toBeGreaterThanOrEqual(50);
    expect(tsMs - barMs).toBeLessThanOrEqual(500);
  }
  expect(Math.min(...factors)).toBe(5);
  expect(Math.max(...factors)).toBeGreaterThan(7);

  const free = await replay(cacheDir, "BTC,ETH", 14, "--param", "trade_start_level=1", "--slippage-bps", "0");
  expect(fillsOf(free).every(({ price, referencePrice }) => price === referencePrice)).toBe(true);
  expect(resultOf(free).final_equity).toBeGreaterThan(resultOf(run).final_equity);
});

it("walk-forward no look-ahead: what comes later changes neither decisions nor models of before", async () => {
  const hours = hoursOf(3);
  const knownMs = START + 7 * DAY_MS + 12 * HOUR_MS;
  const later = poisonAfter(hours, "1hour", knownMs, "×1000");
  const [run, other] = [
    await replay(cacheOf({ BTC: hours }), "BTC", 15),
    await replay(cacheOf({ BTC: later }), "BTC", 15),
  ];
  const until = (folder: string, name: string) => lines(folder, name).filter(({ ts }) => 1000 * ts <= knownMs);
  for (const name of ["signals.jsonl", "sim_orders.jsonl", "sim_fills.jsonl", "equity.jsonl"]) {
    expect(until(other, name)).toEqual(until(run, name));
    expect(until(run, name).length).toBeGreaterThan(0);
    expect(lines(other, name)).not.toEqual(lines(run, name));
  }
  const modelsOf = (folder: string) =>
    readdirSync(join(folder, "models/BTC"))
      .filter((name) => name.startsWith("2024"))
      .map((name) => readFileSync(join(folder, "models/BTC", name, "manifest.json"), "utf8"));
  const [before, after] = [modelsOf(run), modelsOf(other)];
  expect(before.length).toBe(3);
  expect(after.map((text, i) => text === before[i])).toEqual([true, true, false]);
});

it("equity curve includes unrealized: the drawdown counts losses that nobody has taken", async () => {
  const hours = hoursOf(1);
  // Everything halves on the fifth day, and is what it was on the sixth.
  const [from, to] = [rowOf(hours, START + 4 * DAY_MS), rowOf(hours, START + 5 * DAY_MS)];
  for (const column of [hours.open, hours.high, hours.low, hours.close])
    for (let row = from; row < to; row++) column[row] = column[row]! / 2;
  const holding = ["start_allocation_pct=90", "trade_start_level=1", "max_dca_buys_per_24h=0"];
  const run = await replay(cacheOf({ BTC: hours }), "BTC", 7, ...holding.flatMap((param) => ["--param", param]));
  expect(fillsOf(run).filter(({ side, barMs }) => side === "buy" && barMs < hours.time[from]!).length).toBeGreaterThan(
    0,
  );
  for (const trade of lines(run, "trades.jsonl")) expect(trade.pnl).toBeGreaterThan(-100);

  const curve = lines(run, "equity.jsonl").map(({ ts, equity }) => ({ atMs: 1000 * ts, equity }));
  for (const { atMs, equity } of curve) expect(equity).toBeCloseTo(worth(run, { BTC: hours }, atMs), 6);
  let peak = 0;
  let deepest = 0;
  for (const { equity } of curve) {
    peak = Math.max(peak, equity);
    deepest = Math.max(deepest, 1 - equity / peak);
  }
  expect(deepest).toBeGreaterThan(0.4);
  expect(resultOf(run).metrics.max_drawdown).toBeCloseTo(deepest, 12);
});

it("training data filter: nothing that had not closed by the cutoff is in a model", async () => {
  const hours = hoursOf(4);
  const train = async (columns: CandleColumns, until: string) => {
    const output = newFolder();
    const series = ["--exchange", "own", "--cache-dir", cacheOf({ BTC: columns }), "--coin", "BTC"];
    await runInProcess(createTrain, [...series, "--train-until", until, "--output", output]);
    return loadModel(join(output, "BTC", until));
  };
  const [first, second] = [await train(hours, "2024-01-01"), await train(hours, "2024-01-22")];
  for (const { manifest, cutoffMs, timeframes } of [first, second]) {
    for (const { timeframe, last_candle_ts: last } of manifest.timeframes) {
      const lengthMs = timeframeMs(timeframe);
      expect(1000 * last + lengthMs).toBeLessThanOrEqual(cutoffMs);
      const { memory } = timeframes[timeframe];
      // A memory is a candle and the one after it.
      const closes = Array.from({ length: memory.length }, (_, row) => memory.at(row).timeMs + 2 * lengthMs);
      expect(Math.max(...closes)).toBeLessThanOrEqual(cutoffMs);
    }
  }
  for (const timeframe of PATTERN_TIMEFRAMES) {
    const candles = (model: typeof first) =>
      model.manifest.timeframes.find((one) => one.timeframe === timeframe)!.candles;
    expect(candles(second) - candles(first)).toBe((3 * WEEK_MS) / timeframeMs(timeframe));
  }
  const blind = poisonAfter(hours, "1hour", START, "×1000");
  expect((await train(blind, "2024-01-01")).manifestText).toBe(first.manifestText);
  expect((await train(blind, "2024-01-22")).manifestText).not.toBe(second.manifestText);
});

it("model versioning: every cutoff has a folder of its own that stays, and a run says which one it had", async () => {
  const cacheDir = cacheOf({ BTC: hoursOf(5) });
  const models = newFolder();
  const train = (until: string) =>
    runInProcess(createTrain, [
      ...["--exchange", "own", "--cache-dir", cacheDir, "--coin", "BTC", "--train-until", until, "--output", models],
    ]);
  const version = (name: string) => join(models, "BTC", name);
  await train("2023-12-18");
  const before = loadModel(version("2023-12-18")).manifestText;
  await train("2024-01-01");
  expect(readdirSync(join(models, "BTC")).filter((name) => /^\d/.test(name))).toEqual(["2023-12-18", "2024-01-01"]);
  expect(loadModel(version("2023-12-18")).manifestText).toBe(before);
  expect(readFileSync(version("current"), "utf8")).toBe("2024-01-01\n");

  const used = async (model: string) => {
    const run = await replay(cacheDir, "BTC", 2, "--model", model);
    const cutoffs = new Set(lines(run, "signals.jsonl").map(({ data }) => data.model_cutoff_ts));
    const { models: recorded } = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
    expect([...cutoffs]).toEqual([recorded[0].cutoff_ts]);
    return 1000 * recorded[0].cutoff_ts;
  };
  expect(await used(models)).toBe(START);
  expect(await used(version("2023-12-18"))).toBe(START - 2 * WEEK_MS);
});

it("end-to-end smoke (one week): from a file of candles to a report", async () => {
  const folder = newFolder();
  const { time, open, high, low, close, volume, length } = hoursOf(6);
  const rows = Array.from({ length }, (_, i) =>
    [time[i]! / 1000, open[i], high[i], low[i], close[i], volume[i]].join(),
  );
  writeFileSync(join(folder, "btc.csv.gz"), gzipSync(`${rows.join("\n")}\n`));
  const [cache, run] = [join(folder, "cache"), join(folder, "run")];
  const series = ["--exchange", "mine", "--symbol", "BTC-USDT", "--timeframe", "1h"];
  await mustRun("pt-cache", ["import", join(folder, "btc.csv.gz"), ...series, "--cache-dir", cache]);
  const week = ["--coins", "BTC", "--start-date", "2024-01-01", "--end-date", "2024-01-08"];
  const replayed = await mustRun("pt-replay", [
    ...["--exchange", "mine", "--cache-dir", cache, "--output-dir", run, ...week],
  ]);
  expect(replayed.stdout).toContain("powertrader · BTC · 2024-01-01 to 2024-01-08 · 168 bars");
  const analyzed = await mustRun("pt-analyze", [run]);
  expect(analyzed.stdout).toContain(`report: ${join(run, "report.html")}`);

  const events = lines(run, "events.jsonl");
  expect(events.filter(({ level }) => level !== "info")).toEqual([]);
  const kinds = events.map(({ event }) => event);
  expect([kinds[0], kinds[1], kinds.at(-1)]).toEqual(["run_started", "training", "run_finished"]);
  expect(lines(run, "signals.jsonl").length).toBeGreaterThan(10);
  expect(lines(run, "sim_orders.jsonl").length).toBeGreaterThan(0);
  expect(lines(run, "hub_data/account_value_history.jsonl")).toHaveLength(168);
  const metrics = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8"));
  expect(metrics.metrics.total_return).toBe(resultOf(run).metrics.total_return);
  expect(readFileSync(join(run, "report.html"), "utf8")).toContain("powertrader");
  expect(existsSync(join(run, "manifest.json"))).toBe(true);
});

it("performance (checks peak memory and that the bench reports)", { timeout: 300_000 }, async () => {
  const [time, memory, ...others] = await replayBench(1, MODES.slice(0, 1));
  expect(others).toEqual([]);
  expect(time).toMatchObject({ unit: "s", target: "≤ 5", ok: expect.any(Boolean) });
  expect(time!.value).toBeGreaterThan(0);
  expect(memory).toMatchObject({ unit: "MB", target: "≤ 400", ok: true });
  expect(memory!.value).toBeGreaterThan(30);
});

function joined(one: CandleColumns, other: CandleColumns): CandleColumns {
  const column = (name: Exclude<keyof CandleColumns, "length">) => Float64Array.of(...one[name], ...other[name]);
  return {
    length: one.length + other.length,
    time: column("time"),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
  };
}
