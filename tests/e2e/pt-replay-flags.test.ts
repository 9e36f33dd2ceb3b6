import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { resultSchema, sha256 } from "@powertrader/core/files";
import { flagName, RUN_SETTINGS, type Setting, variableName } from "@powertrader/core/settings";
import { STRATEGIES } from "@powertrader/strategies";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustRun, newFolder } from "../fixtures/bin.ts";
import { walk, writeCache, writeFunding, writeWalks } from "../fixtures/candle-cache.ts";
import { mustRunHere, runHere } from "../fixtures/here.ts";

const base = newFolder();
afterAll(() => rmSync(base, { recursive: true }));

/** For each setting a text that is not its default, and what config.json then says. */
const SAMPLES: Readonly<Record<string, readonly [text: string, recorded: unknown]>> = {
  initial_capital: ["5000", 5000],
  coins: ["eth,BTC", ["ETH", "BTC"]],
  quote: ["eur", "EUR"],
  exchange: ["my-csv", "my-csv"],
  timeframe: ["4h", "4hour"],
  higher_timeframes: ["stored", "stored"],
  history_days: ["30", 30],
  start_date: ["2024-01-03T04:00:00Z", "2024-01-03T04:00:00Z"],
  end_date: ["2024-02-01", "2024-02-01"],
  mode: ["replay", "replay"],
  strategy: ["breakout", "breakout"],
  params: ["lookback=7", { lookback: 7, direction: "both" }],
  walk_forward: ["true", false], // the flag is --no-walk-forward
  retrain_interval: ["3", 3],
  size: ["0.25", 0.25],
  leverage: ["2", 2],
  seed: ["7", 7],
  close_at_end: ["true", true],
  equity_interval: ["1d", "1day"],
  name: ["a name", "a name"],
  tags: ["one,two", ["one", "two"]],
  note: ["why", "why"],
  execution: ["kraken", "kraken"],
  "execution_model.slippage_model": ["square-root", "square-root"],
  "execution_model.slippage_bps": ["1.5", 1.5],
  "execution_model.impact": ["0.2", 0.2],
  "execution_model.spread_bps": ["3", 3],
  "execution_model.fee_bps": ["7", 7],
  "execution_model.maker_fee_bps": ["-1", -1],
  "execution_model.fee_per_order": ["0.5", 0.5],
  "execution_model.fee_in": ["received", "received"],
  "execution_model.max_volume_pct": ["50", 50],
  "execution_model.latency_ms": ["10,20", [10, 20]],
  "execution_model.partial_fill_threshold": ["0.2", 0.2],
  "execution_model.qty_step": ["0.001", 0.001],
  "execution_model.price_tick": ["0.01", 0.01],
  "execution_model.min_notional": ["1", 1],
  "execution_model.fill_at": ["close", "close"],
  "execution_model.size_at": ["decision", "decision"],
  "execution_model.remainder": ["cancel", "cancel"],
  "execution_model.limit_fill": ["through", "through"],
  "execution_model.limit_gap": ["at-limit", "at-limit"],
  "execution_model.stop_fill": ["at-stop", "at-stop"],
  "execution_model.trail_from": ["this-bar", "this-bar"],
  "execution_model.intrabar": ["ohlc-path", "ohlc-path"],
  "execution_model.maintenance_margin": ["0.01", 0.01],
  "execution_model.liquidation_fee_bps": ["50", 50],
  "execution_model.borrow_rate": ["0.1", 0.1],
  "execution_model.funding": ["true", true],
  "execution_model.session": ["us-equities", "us-equities"],
  "exits.stop_loss": ["0.06", 0.06],
  "exits.take_profit": ["0.05:0.5,0.1:0.5", { "0.05": 0.5, "0.1": 0.5 }],
  "exits.trailing_stop": ["0.05", 0.05],
  "exits.trailing_from": ["0.02", 0.02],
  "exits.trailing_then": ["0.01", 0.01],
  "exits.break_even_at": ["0.03", 0.03],
  "exits.break_even_offset": ["0.001", 0.001],
  "exits.time_targets": ["0:0.2,1440:0.02", { "0": 0.2, "1440": 0.02 }],
  "exits.max_bars": ["60", 60],
  "risk.profile": ["balanced", "balanced"],
  cache_dir: ["candles", undefined],
  model: ["models", undefined],
  output_dir: ["run", undefined],
  bars: ["true", undefined],
};

