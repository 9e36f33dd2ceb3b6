import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withCacheLock } from "@powertrader/cache";
import { resolveSettings } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { manifestSchema, type Result, resultSchema } from "@powertrader/core/files";
import { allocateColumns, HOUR_MS, sliceColumns } from "@powertrader/core/market";
import { executeRun, type PreparedRun, prepareRun, readInputs } from "@powertrader/replay";
import { STRATEGIES } from "@powertrader/strategies";
import { beforeEach, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { candlesFrom, walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { withDefaults } from "../fixtures/with-defaults.ts";

const START = Date.UTC(2024, 0, 1);
const DAY = 24 * HOUR_MS;

let cache: string;
let out: string;

beforeEach(() => {
  const folder = newFolder();
  cache = join(folder, "cache");
  out = join(folder, "run");
});

/** 100 days of hourly candles from 2023-12-01. */
function fill(symbol = "BTC-USDT", seed = 1, days = 100): void {
  writeCache(cache, "test", symbol, "1hour", walk(START - 31 * DAY, "1hour", days * 24, seed));
}

/** `pt-replay` on this test's cache, into this test's run folder. */
function replay(flags: string, signal?: AbortSignal) {
  const given = flags.split(" ").filter((word) => word !== "");
  const defaults = ["--exchange", "test", "--cache-dir", cache, "--output-dir", out];
  return runInProcess(createProgram, withDefaults(defaults, given), signal);
}

const resultIn = (folder: string): Result =>
  resultSchema.parse(JSON.parse(readFileSync(join(folder, "result.json"), "utf8")));

/** The code an action fails with, and what it says. */
async function failure(action: () => Promise<unknown>): Promise<string> {
  const error = await action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PtError)) throw new Error(`no PtError but ${String(error)}`);
  return `${error.code}: ${error.message} — ${error.hint ?? ""}`;
}

