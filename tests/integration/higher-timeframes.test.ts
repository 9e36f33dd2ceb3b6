import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { importSeries, openInput } from "@powertrader/cache";
import type { RunConfig } from "@powertrader/core/config";
import type { Result } from "@powertrader/core/files";
import { HOUR_MS, resample, sliceColumns } from "@powertrader/core/market";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder, SHARED } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { snapshot } from "../fixtures/snapshot.ts";

const START = Date.UTC(2024, 0, 1);
const START_FLAGS = "--exchange test --coins BTC --start-date 2024-03-01 --end-date 2024-05-01";
const TREND = "--strategy mtf-trend --param fast=5 --param slow=12 --param trend=20";

const base = newFolder();
afterAll(() => rmSync(base, { recursive: true }));
let folders = 0;
let cache: string;
let out: string;
beforeEach(() => {
  cache = join(base, `cache-${++folders}`);
  out = join(base, `run-${folders}`);
});

/** Hours from 2024 on, and the bars of four hours that they make, from `fromMs` on. */
function fill(fromMs = START): void {
  const hours = walk(START, "1hour", 130 * 24);
  writeCache(cache, "test", "BTC-USDT", "1hour", sliceColumns(hours, 30 * 24, hours.length));
  const four = resample(hours, "1hour", "4hour");
  writeCache(cache, "test", "BTC-USDT", "4hour", sliceColumns(four, (fromMs - START) / (4 * HOUR_MS), four.length));
}

function replay(flags: string, outputDir = out) {
  return runInProcess(createProgram, `--cache-dir ${cache} --output-dir ${outputDir} ${flags}`.split(" "));
}

const jsonIn = (...parts: string[]) => JSON.parse(readFileSync(join(...parts), "utf8"));
const configIn = (run: string): RunConfig => jsonIn(run, "config.json");
const resultIn = (run: string): Result => jsonIn(run, "result.json");
const SAME = ["signals", "sim_orders", "order_events", "sim_fills", "trades", "equity"].map((name) => `${name}.jsonl`);

function expectSameTrades(one: string, other: string): void {
  expect(resultIn(other).hash).toBe(resultIn(one).hash);
}

function expectSameRun(one: string, other: string): void {
  for (const name of [...SAME, "result.json"])
    expect(readFileSync(join(other, name), "utf8"), name).toBe(readFileSync(join(one, name), "utf8"));
  expect(resultIn(one).metrics.trades).toBeGreaterThan(5);
}