/** A folder with a cache called `candles` that the samples above can be run on. */
function projectFor(name: string): string {
  const folder = path.join(base, name);
  const cacheDir = path.join(folder, "candles");
  for (const [i, coin] of ["ETH", "BTC"].entries()) {
    const candles = walk(Date.UTC(2024, 0, 1), "4hour", 240, i);
    writeCache(cacheDir, "my-csv", `${coin}-EUR`, "4hour", candles);
    writeFunding(cacheDir, "my-csv", `${coin}-EUR`, candles);
  }
  return folder;
}

/** A folder with hourly bars of BTC and ETH from 2024-01-01. */
function newProject(name: string, bars = 300): string {
  const folder = path.join(base, name);
  writeWalks(path.join(folder, "backtest_cache"), "kucoin", ["BTC", "ETH"], bars);
  return folder;
}

/** So many that models can be trained until 2024-07-01, and four days after it replayed. */
const TRAINABLE_BARS = 24 * (182 + 4);

const flagsOf = (setting: Setting): readonly string[] =>
  setting.value === undefined ? [`--${flagName(setting)}`] : [`--${flagName(setting)}`, SAMPLES[setting.key]![0]];
/** Beside the other samples these change nothing, which a flag may not do; a variable may. */
const IDLE = ["size", "walk_forward", "retrain_interval", "execution_model.spread_bps"];
/** What the strategy of the samples can be told: models are for those that learn. */
const TOLD = RUN_SETTINGS.filter(({ key }) => key !== "model");
const flagsBut = (left: string) => TOLD.filter(({ key }) => key !== left && !IDLE.includes(key)).flatMap(flagsOf);
const allFlags = flagsBut("none");
const variablesOf = (settings: readonly Setting[]) =>
  Object.fromEntries(settings.map((one) => [variableName(one), SAMPLES[one.key]![0]]));
const idleVariables = variablesOf(TOLD.filter(({ key }) => IDLE.includes(key)));
const recorded = RUN_SETTINGS.filter((setting) => setting.recorded !== false);

function valueAt(value: unknown, key: string): unknown {
  return key.split(".").reduce((inner, part) => (inner as Record<string, unknown>)[part], value);
}
const jsonIn = (...parts: string[]) => JSON.parse(readFileSync(path.join(...parts), "utf8"));

it("every setting has a sample", () => {
  expect(Object.keys(SAMPLES)).toEqual(RUN_SETTINGS.map(({ key }) => key));
});