describe("pt-replay", () => {
  it("says first what it runs with, then what came of it and what to type next", async () => {
    fill();
    const { out: said, notes } = await replay(
      "--start-date 2024-01-01 --end-date 2024-02-01 --coins BTC --strategy sma-crossover --param fast=5 --param slow=20",
    );
    expect(notes[0]).toBe("BTC against USDT on test, 1h bars, 2024-01-01 to 2024-02-01");
    expect(notes[1]).toContain("sma-crossover fast=5 slow=20 direction=both, capital 10000 USDT, size 1, seed 1");
    expect(said[0]).toBe("sma-crossover · BTC · 2024-01-01 to 2024-02-01 · 744 bars");
    expect(said.join("\n")).toMatch(/final equity .*buy and hold/s);
    expect(said.at(-1)).toBe(`next: npx --no -- pt-analyze ${out}`);
  });

  it("writes a folder that its manifest describes, bars included", async () => {
    fill();
    await replay("--start-date 2024-01-01 --coins BTC --strategy sma-crossover --param fast=5 --param slow=20");
    const { files, data } = manifestSchema.parse(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")));
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        "config.json",
        "sim_fills.jsonl",
        "equity.jsonl",
        "result.json",
        "bars/BTC-USDT_1hour.f64",
      ]),
    );
    expect(data).toMatchObject([{ symbol: "BTC-USDT", timeframe: "1hour" }]);
    expect(readFileSync(join(out, "events.jsonl"), "utf8")).toMatch(/run_started[\s\S]*run_finished/);
    expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))).toMatchObject({
      status: "completed",
      mode: "in-process",
    });
  });

  it("leaves the bars out on request", async () => {
    fill();
    await replay("--start-date 2024-01-01 --coins BTC --strategy sma-crossover --no-bars");
    expect(existsSync(join(out, "bars"))).toBe(false);
  });

  it("takes the last closed candle that all coins have as the end", async () => {
    fill("BTC-USDT", 1, 100);
    fill("ETH-USDT", 2, 90);
    await replay("--start-date 2024-01-01 --coins BTC,ETH --strategy sma-crossover");
    expect(resultIn(out).end_ts * 1000).toBe(START + 59 * DAY);
  });

  it("cuts a range that overhangs the cache by less than a day, and says so", async () => {
    fill();
    const { out: said } = await replay(
      "--start-date 2023-11-30T12:00:00Z --end-date 2024-03-10T06:00:00Z --coins BTC --strategy sma-crossover --param slow=60",
    );
    const { start_ts, end_ts, notes, warm_up } = resultIn(out);
    expect([start_ts, end_ts].map((ts) => ts * 1000)).toEqual([START - 31 * DAY, START + 69 * DAY]);
    expect(notes).toHaveLength(2);
    expect(said.filter((line) => line.startsWith("note: "))).toHaveLength(2);
    expect(warm_up).toMatchObject([{ wanted: 60, had: 0, first_decision: (START - 31 * DAY + 61 * HOUR_MS) / 1000 }]);
  });

  it("names orders that were refused and orders that never filled", async () => {
    const flat = Array.from({ length: 40 }, () => ({ open: 100, high: 100, low: 100, close: 100, volume: 0 }));
    writeCache(cache, "test", "BTC-USDT", "1hour", candlesFrom(START, "1hour", flat));
    const never = await replay("--start-date 2024-01-01 --coins BTC --strategy buy-and-hold --size-at decision");
    expect(never.out.join("\n")).toContain(
      "note: 1 order met the market and never filled: BTC-USDT-1 (99.8003992, end_of_run)",
    );
    out = `${out}-2`;
    const refused = await replay(
      "--start-date 2024-01-01 --coins BTC --strategy buy-and-hold --size-at decision --min-notional 20000",
    );
    expect(refused.out.join("\n")).toContain("note: 1 order refused: min_notional");
  });

  it("shows what is still open, and that a short sale ruined the account", async () => {
    const bars = Array.from({ length: 30 }, (_, i) => {
      const price = i < 10 ? 100 - i : 91 + (i - 10) * 20;
      return { open: price, high: price, low: price, close: price, volume: 1e9 };
    });
    writeCache(cache, "test", "BTC-USDT", "1hour", candlesFrom(START, "1hour", bars));
    const flags = "--start-date 2024-01-01 --coins BTC --strategy breakout --param lookback=3 --param direction=short";
    const open = await replay(`${flags} --end-date 2024-01-01T10:00:00Z`);
    expect(open.out.join("\n")).not.toMatch(/ -\d/); // the minus sign of the report
    expect(open.out.join("\n")).toMatch(/open: short [\d.]+ BTC-USDT, worth −[\d,]+\.\d\d USDT/);
    out = `${out}-2`;
    const ruined = await replay(`${flags} --fill-at close --param direction=both --size 1 --max-volume-pct 100`);
    expect(["completed", "ruined"]).toContain(resultIn(out).status);
    expect(ruined.out[0]).toContain("BTC");
  });

  it("lists strategies and their parameters", async () => {
    const { out: said } = await runInProcess(createProgram, ["strategies"]);
    expect(said).toContain("sma-crossover  follows the crossing of a fast and a slow moving average");
    expect(said).toContain("  --param lookback=20  bars whose range has to be left");
    const { out: json } = await runInProcess(createProgram, ["strategies", "--json"]);
    expect(JSON.parse(json.join("\n"))).toHaveLength(STRATEGIES.length);
  });

  it("shows settings with their origin", async () => {
    const { out: said } = await runInProcess(createProgram, "config show --origin --fee-bps 7 --coins btc".split(" "));
    expect(said.find((line) => line.startsWith("execution_model.fee_bps"))).toMatch(/7 {2}← --fee-bps$/);
    for (const [key, shown] of [
      ["size", "(1 / number of coins)"],
      ["start_date", "(none, required)"],
      ["params", "(the strategy's own)"],
      ["tags", "(none)"],
    ]) {
      expect(
        said
          .find((line) => line.startsWith(`${key} `))
          ?.slice(key!.length)
          .trim(),
      ).toBe(`${shown}  ← default`);
    }
    const { out: json } = await runInProcess(createProgram, "config show --json --coins btc".split(" "));
    expect(JSON.parse(json.join("\n"))).toMatchObject({ coins: ["BTC"], "execution_model.qty_step": 1e-8, size: null });
  });

  it("takes a failure of another program as its own", async () => {
    const before = process.exitCode;
    const flags = "--warm-cache --no-run --start-date 2024-01-01 --coins BTC --quiet";
    await runInProcess(createProgram, `--exchange nowhere --cache-dir ${cache} ${flags}`.split(" "));
    expect(process.exitCode).toBe(2);
    process.exitCode = before;
    const sim = `--exchange sim --cache-dir ${cache} --end-date 2024-01-03 ${flags}`;
    await runInProcess(createProgram, sim.split(" "));
    expect(process.exitCode).toBe(before);
    expect(readdirSync(join(cache, "sim")).some((name) => name.startsWith("BTC-USDT_1hour_"))).toBe(true);
  });
});