describe("stored longer timeframes", () => {
  it("give the run that aggregated ones give, and stand in config.json, which repeats it", async () => {
    fill();
    await replay(`${START_FLAGS} ${TREND}`, `${out}-aggregate`);
    const { notes } = await replay(`${START_FLAGS} ${TREND} --higher-timeframes stored`);
    expect(notes[0]).toMatch(/ to 2024-05-01, 4h as stored$/);
    expectSameRun(`${out}-aggregate`, out);
    const { higher_data: data, ...config } = configIn(out);
    expect({ ...config, higher_timeframes: "aggregate" }).toEqual(configIn(`${out}-aggregate`));
    // 60 days before the start, which is all there is of the 365, and the 61 days of the run
    expect(data).toEqual([
      {
        symbol: "BTC-USDT",
        timeframe: "4hour",
        rows: 6 * 121,
        source: "import:BTC-USDT.csv",
        sha256: expect.any(String),
      },
    ]);
    await replay(`--config ${join(out, "config.json")}`, `${out}-again`);
    expect(jsonIn(`${out}-again`, "manifest.json")).toEqual(jsonIn(out, "manifest.json"));
  });

  it("reach as far back as --history-days, whatever warm-up the run's own candles have", async () => {
    fill();
    const recorded = async (days: number) => {
      await replay(`${START_FLAGS} ${TREND} --higher-timeframes stored --history-days ${days}`, `${out}-${days}`);
      return configIn(`${out}-${days}`).higher_data![0]!.rows;
    };
    expect(await recorded(30)).toBe(6 * (30 + 61));
    expect(await recorded(1)).toBe(6 * 61 + 20); // no less than the candles of the run cover, warm-up included
    await replay(`--config ${join(`${out}-30`, "config.json")} --history-days 1`, `${out}-other`);
    expect(configIn(`${out}-other`)).toEqual(configIn(`${out}-1`));
  });

  it("may not have changed when config.json is given back", async () => {
    fill();
    await replay(`${START_FLAGS} ${TREND} --higher-timeframes stored`);
    writeCache(cache, "test", "BTC-USDT", "4hour", walk(START, "4hour", 130 * 6, 2));
    await expect(replay(`--config ${join(out, "config.json")}`, `${out}-again`)).rejects.toMatchObject({
      code: "E_DATA_CHANGED",
      message: expect.stringContaining("BTC-USDT 4hour: the candles are not those of the recorded run"),
    });
    await replay(`${START_FLAGS} ${TREND} --higher-timeframes stored`, `${out}-other`);
    expect(resultIn(`${out}-other`).hash).not.toBe(resultIn(out).hash);
    await replay(`--config ${join(out, "config.json")} --higher-timeframes aggregate`, `${out}-again`);
    expect(configIn(`${out}-again`)).not.toHaveProperty("higher_data");
  });

  it("are not asked for when the signals of such a run are replayed", async () => {
    fill();
    await replay(`${START_FLAGS} ${TREND} --higher-timeframes stored`);
    for (const name of readdirSync(join(cache, "test")).filter((one) => one.includes("4hour")))
      rmSync(join(cache, "test", name));
    const signals = `--mode replay-signals --signals ${join(out, "signals.jsonl")}`;
    await replay(`--config ${join(out, "config.json")} ${signals}`, `${out}-signals`);
    expect(readFileSync(join(`${out}-signals`, "sim_fills.jsonl"), "utf8")).toBe(
      readFileSync(join(out, "sim_fills.jsonl"), "utf8"),
    );
  });

  it("are refused when there are none, or some are missing, with what would fetch them", async () => {
    writeCache(cache, "test", "BTC-USDT", "1hour", walk(START, "1hour", 130 * 24));
    const stored = `${START_FLAGS} ${TREND} --higher-timeframes stored`;
    const before = snapshot(cache);
    await expect(replay(stored)).rejects.toMatchObject({
      code: "E_CACHE_MISS",
      message: "BTC-USDT 4hour: the cache lacks 386 bars from 2024-02-26T16:00:00Z to 2024-05-01",
      hint:
        "Use --higher-timeframes aggregate, or fetch them: npx --no -- pt-cache warm --exchange test --coins BTC " +
        `--timeframe 4hour --start-date 2024-02-26 --end-date 2024-05-01 --cache-dir ${cache}`,
    });
    expect(snapshot(cache)).toEqual(before);
    fill(Date.UTC(2024, 2, 1)); // the warm-up is not there
    await expect(replay(stored)).rejects.toMatchObject({
      message: "BTC-USDT 4hour: the cache lacks 20 bars from 2024-02-26T16:00:00Z to 2024-03-01",
    });
    expect(existsSync(out)).toBe(false);
  });

  it("change nothing for a strategy that looks at none, and it says so", async () => {
    fill();
    await replay(`${START_FLAGS} --strategy breakout --higher-timeframes stored`);
    expect(configIn(out).higher_data).toEqual([]);
    expect(resultIn(out).notes).toContain(
      "the strategy looks at no longer timeframe: higher_timeframes changes nothing",
    );
    await replay(`${START_FLAGS} ${TREND} --param timeframe=1h --higher-timeframes stored`, `${out}-own`);
    expect(configIn(`${out}-own`).higher_data).toEqual([]);
  });

  it("are fetched by --warm-cache too", async () => {
    const range = "--exchange sim --coins BTC --start-date 2024-01-10 --end-date 2024-02-01 --quiet";
    await replay(`${range} ${TREND} --higher-timeframes stored --warm-cache`);
    await replay(`${range} ${TREND}`, `${out}-aggregate`);
    expect(configIn(out).higher_data).toMatchObject([{ symbol: "BTC-USDT", timeframe: "4hour" }]);
    expectSameTrades(`${out}-aggregate`, out);
  });
});

const DATA = join(SHARED, "data");
const isThere = existsSync(DATA);
if (!isThere) console.warn(`skipped: real candles are not at ${DATA}`);

describe.skipIf(!isThere)("real candles (skipped without ../shared)", () => {
  const real = join(base, "real");
  beforeAll(async () => {
    for (const [name, timeframe] of [
      ["1h", "1hour"],
      ["4h", "4hour"],
      ["1d", "1day"],
    ] as const) {
      const input = await openInput(join(DATA, `binance_BTCUSDT_${name}.csv.gz`));
      await importSeries(input, { cacheDir: real, exchange: "binance", symbol: "BTC-USDT", timeframe });
    }
  });

  // Binance halted within bars in March 2023: there its own bars are of trades that no hourly candle has.
  it.each([
    ["4h", "2023-04-01", "2025-04-01"],
    ["1d", "2023-04-01", "2026-04-01"],
  ])("of %s give the same run stored as aggregated", async (timeframe, start, end) => {
    cache = real;
    const trend = `--strategy mtf-trend --param timeframe=${timeframe} --param trend=30`;
    const flags = `--exchange binance --coins BTC --start-date ${start} --end-date ${end} ${trend}`;
    await replay(flags, `${out}-aggregate`);
    await replay(`${flags} --higher-timeframes stored`);
    expectSameRun(`${out}-aggregate`, out);
    expect(configIn(out).higher_data![0]!.rows).toBeGreaterThan(1000);
  });
});