describe.each([
  ["flags", () => ({ args: allFlags, env: idleVariables })],
  ["variables", () => ({ args: [], env: variablesOf(TOLD) })],
])("a replay told everything by %s", (name, told) => {
  let folder: string;
  let config: Record<string, unknown>;
  beforeAll(async () => {
    folder = projectFor(name);
    const { args, env } = told();
    await mustRunHere("pt-replay", args, { cwd: folder, env });
    config = jsonIn(folder, "run/config.json");
  });

  it.each(recorded.map(({ key }) => key))("records %s in config.json", (key) => {
    expect(valueAt(config, key)).toEqual(SAMPLES[key]![1]);
  });

  it("reads and writes where it was told, without the bars", () => {
    expect(readdirSync(folder).sort()).toEqual(["candles", "run"]);
    expect(readdirSync(path.join(folder, "run"))).not.toContain("bars");
    expect(JSON.stringify(config)).not.toContain("candles");
  });

  it("thins equity.jsonl to one row a day", () => {
    const rows = readFileSync(path.join(folder, "run/equity.jsonl"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(1 + 29); // the start, then 2024-01-03 to 2024-01-31
  });
});

describe("pt-replay", () => {
  it("gives the same bytes whether it was told by flags, variables or its own config.json", async () => {
    const folder = projectFor("same");
    const args = [...flagsBut("output_dir"), "--output-dir", "one"];
    await mustRunHere("pt-replay", args, { cwd: folder, env: idleVariables });
    await mustRunHere(
      "pt-replay",
      ["--config", "one/config.json", "--cache-dir", "candles", "--no-bars", "--output-dir", "two"],
      {
        cwd: folder,
      },
    );
    for (const file of ["config.json", "sim_fills.jsonl", "equity.jsonl", "result.json", "manifest.json"]) {
      expect(readFileSync(path.join(folder, "two", file), "utf8")).toBe(
        readFileSync(path.join(folder, "one", file), "utf8"),
      );
    }
  });

  it("needs no more than a start date and coins, and says what it takes", async () => {
    const folder = newProject("short", TRAINABLE_BARS);
    const { stdout, stderr } = await mustRunHere("pt-replay", ["--start-date", "2024-07-01", "--coins", "BTC,ETH"], {
      cwd: folder,
    });
    const [run] = readdirSync(path.join(folder, "backtest_results"));
    expect(run).toMatch(/^backtest_\d{4}-\d\d-\d\d_\d{6}_[0-9a-f]{8}$/);
    expect(stdout).toContain(`run folder: backtest_results/${run}`);
    expect(stderr.split("\n")[0]).toBe("BTC, ETH against USDT on kucoin, 1h bars, 2024-07-01 to 2024-07-05");
    expect(stderr).toMatch(
      /^powertrader weights=learned .* trade_start_level=3 .*, capital 10000 USDT, sizes its own orders, seed 1$/m,
    );
    expect(jsonIn(folder, "backtest_results", run!, "config.json")).toMatchObject({
      end_date: "2024-07-05",
      strategy: "powertrader",
      size: null,
    });
    const recordedAs = ["--config", `backtest_results/${run}/config.json`, "--output-dir"];
    await mustRunHere("pt-replay", [...recordedAs, "again"], { cwd: folder });
    expect(jsonIn(folder, "again/config.json")).toMatchObject({ strategy: "powertrader", size: null });
    expect(jsonIn(folder, "again/result.json")).toEqual(jsonIn(folder, "backtest_results", run!, "result.json"));
    const flags = ["other", "--strategy", "buy-and-hold"];
    await mustRunHere("pt-replay", [...recordedAs, ...flags], { cwd: folder });
    expect(jsonIn(folder, "other/config.json")).toMatchObject({ strategy: "buy-and-hold", size: 0.5 });
  });

  it("takes models from the folder that flag or variable names, and records their hashes without the folder", async () => {
    const folder = newProject("models", TRAINABLE_BARS);
    const train = "--exchange kucoin --coins BTC --train-until 2024-07-01 --output mine".split(" ");
    await mustRunHere("pt-train", train, { cwd: folder });
    const args = ["--start-date", "2024-07-01", "--coins", "BTC", "--output-dir"];
    await mustRunHere("pt-replay", [...args, "one", "--model", "mine"], { cwd: folder });
    await mustRunHere("pt-replay", [...args, "two"], { cwd: folder, env: { PT_MODEL: "mine" } });
    const config = jsonIn(folder, "one/config.json");
    expect(config).not.toHaveProperty("training_data");
    const manifest = readFileSync(path.join(folder, "mine/BTC/2024-07-01/manifest.json"), "utf8");
    expect(config.models).toEqual([
      { symbol: "BTC-USDT", cutoff_ts: Date.UTC(2024, 6, 1) / 1000, sha256: sha256(manifest) },
    ]);
    expect(JSON.stringify(config)).not.toContain("mine");
    expect(readdirSync(path.join(folder, "one"))).not.toContain("models");
    expect(jsonIn(folder, "two/manifest.json")).toEqual(jsonIn(folder, "one/manifest.json"));
  });

  it("started twice at the same moment makes two folders", async () => {
    const folder = newProject("twice");
    const args = ["--start-date", "2024-01-10", "--coins", "BTC", "--strategy", "sma-crossover"];
    await Promise.all([mustRun("pt-replay", args, { cwd: folder }), mustRun("pt-replay", args, { cwd: folder })]);
    expect(readdirSync(path.join(folder, "backtest_results"))).toHaveLength(2);
  });

  it("makes a folder of its own for each risk profile, whether flags or the variable name them", async () => {
    const folder = newProject("profiles");
    const args = ["--start-date", "2024-01-10", "--coins", "BTC", "--strategy", "sma-crossover"];
    const { stdout } = await mustRunHere(
      "pt-replay",
      [...args, "--risk-profile", "plan", "--risk-profile", "aggressive"],
      {
        cwd: folder,
      },
    );
    const made = readdirSync(path.join(folder, "backtest_results"));
    expect(made).toHaveLength(2);
    for (const run of made) expect(stdout.match(new RegExp(run, "g"))).toHaveLength(3); // its summary, the comparison
    const env = { PT_RISK_PROFILE: "plan,aggressive" };
    await mustRunHere("pt-replay", [...args, "--output-dir", "out"], { cwd: folder, env });
    expect(readdirSync(path.join(folder, "out")).sort()).toEqual(["aggressive", "plan"]);
  });

  it("prints exactly result.json with --json, and nothing else anywhere", async () => {
    const folder = newProject("json");
    const args = "--start-date 2024-01-10 --coins BTC --strategy buy-and-hold --output-dir out --json".split(" ");
    const { stdout, stderr } = await mustRunHere("pt-replay", args, { cwd: folder });
    expect(stderr).toBe("");
    expect(stdout).toBe(readFileSync(path.join(folder, "out/result.json"), "utf8"));
    expect(resultSchema.parse(JSON.parse(stdout))).toMatchObject({ status: "completed", bars: 84, synthetic: false });
  });

  it.for(["--quiet", "-q"])("keeps its notes to itself with %s", async (flag) => {
    const folder = newProject(`quiet ${flag}`);
    const args = ["--start-date", "2024-01-10", "--coins", "BTC", "--strategy", "buy-and-hold", flag];
    const { stdout, stderr } = await mustRunHere("pt-replay", args, { cwd: folder });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining("final equity"), stderr: "" });
  });

  it("shows no stack without --debug, and one with it", async () => {
    const args = ["--start-date", "2024-02-30"];
    expect((await runHere("pt-replay", args)).stderr).not.toContain("    at ");
    expect((await runHere("pt-replay", [...args, "--debug"])).stderr).toMatch(
      /^error E_DATE: .*\nPtError: .*\n {4}at /,
    );
    expect((await runHere("pt-replay", args, { env: { PT_DEBUG: "1" } })).stderr).toContain("    at ");
  });

  it("lists every flag of the default command in its help, with defaults and examples", async () => {
    const { stdout } = await mustRunHere("pt-replay", ["--help"]);
    for (const setting of RUN_SETTINGS) expect(stdout).toMatch(new RegExp(`^ +--${flagName(setting)}\\b`, "m"));
    for (const flag of ["--config <file>", "--json", "-q, --quiet", "--debug", "--warm-cache", "--no-run"])
      expect(stdout).toContain(flag);
    expect(stdout.replace(/\s+/g, " ")).toContain("fee on the notional of every fill (default: 20)");
    expect(stdout).toContain("$ npx --no -- pt-replay --start-date 2024-01-01");
    for (const command of ["init", "config", "strategies"])
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
  });
});

