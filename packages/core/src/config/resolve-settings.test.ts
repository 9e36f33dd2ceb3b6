import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flagName, RUN_SETTINGS, variableName } from "../settings/index.ts";
import { resolveSettings, type SettingSources } from "./resolve-settings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "settings-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const resolve = (sources: Partial<SettingSources> = {}) =>
  resolveSettings({ flags: {}, environment: {}, folder, ...sources });
const writeFile = (name: string, content: string) => {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};
async function failureOf(resolving: Promise<unknown>): Promise<unknown> {
  try {
    await resolving;
  } catch (error) {
    return error;
  }
  throw new Error("it was accepted");
}

/** The value a run gets for a setting, wherever that stands. */
async function settled(key: string, sources: Partial<SettingSources>): Promise<readonly [unknown, string | undefined]> {
  const { config, cacheDir, outputDir, modelDir, bars, origin } = await resolve(sources);
  const all: unknown = { ...config, cache_dir: cacheDir, output_dir: outputDir, model: modelDir, bars };
  const value = key.split(".").reduce((inner, part) => (inner as Record<string, unknown>)[part], all);
  return [value, origin.get(key)?.replace(`${folder}/`, "")];
}

/** For each setting: text of the flag, text of the variable, value in the file, and what each comes to. */
const SAMPLES: readonly (readonly [
  key: string,
  flag: string,
  variable: string,
  file: unknown,
  results: readonly unknown[],
])[] = [
  ["initial_capital", "1", "2", 3, [1, 2, 3, 10_000]],
  ["coins", "sol,SOL,xrp", "ADA", ["BTC"], [["SOL", "XRP"], ["ADA"], ["BTC"], ["BTC", "ETH", "DOGE"]]],
  ["quote", "usd", "EUR", "USDC", ["USD", "EUR", "USDC", "USDT"]],
  ["exchange", "binance", "bybit", "csv", ["binance", "bybit", "csv", "kucoin"]],
  ["timeframe", "1d", "4hour", "15m", ["1day", "4hour", "15min", "1hour"]],
  ["higher_timeframes", "stored", "stored", "stored", ["stored", "stored", "stored", "aggregate"]],
  ["history_days", "1", "2", 3, [1, 2, 3, 365]],
  [
    "start_date",
    "2024-01-01",
    "2024-01-02",
    "2024-01-03T04:05:06Z",
    ["2024-01-01", "2024-01-02", "2024-01-03T04:05:06Z", undefined],
  ],
  ["end_date", "2024-02-01", "2024-02-02", "2024-02-03", ["2024-02-01", "2024-02-02", "2024-02-03", undefined]],
  ["mode", "replay-signals", "replay-signals", "replay", ["replay-signals", "replay-signals", "replay", "replay"]],
  ["strategy", "breakout", "buy-and-hold", "mine", ["breakout", "buy-and-hold", "mine", "powertrader"]],
  [
    "params",
    "fast=5,direction=long",
    "fast=6",
    { fast: 7 },
    [{ fast: 5, direction: "long" }, { fast: 6 }, { fast: 7 }, {}],
  ],
  ["walk_forward", "true", "yes", false, [false, false, false, true]], // the flag is --no-walk-forward
  ["retrain_interval", "1", "2", 3, [1, 2, 3, 7]],
  ["size", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, undefined]],
  ["leverage", "2", "3", 4, [2, 3, 4, 1]],
  ["seed", "11", "12", 13, [11, 12, 13, 1]],
  ["close_at_end", "true", "yes", true, [true, true, true, false]],
  ["equity_interval", "1d", "1week", "1h", ["1day", "1week", "1hour", null]],
  ["name", "a", "b", "c", ["a", "b", "c", null]],
  ["tags", "a,b", "c", ["d"], [["a", "b"], ["c"], ["d"], []]],
  ["note", "a", "b", "c", ["a", "b", "c", null]],
  ["execution", "binance", "bybit", "kraken", ["binance", "bybit", "kraken", null]],
  [
    "execution_model.slippage_model",
    "fixed",
    "spread",
    "square-root",
    ["fixed", "spread", "square-root", "volatility"],
  ],
  ["execution_model.slippage_bps", "1", "2", 3, [1, 2, 3, 5]],
  ["execution_model.impact", "1", "2", 3, [1, 2, 3, 0.1]],
  ["execution_model.spread_bps", "1", "2", 3, [1, 2, 3, 0]],
  ["execution_model.fee_bps", "1", "2", 3, [1, 2, 3, 20]],
  ["execution_model.maker_fee_bps", "-1", "2", 3, [-1, 2, 3, null]],
  ["execution_model.fee_per_order", "1", "2", 3, [1, 2, 3, 0]],
  ["execution_model.fee_in", "received", "received", "received", ["received", "received", "received", "quote"]],
  ["execution_model.max_volume_pct", "2", "3", 4, [2, 3, 4, 1]],
  [
    "execution_model.latency_ms",
    "1,2",
    "3",
    [4, 5],
    [
      [1, 2],
      [3, 3],
      [4, 5],
      [50, 500],
    ],
  ],
  ["execution_model.partial_fill_threshold", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, 0.01]],
  ["execution_model.qty_step", "1", "0", 0.5, [1, 0, 0.5, 1e-8]],
  ["execution_model.price_tick", "1", "0.5", 2, [1, 0.5, 2, 0]],
  ["execution_model.min_notional", "1", "0", 2, [1, 0, 2, 10]],
  ["execution_model.fill_at", "close", "close", "close", ["close", "close", "close", "next-open"]],
  ["execution_model.size_at", "decision", "decision", "decision", ["decision", "decision", "decision", "fill"]],
  ["execution_model.remainder", "cancel", "cancel", "cancel", ["cancel", "cancel", "cancel", "carry"]],
  ["execution_model.limit_fill", "through", "through", "through", ["through", "through", "through", "touch"]],
  [
    "execution_model.limit_gap",
    "at-limit",
    "at-limit",
    "at-limit",
    ["at-limit", "at-limit", "at-limit", "open-if-better"],
  ],
  ["execution_model.stop_fill", "at-stop", "at-stop", "at-stop", ["at-stop", "at-stop", "at-stop", "open-if-gapped"]],
  [
    "execution_model.trail_from",
    "this-bar",
    "this-bar",
    "this-bar",
    ["this-bar", "this-bar", "this-bar", "earlier-bars"],
  ],
  [
    "execution_model.intrabar",
    "drill-down",
    "optimistic",
    "ohlc-path",
    ["drill-down", "optimistic", "ohlc-path", "pessimistic"],
  ],
  ["execution_model.maintenance_margin", "0.01", "0.02", 0.03, [0.01, 0.02, 0.03, 0.005]],
  ["execution_model.liquidation_fee_bps", "1", "2", 3, [1, 2, 3, 0]],
  ["execution_model.borrow_rate", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, 0]],
  ["execution_model.funding", "true", "yes", true, [true, true, true, false]],
  [
    "execution_model.session",
    "us-equities",
    "us-equities",
    "us-equities",
    ["us-equities", "us-equities", "us-equities", "24/7"],
  ],
  ["exits.stop_loss", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, null]],
  ["exits.take_profit", "0.05:0.5,0.1:0.5", "0.2", { 0.1: 1 }, [{ 0.05: 0.5, 0.1: 0.5 }, 0.2, { 0.1: 1 }, null]],
  ["exits.trailing_stop", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, null]],
  ["exits.trailing_from", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, null]],
  ["exits.trailing_then", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, null]],
  ["exits.break_even_at", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, null]],
  ["exits.break_even_offset", "0.1", "0.2", 0.3, [0.1, 0.2, 0.3, 0]],
  ["exits.time_targets", "0:0.1,120:-1", "0:0.2", { 60: 0.3 }, [{ 0: 0.1, 120: -1 }, { 0: 0.2 }, { 60: 0.3 }, null]],
  ["exits.max_bars", "3", "4", 5, [3, 4, 5, null]],
  ["risk.profile", "plan", "aggressive", "balanced", ["plan", "aggressive", "balanced", null]],
  ["cache_dir", "/a", "b", "../c", ["/a", "b", "../c", "backtest_cache"]],
  ["model", "/a", "b", "../c", ["/a", "b", "../c", undefined]],
  ["output_dir", "/a", "b", "../c", ["/a", "b", "../c", undefined]],
  ["bars", "true", "true", false, [false, false, false, true]], // the flag is --no-bars
];