describe("a replay that cannot be", () => {
  it.each([
    ["--coins BTC", "E_USAGE: --start-date is needed — All chosen coins have candles from 2023-12-01 to 2024-03-10."],
    ["--coins BTC --start-date 2024-02-01 --end-date 2024-02-01", "E_RANGE: "],
    ["--coins BTC --start-date 2024-05-01", "E_RANGE_NO_DATA: "],
    ["--coins BTC --start-date 2023-01-01 --end-date 2023-02-01", "E_RANGE_NO_DATA: "],
    ["--coins BTC --start-date 2023-11-01 --end-date 2024-02-01", "E_CACHE_MISS: "],
    ["--coins BTC --start-date 2024-02-01T00:10:00Z --end-date 2024-02-01T00:50:00Z", "E_RANGE_NO_DATA: "],
    ["--coins BTC --start-date 2023-12-01 --end-date 2023-12-05", "E_WARM_UP: "],
    ["--coins DOGE --start-date 2024-01-01", "E_CACHE_MISS: "],
    ["--coins BTC --start-date 2024-01-01 --strategy smacrossover", "E_STRATEGY_NAME: "],
    ["--coins BTC --start-date 2024-01-01 --no-run", "E_USAGE: "],
    ["rnu", "E_USAGE: unknown command rnu"],
  ])("%s", async (flags, expected) => {
    fill();
    expect(await failure(() => replay(flags))).toContain(expected);
    expect(existsSync(out)).toBe(false);
  });

  it("says that there are no candles where they were asked for already", async () => {
    const askInVain = (fromMs: number, toMs: number) =>
      withCacheLock({ cacheDir: cache, exchange: "test" }, {}, (store) => {
        const covers = [{ fromMs, toMs }];
        const nothing = {
          columns: allocateColumns(0),
          covers,
          askedEmpty: covers,
          source: "ccxt:test",
          fetchedMs: START,
        };
        store.write({ symbol: "BTC-USDT", timeframe: "1hour" }, nothing);
      });
    await askInVain(START - 62 * DAY, START - 31 * DAY);
    const november = "--coins BTC --start-date 2023-11-01 --end-date 2023-11-15";
    expect(await failure(() => replay(november))).toBe(
      "E_RANGE_NO_DATA: test was asked for BTC-USDT 1hour in 2023-10-31..2023-12-01 and had no candles — Ask for a later time: " +
        `npx --no -- pt-cache warm --exchange test --coins BTC --timeframe 1hour --start-date 2023-12-01 --cache-dir ${cache}`,
    );
    fill();
    const outside = await failure(() => replay(november));
    expect(outside).toContain("no whole bar lies in 2023-11-01..2023-11-15; candles run from 2023-12-01");
    expect(outside).toContain("asked for already");
    const early = await failure(() => replay("--coins BTC --start-date 2023-12-01 --end-date 2023-12-05"));
    expect(early).toContain("E_WARM_UP");
    expect(early).toContain("asked for already");
    expect(outside + early).not.toContain("pt-cache warm");
  });

  it("names what the cache has and the command that would fetch the rest", async () => {
    fill();
    const said = await failure(() =>
      replay("--coins BTC,SOL --quote USDT --start-date 2024-01-01 --end-date 2024-02-01"),
    );
    expect(said).toContain("it has BTC-USDT 1hour");
    expect(said).toContain(
      "pt-cache warm --exchange test --coins SOL --timeframe 1hour --start-date 2024-01-01 --end-date 2024-02-01",
    );
  });

  it("names another exchange of the cache that has the coins, and never tells to fetch from one that is misspelt", async () => {
    fill();
    const said = await failure(() => replay("--coins BTC --start-date 2024-01-01 --exchange tset"));
    expect(said).toContain(`tset has no BTC-USDT 1hour; it has nothing — ${cache}/test has it: use --exchange test.`);
    expect(said).not.toContain("pt-cache warm");
    writeCache(cache, "other", "ETH-USDT", "1hour", walk(START, "1hour", 48));
    const both = await failure(() => replay("--coins BTC --start-date 2024-01-01 --exchange other"));
    expect(both).toContain(`${cache}/test has it: use --exchange test. Fetch it: npx --no -- pt-cache warm`);
  });

  it("never goes into a folder that holds anything", async () => {
    fill();
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "mine.txt"), "x");
    expect(await failure(() => replay("--coins BTC --start-date 2024-01-01"))).toMatch(/^E_OUT_EXISTS/);
    expect(readdirSync(out)).toEqual(["mine.txt"]);
  });
});