describe("pt-replay config show", () => {
  const show = async (args: readonly string[], folder = base, env: Record<string, string> = {}) =>
    (await mustRunHere("pt-replay", ["config", "show", ...args], { cwd: folder, env })).stdout;

  it("takes every flag of a replay and shows what it comes to", async () => {
    const document = JSON.parse(await show([...allFlags, "--model", "models", "--json"], base, idleVariables));
    expect(Object.keys(document)).toEqual(RUN_SETTINGS.map(({ key }) => key));
    for (const { key } of recorded.filter((one) => one.key !== "params"))
      expect(document[key], key).toEqual(SAMPLES[key]![1]);
    expect(document).toMatchObject({
      params: { lookback: 7 },
      cache_dir: "candles",
      model: "models",
      output_dir: "run",
      bars: false,
    });
  });

  it("says with --origin where each value comes from", async () => {
    const folder = newProject("origin");
    writeFileSync(path.join(folder, "pt.config.toml"), 'name = "mine"\nseed = 3\n[execution_model]\nfee_bps = 4\n');
    const args = ["--origin", "--seed", "9"];
    const text = await show(args, folder, { PT_QUOTE: "EUR" });
    const lineOf = (key: string) =>
      text
        .split("\n")
        .find((line) => line.startsWith(`${key} `))!
        .replace(/ +/g, " ");
    const file = path.join(folder, "pt.config.toml");
    expect(lineOf("seed")).toBe("seed 9 ← --seed");
    expect(lineOf("quote")).toBe('quote "EUR" ← PT_QUOTE');
    expect(lineOf("name")).toBe(`name "mine" ← ${file}`);
    expect(lineOf("execution_model.fee_bps")).toBe(`execution_model.fee_bps 4 ← ${file}`);
    expect(lineOf("execution_model.slippage_bps")).toBe("execution_model.slippage_bps 5 ← default");
    expect(lineOf("size")).toBe("size (1 / number of coins) ← default");
    expect(text.trimEnd().split("\n")).toHaveLength(RUN_SETTINGS.length);

    expect(JSON.parse(await show([...args, "--json"], folder))).toMatchObject({
      seed: { value: 9, origin: "--seed" },
      "execution_model.fee_bps": { value: 4, origin: file },
      size: { value: null, origin: "default" },
    });
  });
});