/** What must stand beside a setting for it to mean anything. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "execution_model.impact": { execution_model: { slippage_model: "square-root" } },
  "execution_model.spread_bps": { execution_model: { slippage_model: "spread" } },
  "execution_model.maintenance_margin": { leverage: 2 },
  "execution_model.liquidation_fee_bps": { leverage: 2 },
  "exits.trailing_from": { exits: { trailing_stop: 0.05 } },
  "exits.trailing_then": { exits: { trailing_stop: 0.05, trailing_from: 0.05 } },
  "exits.break_even_offset": { exits: { break_even_at: 0.5 } },
};

describe("precedence", () => {
  it("has a sample for every setting", () => {
    expect(SAMPLES.map(([key]) => key)).toEqual(RUN_SETTINGS.map(({ key }) => key));
  });

  it.each(SAMPLES)(
    "of %s is flag, variable, file, default",
    async (key, flag, variable, value, [one, two, three, four]) => {
      const setting = RUN_SETTINGS.find((candidate) => candidate.key === key)!;
      const [outer, inner] = key.split(".") as [string, string?];
      const needed = NEEDED[key];
      const stated = inner === undefined ? value : { ...(needed?.[outer] as object | undefined), [inner]: value };
      const file = JSON.stringify({ ...needed, [outer]: stated });

      expect(await settled(key, {})).toEqual([four, "default"]);
      writeFile("pt.config.json", file);
      expect(await settled(key, {})).toEqual([three, "pt.config.json"]);
      const environment = { [variableName(setting)]: variable };
      expect(await settled(key, { environment })).toEqual([two, variableName(setting)]);
      const flags = { [flagName(setting)]: [flag] };
      expect(await settled(key, { environment, flags })).toEqual([one, `--${flagName(setting)}`]);
    },
  );

  it("is decided for each setting alone", async () => {
    writeFile("pt.config.toml", "seed = 7\nname = 'from file'\n[execution_model]\nfee_bps = 1\nslippage_bps = 2\n");
    const { config, origin } = await resolve({ flags: { "fee-bps": ["9"] }, environment: { PT_SEED: "8" } });
    expect(config).toMatchObject({
      seed: 8,
      name: "from file",
      execution_model: { fee_bps: 9, slippage_bps: 2, qty_step: 1e-8 },
    });
    expect(
      ["seed", "name", "execution_model.fee_bps", "execution_model.qty_step"].map((key) => origin.get(key)),
    ).toEqual(["PT_SEED", path.join(folder, "pt.config.toml"), "--fee-bps", "default"]);
  });

  it("lets files say what no flag can", async () => {
    writeFile("pt.config.toml", "[execution_model.per_coin.BTC]\nfee_bps = 3\n[risk.limits]\nmax_open_positions = 2\n");
    const { config } = await resolve({ flags: { "risk-profile": ["balanced"], "fee-bps": ["7"] } });
    expect(config.execution_model).toMatchObject({ fee_bps: 7, per_coin: { BTC: { fee_bps: 3 } } });
    expect(config.risk).toMatchObject({
      profile: "balanced",
      limits: { max_open_positions: 2, max_exposure_share: 0.2 },
    });
  });

  it("takes TOML's own dates, but none without a zone", async () => {
    writeFile("pt.config.toml", "start_date = 2024-01-01\nend_date = 2024-02-01T04:00:00Z\n");
    expect((await resolve()).config).toMatchObject({ start_date: "2024-01-01", end_date: "2024-02-01T04:00:00Z" });
    for (const date of ["2024-01-01T00:00:00", "00:00:00"]) {
      writeFile("pt.config.toml", `start_date = ${date}\n`);
      expect(await failureOf(resolve()), date).toMatchObject({ code: "E_DATE" });
    }
  });

  it("looks for pt.config.json or pt.config.toml, and for neither when a file is named", async () => {
    const json = writeFile("pt.config.json", '{"seed": 2}');
    expect(await settled("seed", {})).toEqual([2, "pt.config.json"]);
    rmSync(json);
    writeFile("pt.config.toml", "seed = 3");
    expect(await settled("seed", {})).toEqual([3, "pt.config.toml"]);
    const configFile = writeFile("other.json", "{}");
    expect(await settled("seed", { configFile })).toEqual([1, "default"]);
  });

  it("does not reach for keys that every object has", async () => {
    expect(await settled("name", { flags: Object.create({ name: ["inherited"] }) as SettingSources["flags"] })).toEqual(
      [null, "default"],
    );
  });
});

describe("keys of a file", () => {
  it.each([
    ['{"fee_bps": 5}', 'unknown key "fee_bps" (did you mean "execution_model.fee_bps"?)'],
    ['{"fee_bp": 5}', 'unknown key "fee_bp" (did you mean "execution_model.fee_bps"?)'],
    ['{"execution_model.fee_bps": 5}', 'unknown key "execution_model.fee_bps"'],
    ['{"execution_model": {"seed": 5}}', 'unknown key "execution_model.seed" (did you mean "seed"?)'],
    ['{"execution_modell": {}}', 'unknown key "execution_modell" (did you mean "execution_model"?)'],
    [
      '{"execution_model": {"fee_bp": 5}}',
      'unknown key "execution_model.fee_bp" (did you mean "execution_model.fee_bps"?)',
    ],
    ['{"initial_capitol": 5}', 'unknown key "initial_capitol" (did you mean "initial_capital"?)'],
    ['{"coin": ["BTC"]}', 'unknown key "coin" (did you mean "coins"?)'],
    ['{"api_key": "s3cret"}', 'unknown key "api_key"'],
    ['{"strategy_file": "./evil.ts"}', 'unknown key "strategy_file"'],
  ])("%s: are refused when unknown, with the nearest known one", async (content, message) => {
    const file = writeFile("pt.config.json", content);
    expect(await failureOf(resolve())).toMatchObject({ code: "E_CONFIG_KEY", message: `${file}: ${message}` });
  });

  it.each(["5", "[]", '"fast"', "true"])("do not hide an execution_model of %s", async (value) => {
    writeFile("pt.config.json", `{"execution_model": ${value}}`);
    expect(await failureOf(resolve())).toMatchObject({
      code: "E_CONFIG_VALUE",
      message: expect.stringContaining("execution_model is not a table of keys"),
    });
  });

  it("may hold the data of a recorded run, which is checked like the rest", async () => {
    const entry = {
      symbol: "A-B",
      timeframe: "1hour",
      file: "bars/x",
      rows: 1,
      warm_up_rows: 0,
      source: "s",
      sha256: "0",
    };
    writeFile("pt.config.json", JSON.stringify({ data: [entry] }));
    expect((await resolve()).config.data).toEqual([entry]);
    writeFile("pt.config.json", JSON.stringify({ data: [{ ...entry, rows: "many" }] }));
    expect(await failureOf(resolve())).toMatchObject({
      code: "E_CONFIG_VALUE",
      message: expect.stringMatching(/pt\.config\.json: data\.0\.rows = "many": expected number, received string$/),
    });
  });
});

describe("values", () => {
  it.each<[Partial<SettingSources>, string, string]>([
    [{ flags: { "fee-bps": ["-5"] } }, "E_NUMBER", "--fee-bps = -5: must be >= 0"],
    [{ environment: { PT_FEE_BPS: "20000" } }, "E_NUMBER", "PT_FEE_BPS = 20000: must be <= 1000"],
    [
      { flags: { "latency-ms": ["500,50"] } },
      "E_NUMBER",
      "--latency-ms = [500,50]: the first number must not be above the second",
    ],
    [{ flags: { "latency-ms": ["1,2,3"] } }, "E_NUMBER", "--latency-ms = [1,2,3]: must have <= 2 items"],
    [{ flags: { "initial-capital": ["0"] } }, "E_NUMBER", "--initial-capital = 0: must be > 0"],
    [{ flags: { seed: ["-1"] } }, "E_NUMBER", "--seed = -1: must be >= 0"],
    [{ flags: { size: ["5"] } }, "E_NUMBER", "--size = 5: must be <= 1"],
    [{ flags: { "fill-at": ["open"] } }, "E_CONFIG_VALUE", '--fill-at = "open": must be "next-open" or "close"'],
    [{ flags: { timeframe: ["1hr"] } }, "E_TIMEFRAME", '--timeframe: unknown timeframe "1hr" (did you mean "1h"?)'],
    [{ environment: { PT_COINS: "BTC,../ETH" } }, "E_SYMBOL", 'PT_COINS: "../ETH" is not a coin name'],
    [{ flags: { exchange: ["../kucoin"] } }, "E_NAME", '--exchange: "../kucoin" is not an exchange name'],
    [
      { flags: { "start-date": ["2024-02-30"] } },
      "E_DATE",
      '--start-date: "2024-02-30" does not exist in the calendar',
    ],
    [{ flags: { "end-date": ["1969-12-31"] } }, "E_DATE", '--end-date: "1969-12-31" lies before 1970'],
    [{ flags: { "cache-dir": [""] } }, "E_CONFIG_VALUE", '--cache-dir = "": expected a path'],
    [{ flags: { "output-dir": ["a\0b"] } }, "E_CONFIG_VALUE", '--output-dir = "a\\u0000b": expected a path'],
    [{ environment: { PT_NO_BARS: "perhaps" } }, "E_ENV", 'PT_NO_BARS: "perhaps" is neither true nor false'],
    [{ flags: { tag: [""] } }, "E_CONFIG_VALUE", '--tag = "": must have >= 1 characters'],
  ])("%j: are refused with where they came from, what they are and what is allowed", async (sources, code, message) => {
    expect(await failureOf(resolve(sources))).toMatchObject({ code, message, hint: expect.stringMatching(/\.$/) });
  });

  it.each([
    ["seed = 1.5", "E_CONFIG_VALUE", "seed = 1.5: must be a whole number"],
    ["seed = '7'", "E_CONFIG_VALUE", 'seed = "7": expected number, received string'],
    ["size = nan", "E_CONFIG_VALUE", "size = NaN: expected number, received NaN"],
    ["initial_capital = inf", "E_CONFIG_VALUE", "initial_capital = Infinity: expected number, received Infinity"],
    ["coins = 'BTC'", "E_CONFIG_VALUE", 'coins = "BTC": expected array, received string'],
    ["coins = []", "E_CONFIG_VALUE", "coins = []: must have >= 1 items"],
    ["coins = ['BTC', 'x/y']", "E_SYMBOL", 'coins.1: "x/y" is not a coin name'],
    ["close_at_end = 'yes'", "E_CONFIG_VALUE", 'close_at_end = "yes": expected boolean, received string'],
    ["bars = 'no'", "E_CONFIG_VALUE", 'bars = "no": expected boolean, received string'],
    ["cache_dir = 7", "E_CONFIG_VALUE", "cache_dir = 7: expected string, received number"],
    ["start_date = '2024-13-01'", "E_DATE", 'start_date: "2024-13-01" does not exist in the calendar'],
    ["timeframe = '7h'", "E_TIMEFRAME", 'timeframe: unknown timeframe "7h"'],
    ["params = 5", "E_CONFIG_VALUE", "params = 5: expected record, received number"],
    [
      "[execution_model]\nfee_bps = '20'",
      "E_CONFIG_VALUE",
      'execution_model.fee_bps = "20": expected number, received string',
    ],
  ])("of a file, %s, are refused with file and key", async (content, code, message) => {
    const file = writeFile("pt.config.toml", content);
    const key = /^[a-z_]+(\.[a-z_]+|\.\d)?/.exec(message)![0];
    expect(await failureOf(resolve())).toMatchObject({
      code,
      message: expect.stringContaining(`${file}: ${message}`),
      details: { key, from: file },
    });
  });

  it.each(["", "   ", "\t", "5\n", "5\r\n6"])(
    "of a variable that is %j are refused without being repeated",
    async (text) => {
      const failure = (await failureOf(resolve({ environment: { PT_FEE_BPS: text } }))) as Error;
      expect(failure).toMatchObject({ code: "E_ENV", message: "PT_FEE_BPS is set but empty or broken over lines" });
    },
  );

  it("of variables that are no settings do not matter", async () => {
    expect((await resolve({ environment: { PT_DEBUG: "", PATH: "", HOME: undefined } })).config.seed).toBe(1);
  });

  const BOUNDS: readonly (readonly [key: string, low: number, high: number, below: number, above: number])[] = [
    ["slippage_bps", 0, 1000, -1e-9, 1000.001],
    ["fee_bps", 0, 1000, -1e-9, 1000.001],
    ["max_volume_pct", 1e-9, 100, 0, 101],
    ["partial_fill_threshold", 0, 1, -0.01, 1.01],
    ["qty_step", 0, 1e9, -1e-8, 1.1e9],
    ["min_notional", 0, 1e12, -1, 1.1e12],
  ];
  it.each(BOUNDS)("of execution_model.%s lie from %d to %d", async (key, low, high, below, above) => {
    const set = (value: unknown) => {
      writeFile("pt.config.json", JSON.stringify({ execution_model: { [key]: value } }));
      return resolve();
    };
    for (const value of [low, high]) expect((await set(value)).config.execution_model).toMatchObject({ [key]: value });
    for (const value of [below, above, "5", null, [5], {}, true]) {
      expect(await failureOf(set(value)), JSON.stringify(value)).toMatchObject({
        code: "E_CONFIG_VALUE",
        details: { key: `execution_model.${key}` },
      });
    }
  });

  it.each([[[0, 0]], [[0, 3_600_000]], [[50, 50]]])("of latency_ms may be %j", async (pair) => {
    writeFile("pt.config.json", JSON.stringify({ execution_model: { latency_ms: pair } }));
    expect((await resolve()).config.execution_model.latency_ms).toEqual(pair);
  });

  it.each([[[500, 50]], [[-1, 5]], [[0, 86_400_001]], [[0.5, 1]], [[1]], [[1, 2, 3]], [5], ["50,500"], [[null, 5]]])(
    "of latency_ms may not be %j",
    async (pair) => {
      writeFile("pt.config.json", JSON.stringify({ execution_model: { latency_ms: pair } }));
      expect(await failureOf(resolve())).toMatchObject({
        code: "E_CONFIG_VALUE",
        message: expect.stringContaining("latency_ms"),
      });
    },
  );

  it.each([
    ["fill_at", ["next-open", "close"]],
    ["size_at", ["fill", "decision"]],
    ["remainder", ["carry", "cancel"]],
  ])("of %s are only %j", async (key, allowed) => {
    for (const value of allowed) {
      writeFile("pt.config.json", JSON.stringify({ execution_model: { [key]: value } }));
      expect((await resolve()).config.execution_model).toMatchObject({ [key]: value });
    }
    for (const value of ["", "open", allowed[0]!.toUpperCase(), null, 1]) {
      writeFile("pt.config.json", JSON.stringify({ execution_model: { [key]: value } }));
      expect(await failureOf(resolve())).toMatchObject({ code: "E_CONFIG_VALUE" });
    }
  });
});

describe("a flag that changes nothing is refused with what it needs:", () => {
  it.each<[string, string, string]>([
    ["spread-bps", "slippage_model is volatility", "--slippage-model spread"],
    ["impact", "slippage_model is volatility", "--slippage-model volume-share or square-root"],
    ["break-even-offset", "there is no break_even_at", "--break-even-at"],
    ["maintenance-margin", "leverage is 1", "--leverage above 1"],
    ["liquidation-fee-bps", "leverage is 1", "--leverage above 1"],
  ])("--%s while %s", async (flag, because, needs) => {
    expect(await failureOf(resolve({ flags: { [flag]: ["0.005"] } }))).toMatchObject({
      code: "E_USAGE",
      message: `--${flag} changes nothing: ${because}`,
      hint: `It goes with ${needs}; else leave it out.`,
    });
  });

  it("--size while risk has a rule of its own for every coin", async () => {
    const flags = { size: ["0.5"], "risk-profile": ["balanced"] };
    expect(await failureOf(resolve({ flags }))).toMatchObject({
      code: "E_USAGE",
      message: "--size changes nothing: risk sizes by fraction",
    });
    writeFile("pt.config.toml", "[risk.per_coin.BTC.size]\nrule = 'signal'\n");
    expect((await resolve({ flags })).config.size).toBe(0.5);
  });

  it("but not a variable or a file, which may serve many runs", async () => {
    writeFile("pt.config.toml", "size = 0.5\n[execution_model]\nspread_bps = 8\n[risk]\nprofile = 'plan'\n");
    const { config } = await resolve({ environment: { PT_IMPACT: "3", PT_BREAK_EVEN_OFFSET: "0.1" } });
    expect(config).toMatchObject({
      size: 0.5,
      execution_model: { spread_bps: 8, impact: 3 },
      exits: { break_even_offset: 0.1 },
    });
  });
});

describe("parameters of a strategy", () => {
  const recorded = 'strategy = "sma-crossover"\nparams = { fast = 5, slow = 20 }\n';

  it("are settled one by one: a flag changes its own and keeps the others of the file", async () => {
    writeFile("pt.config.toml", recorded);
    const { config, origin } = await resolve({ flags: { param: ["fast=7"] } });
    expect(config.params).toEqual({ fast: 7, slow: 20 });
    expect(origin.get("params")).toBe("--param");
  });

  it("go with their strategy: choosing another one leaves them behind", async () => {
    writeFile("pt.config.toml", recorded);
    const chosen = { strategy: ["breakout"], param: ["lookback=9"] };
    expect((await resolve({ flags: chosen })).config.params).toEqual({ lookback: 9 });
    expect((await resolve({ flags: { strategy: ["breakout"] } })).config.params).toEqual({});
    const inOrder = {
      flags: { param: ["lookback=9"] },
      environment: { PT_STRATEGY: "breakout", PT_PARAM: "direction=long" },
    };
    expect((await resolve(inOrder)).config.params).toEqual({ lookback: 9, direction: "long" });
  });
});

describe("two project files", () => {
  it("are refused: nobody could tell which one counts", async () => {
    writeFile("pt.config.toml", "");
    writeFile("pt.config.json", "{}");
    expect(await failureOf(resolve())).toMatchObject({ code: "E_CONFIG_DUP" });
  });
});