describe("executeRun", () => {
  /** A prepared replay of 2024-01, with parts of it replaced. */
  async function prepared(parts: Partial<PreparedRun> = {}): Promise<PreparedRun> {
    fill();
    const flags = {
      ...{ exchange: ["test"], coins: ["BTC"], "start-date": ["2024-01-01"], "cache-dir": [cache] },
      strategy: ["sma-crossover"],
    };
    const resolved = await resolveSettings({ flags, environment: {}, folder: newFolder() });
    return { ...prepareRun(resolved, readInputs(resolved)), ...parts };
  }
  const inputs = () => ({ cacheDir: cache, model: undefined, signals: undefined, bars: true });
  const options = () => ({ folder: out, inputs: inputs(), command: ["test"] });

  it("stops at the abort signal and leaves a readable folder without a manifest", async () => {
    const abort = new AbortController();
    abort.abort();
    const run = await prepared();
    expect(await failure(() => executeRun(run, { ...options(), signal: abort.signal }))).toMatch(
      /^E_CANCELLED: cancelled after 100 bars/,
    );
    expect(resultIn(out)).toMatchObject({ status: "cancelled", bars: 100 });
    expect(existsSync(join(out, "manifest.json"))).toBe(false);
    expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))).toMatchObject({ status: "cancelled" });
  });

  it("names strategy and bar when a strategy throws, and marks the folder failed", async () => {
    let bars = 0;
    const source = {
      name: "broken",
      warmUpBars: 0,
      watch: () => () => {
        if (++bars === 5) throw new Error("no idea");
        return undefined;
      },
    };
    const run = await prepared({ source });
    expect(await failure(() => executeRun(run, options()))).toMatch(
      /^E_STRATEGY: strategy sma-crossover failed at bar 5: no idea/,
    );
    expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))).toMatchObject({ status: "failed" });
    expect(readFileSync(join(out, "events.jsonl"), "utf8")).toContain('"event":"error"');
  });

  it("says so when a strategy throws before the first bar", async () => {
    const watch = () => {
      throw new Error("no such bars");
    };
    const run = await prepared({ source: { name: "broken", warmUpBars: 0, watch } });
    expect(await failure(() => executeRun(run, options()))).toMatch(
      /^E_STRATEGY: strategy sma-crossover failed before the first bar: no such bars/,
    );
    expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))).toMatchObject({ status: "failed" });
  });

  it.each([Number.NaN, Infinity, -1, 0])("refuses an entry of size %s instead of passing it on", async (size) => {
    const source = { name: "odd", warmUpBars: 0, watch: () => () => ({ direction: "long" as const, size }) };
    const run = await prepared({ source, series: (await prepared()).series.map(short) });
    const failed = await executeRun(run, options()).catch((error: unknown) => error as PtError);
    if (failed instanceof PtError) expect(failed.code).toBe("E_STRATEGY");
    else expect(failed.notes.join()).toContain("invalid_size");
  });
});

function short(series: PreparedRun["series"][number]): PreparedRun["series"][number] {
  return { ...series, columns: sliceColumns(series.columns, 0, series.warmUpRows + 30) };
}