describe("subcommands", () => {
  const lines = ["init", "config show", "strategies"].flatMap((command) =>
    ["--json", "--quiet", "--debug"].map((flag) => `${command} ${flag}`),
  );

  it.for(lines)("take global flags after their name: %s", async (line) => {
    const folder = newProject(line);
    const { stdout, stderr } = await mustRunHere("pt-replay", line.split(" "), { cwd: folder });
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
    if (line.endsWith("--json")) expect(() => JSON.parse(stdout)).not.toThrow();
    expect(existsSync(path.join(folder, "pt.config.toml"))).toBe(line.startsWith("init"));
  });

  it("init names the file it wrote", async () => {
    const folder = newProject("init");
    const { stdout } = await mustRunHere("pt-replay", ["init", "--json"], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({ file: path.join(folder, "pt.config.toml") });
    expect((await mustRunHere("pt-replay", ["config", "show", "--origin"], { cwd: folder })).stdout).not.toContain(
      "pt.config.toml",
    );
  });

  it("strategies lists every strategy with its parameters and their defaults", async () => {
    const { stdout } = await mustRunHere("pt-replay", ["strategies", "--json"]);
    const listed = JSON.parse(stdout) as {
      name: string;
      params: { name: string; default: unknown; description: string }[];
    }[];
    expect(listed.map(({ name }) => name)).toEqual(STRATEGIES.map(({ name }) => name));
    expect(listed[0]!.params).toContainEqual({ name: "slow", default: 200, description: "bars of the slow average" });
    const { stdout: text } = await mustRunHere("pt-replay", ["strategies"]);
    expect(text).toContain("  --param lookback=20  bars whose range has to be left");
  });
});
