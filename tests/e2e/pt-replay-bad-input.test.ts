import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { metaFileName, sha256 } from "@powertrader/core/files";
import { flagName, RUN_SETTINGS } from "@powertrader/core/settings";
import { afterAll, describe, expect, it } from "vitest";
import { type BinOptions, newFolder } from "../fixtures/bin.ts";
import { walk, writeCache, writeWalks } from "../fixtures/candle-cache.ts";
import { runHere } from "../fixtures/here.ts";
import { snapshot } from "../fixtures/snapshot.ts";
import { withDefaults } from "../fixtures/with-defaults.ts";

const base = newFolder();
afterAll(() => rmSync(base, { recursive: true }));
let projects = 0;

/** A folder with a cache of 300 hourly bars of BTC and ETH from 2024-01-01 to 2024-01-13T12:00:00Z. */
function newProject(): string {
  const folder = path.join(base, String(++projects));
  writeWalks(path.join(folder, "backtest_cache"), "kucoin", ["BTC", "ETH"], 300);
  return folder;
}

/** The segment of BTC in a project. */
function segmentOf(folder: string): string {
  const exchange = path.join(folder, "backtest_cache/kucoin");
  return path.join(exchange, readdirSync(exchange).find((name) => /^BTC.*\d\.json$/.test(name))!);
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  /** What the line must say. */
  readonly says: readonly (string | RegExp)[];
}

const GOOD = [
  ...["--coins", "BTC,ETH", "--start-date", "2024-01-05", "--output-dir", "out"],
  ...["--strategy", "sma-crossover"],
];

/** Runs with good flags in place of those that are not given. */
async function expectRefused(
  given: readonly string[],
  { status, code, says }: Refusal,
  { arrange = () => {}, ...options }: BinOptions & { readonly arrange?: (folder: string) => void } = {},
): Promise<void> {
  const folder = newProject();
  arrange(folder);
  const before = snapshot(folder);
  const isCommand = given[0] !== undefined && /^[a-z]/.test(given[0]);
  const finished = await runHere("pt-replay", isCommand ? given : withDefaults(GOOD, given), {
    cwd: folder,
    ...options,
  });

  expect(finished.stderr).toMatch(/^error E_[A-Z_]+: [^\n]+\n$/);
  expect(finished.stderr).toContain(`error ${code}: `);
  for (const part of says) expect(finished.stderr).toMatch(part);
  expect({ status: finished.status, stdout: finished.stdout }).toEqual({ status, stdout: "" });
  expect(snapshot(folder)).toEqual(before);
}

const usage = (code: string, ...says: (string | RegExp)[]): Refusal => ({ status: 2, code, says });
const data = (code: string, ...says: (string | RegExp)[]): Refusal => ({ status: 3, code, says });
const local = (code: string, ...says: (string | RegExp)[]): Refusal => ({ status: 5, code, says });

type Case = readonly [args: readonly string[], refusal: Refusal];

describe("dates", () => {
  it.for(["2024-02-30", "2024-01-01T24:00:00Z"])("that do not exist are refused: %s", (date) =>
    expectRefused(["--start-date", date], usage("E_DATE", `--start-date: "${date}" does not exist in the calendar`)),
  );

  it.for(["2024-1-1", "2024-01-01T00:00:00", "1704067200", ""])(
    "that could mean this or that are refused with the forms that count: %j",
    (date) =>
      expectRefused(
        ["--end-date", date],
        usage("E_DATE", `--end-date: "${date}" is not a date`, "YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"),
      ),
  );

  it.for(["2024-01-05", "2023-12-31"])("that end (%s) before they start are refused, both named", (date) =>
    expectRefused(["--end-date", date], usage("E_RANGE", `the end ${date} is not after the start 2024-01-05`)),
  );

  it("that end before they start are a matter of usage even without any candles", () =>
    expectRefused(["--exchange", "nowhere", "--end-date", "2024-01-01"], usage("E_RANGE", "is not after the start")));
});

it.for(["0", "fast"])("a speed that is none is refused with what is one: %s", (speed) =>
  expectRefused(
    ["--processes", "--speed", speed],
    usage("E_NUMBER", `--speed ${speed}: must be a number above 0, or max`, "a number above 0, or max:"),
  ),
);

describe("candles that are not there", () => {
  const WARM = "npx --no -- pt-cache warm --exchange kucoin";
  const HELD = "it has 2024-01-01..2024-01-13T12:00:00Z";

  it.for<readonly [string, ...Case]>([
    [
      "an unknown coin",
      ["--coins", "BTC,XYZ,ABC"],
      data(
        "E_CACHE_MISS",
        "has no XYZ-USDT, ABC-USDT 1hour; it has BTC-USDT 1hour, ETH-USDT 1hour — Fetch it: ",
        `${WARM} --coins XYZ,ABC --timeframe 1hour --start-date 2024-01-05\n`,
      ),
    ],
    [
      "another quote",
      ["--quote", "EUR"],
      data("E_CACHE_MISS", "has no BTC-EUR, ETH-EUR 1hour", "--coins BTC,ETH --quote EUR --timeframe"),
    ],
    [
      "another timeframe",
      ["--timeframe", "4h"],
      data("E_CACHE_MISS", "has no BTC-USDT, ETH-USDT 4hour; it has BTC-USDT 1hour", "--timeframe 4hour"),
    ],
    [
      "an exchange that was never cached",
      ["--exchange", "binance"],
      data("E_CACHE_MISS", "backtest_cache/binance has no BTC-USDT, ETH-USDT 1hour; it has nothing"),
    ],
    [
      "a cache folder that is not there",
      ["--cache-dir", "no such folder"],
      data("E_CACHE_MISS", "no such folder/kucoin has no", "--cache-dir 'no such folder'"),
    ],
    [
      "a range after the last candle",
      ["--start-date", "2025-01-01", "--end-date", "2025-02-01"],
      data(
        "E_RANGE_NO_DATA",
        `BTC-USDT, ETH-USDT 1hour: no candles in 2025-01-01..2025-02-01; ${HELD}`,
        `${WARM} --coins BTC,ETH --timeframe 1hour --start-date 2025-01-01 --end-date 2025-02-01\n`,
      ),
    ],
    [
      "a start after the last candle",
      ["--start-date", "2025-01-01"],
      data("E_RANGE_NO_DATA", "the candles of all chosen coins end at 2024-01-13T12:00:00Z", "--start-date 2024-01-13"),
    ],
    [
      "a range before the first candle",
      ["--start-date", "2020-01-01", "--end-date", "2020-02-01"],
      data("E_RANGE_NO_DATA", "no candles in 2020-01-01..2020-02-01", HELD),
    ],
    [
      "a range that runs on without candles",
      ["--end-date", "2024-03-01"],
      data(
        "E_CACHE_MISS",
        `BTC-USDT, ETH-USDT 1hour: the cache lacks 2024-01-13T12:00:00Z..2024-03-01; ${HELD}`,
        "--start-date 2024-01-13 --end-date 2024-03-01\n",
      ),
    ],
    [
      "a range that starts without candles",
      ["--start-date", "2023-12-01"],
      data("E_CACHE_MISS", "the cache lacks 2023-12-01..2024-01-01", HELD),
    ],
    [
      "fewer bars than the strategy needs",
      ["--param", "slow=400"],
      data(
        "E_WARM_UP",
        "BTC-USDT 1hour: the strategy needs 401 bars (400 of warm-up), the cache has 300 up to 2024-01-13T12:00:00Z",
        "fetch earlier candles: npx",
      ),
    ],
    [
      "a range shorter than a bar",
      ["--end-date", "2024-01-05T00:30:00Z"],
      data("E_RANGE_NO_DATA", "no whole bar lies in 2024-01-05..2024-01-05T00:30:00Z"),
    ],
  ])("%s", ([, args, refusal]) => expectRefused(args, refusal));

  it("a hole inside the range", () =>
    expectRefused(
      ["--end-date", "2024-01-22"],
      data(
        "E_CACHE_MISS",
        "BTC-USDT, ETH-USDT 1hour: the cache lacks 2024-01-13T12:00:00Z..2024-01-20;",
        "it has 2024-01-01..2024-01-13T12:00:00Z, 2024-01-20..2024-01-22",
      ),
      {
        arrange: (folder) => {
          for (const symbol of ["BTC-USDT", "ETH-USDT"]) {
            writeCache(
              path.join(folder, "backtest_cache"),
              "kucoin",
              symbol,
              "1hour",
              walk(Date.UTC(2024, 0, 20), "1hour", 48),
            );
          }
        },
      },
    ));

  it("no start: it is asked for, with what there is", async () => {
    const says = [
      /--start-date is needed — All chosen coins have candles from 2024-01-01 to 2024-01-13T12:00:00Z\.\n$/,
    ];
    const folder = newProject();
    const { status, stderr } = await runHere("pt-replay", ["--coins", "BTC,ETH"], { cwd: folder });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(says[0]!) });
    expect(readdirSync(folder)).toEqual(["backtest_cache"]);
  });
});

describe("names", () => {
  it.for(["../../etc", "CON", "🚀", "A".repeat(300), "__proto__", "BTC,,ETH", "\u001b[31mBTC\n"])(
    "of coins are letters and digits, not %j",
    (coin) =>
      expectRefused(
        ["--coins", coin],
        usage("E_SYMBOL", '--coins: "', "is not a coin name", "1 to 20 letters and digits"),
      ),
  );

  it.for(["../kucoin", "KuCoin", ""])("of exchanges are plain, not %j", (exchange) =>
    expectRefused(["--exchange", exchange], usage("E_NAME", "--exchange: ", "is not an exchange name")),
  );

  it("of quotes are coins", () =>
    expectRefused(["--quote", "US/DT"], usage("E_SYMBOL", '--quote: "US/DT" is not a coin name')));

  it.for<Case>([
    [
      ["--strategy", "sma-crosover"],
      usage("E_STRATEGY_NAME", 'unknown strategy "sma-crosover" (did you mean "sma-crossover"?) — Strategies: '),
    ],
    [["--param", "fats=5"], usage("E_STRATEGY_PARAM", 'sma-crossover has no parameter "fats" (did you mean "fast"?)')],
    [["--param", "fast=0"], usage("E_STRATEGY_PARAM", "sma-crossover: fast = 0: must be >= 1")],
    [["--param", "fast=many"], usage("E_STRATEGY_PARAM", 'sma-crossover: fast = "many": expected number')],
    [["--param", "fast=200"], usage("E_STRATEGY_PARAM", "fast (200) must be below slow (200)")],
    [["--param", "fast"], usage("E_STRATEGY_PARAM", '--param: "fast" is not name=value')],
    [
      ["--strategy", "breakout", "--param", "fast=5"],
      usage("E_STRATEGY_PARAM", 'breakout has no parameter "fast" — Its parameters: lookback, direction.'),
    ],
    [["--timeframe", "1hr"], usage("E_TIMEFRAME", '--timeframe: unknown timeframe "1hr" (did you mean "1h"?)')],
    [["--fill-at", "open"], usage("E_CONFIG_VALUE", '--fill-at = "open": must be "next-open" or "close"')],
  ])("of strategies, parameters and choices are suggested or listed: %j", ([args, refusal]) =>
    expectRefused(args, refusal),
  );
});

describe("numbers", () => {
  const NONSENSE = ["NaN", "", "1e400", "0x10", "ten"];
  const numeric = RUN_SETTINGS.filter(({ kind }) => kind === "number" || kind === "integer" || kind === "pair").map(
    flagName,
  );

  it.for(numeric.map((flag, i) => [flag, NONSENSE[i % NONSENSE.length]!] as const))("--%s %j is none", ([flag, text]) =>
    expectRefused([`--${flag}`, text], usage("E_NUMBER", `--${flag}: "${text}" is not a number`)),
  );

  it.for<readonly [string, string, string]>([
    ["fee-bps", "20000", "--fee-bps = 20000: must be <= 1000"],
    ["max-volume-pct", "0", "--max-volume-pct = 0: must be > 0"],
    ["latency-ms", "500,50", "--latency-ms = [500,50]: the first number must not be above the second"],
    ["seed", "1.5", "--seed: 1.5 is not a whole number"],
    ["size", "0", "--size = 0: must be > 0"],
  ])("--%s %s is out of its bounds", ([flag, text, message]) =>
    expectRefused([`--${flag}`, text], usage("E_NUMBER", message)),
  );
});

describe("output folders", () => {
  it.for<readonly [string, string, Refusal, (folder: string) => void]>([
    [
      "that hold something",
      "out",
      usage("E_OUT_EXISTS", "out is not empty: it has notes.txt — ", "Choose another --output-dir"),
      (folder) => {
        mkdirSync(path.join(folder, "out"));
        writeFileSync(path.join(folder, "out/notes.txt"), "mine");
      },
    ],
    [
      "that are files",
      "out",
      local("E_PERM", "out is not usable here (ENOTDIR)"),
      (folder) => writeFileSync(path.join(folder, "out"), "mine"),
    ],
    [
      "below a file",
      "file/out",
      local("E_PERM", "file/out is not usable here (ENOTDIR)"),
      (folder) => writeFileSync(path.join(folder, "file"), "mine"),
    ],
    [
      "that no folder can be made at",
      "/proc/run/out",
      local("E_IO", "the system refused /proc/run/out (ENOENT)"),
      () => {},
    ],
    ["without a name", "", usage("E_CONFIG_VALUE", '--output-dir = "": expected a path'), () => {}],
    ["with an endless name", "n".repeat(300), local("E_IO", "the path is too long: nnn"), () => {}],
  ])("%s are left as they are", ([, out, refusal, arrange]) =>
    expectRefused(["--output-dir", out], refusal, { arrange }),
  );
});

describe("cache files", () => {
  const SEGMENT = /backtest_cache\/kucoin\/BTC-USDT_1hour_1704067200_1705147200/;
  const corrupt = (...says: (string | RegExp)[]) => data("E_CACHE_CORRUPT", SEGMENT, "pt-cache verify", ...says);

  it.for<readonly [string, Refusal, (segment: string) => void]>([
    ["cut off", corrupt(/sha256 is [0-9a-f]{64}, its sidecar says/), (segment) => truncateSync(segment, 5000)],
    [
      "with one changed digit",
      corrupt("sha256 is"),
      (segment) => writeFileSync(segment, readFileSync(segment, "utf8").replace("1704070800", "1704070801")),
    ],
    [
      "that are web pages, sidecar and all",
      corrupt("JSON"),
      (segment) => replaceBoth(segment, "<!doctype html><title>503</title>"),
    ],
    [
      "of candles that cannot be",
      corrupt("row 0: high is below another price"),
      (segment) => replaceBoth(segment, '[{"time":1704067200,"open":9,"high":8,"low":7,"close":7,"volume":1}]'),
    ],
    ["whose sidecar is torn", corrupt(".meta.json: ", "JSON"), (segment) => truncateSync(metaFileName(segment), 20)],
    [
      "whose sidecar is another document",
      corrupt(".meta.json: sha256: expected string, received undefined"),
      (segment) => writeFileSync(metaFileName(segment), "{}"),
    ],
    [
      "that are folders",
      local("E_PERM", SEGMENT, "EISDIR"),
      (segment) => {
        unlinkSync(segment);
        mkdirSync(segment);
      },
    ],
  ])("%s", ([, refusal, damage]) => expectRefused([], refusal, { arrange: (folder) => damage(segmentOf(folder)) }));

  it("that stand where the cache folder belongs", () =>
    expectRefused(["--cache-dir", "file"], local("E_PERM", "file/kucoin is not usable here (ENOTDIR)"), {
      arrange: (folder) => writeFileSync(path.join(folder, "file"), ""),
    }));

  function replaceBoth(segment: string, content: string): void {
    writeFileSync(segment, content);
    const sidecar = metaFileName(segment);
    writeFileSync(sidecar, JSON.stringify({ ...JSON.parse(readFileSync(sidecar, "utf8")), sha256: sha256(content) }));
  }
});

describe("command lines", () => {
  it.for<Case>([
    [["--fee-bp", "5"], usage("E_USAGE", 'unknown option --fee-bp (did you mean "--fee-bps"?)')],
    [["--start", "2024-01-05"], usage("E_USAGE", 'unknown option --start (did you mean "--start-date"?)')],
    [["--frobnicate"], usage("E_USAGE", "unknown option --frobnicate — Run it with --help to see all flags.")],
    [["--seed"], usage("E_USAGE", "option '--seed <n>' argument missing")],
    [["--no-run"], usage("E_USAGE", "--no-run goes with --warm-cache")],
    [["--model", "models"], usage("E_USAGE", "--model: sma-crossover has no models — Leave it out, or choose")],
    [["confg"], usage("E_USAGE", 'unknown command confg (did you mean "config"?) — Commands: init, config, ')],
    [["config"], usage("E_USAGE", "config needs a command — Commands: show.")],
    [["config", "shwo"], usage("E_USAGE", 'unknown command shwo (did you mean "show"?)')],
    [["config", "show", "--fee-bps", "x"], usage("E_NUMBER", '--fee-bps: "x" is not a number')],
    [["init", "here"], usage("E_USAGE", "too many arguments for 'init'")],
  ])("%j", ([args, refusal]) => expectRefused(args, refusal));
});

describe("configuration", () => {
  const file = (name: string, content: string | Uint8Array) => ({
    arrange: (folder: string) => writeFileSync(path.join(folder, name), content),
  });

  it.for<readonly [string, string, Refusal]>([
    ["pt.config.toml", "seed = 1\nseed = 2\n", usage("E_CONFIG_DUP", 'key "seed" stands at 1:1 and at 2:1')],
    ["pt.config.toml", "fee_bps = 5\n", usage("E_CONFIG_KEY", 'pt.config.toml: unknown key "fee_bps"')],
    [
      "pt.config.toml",
      "[execution_model]\nfee_bp = 5\n",
      usage("E_CONFIG_KEY", '(did you mean "execution_model.fee_bps"?)'),
    ],
    [
      "pt.config.toml",
      "[execution_model]\nfee_bps = '20'\n",
      usage("E_CONFIG_VALUE", 'execution_model.fee_bps = "20": expected number, received string'),
    ],
    [
      "pt.config.toml",
      "end_date = '2024-02-30'\n",
      usage("E_DATE", 'pt.config.toml: end_date: "2024-02-30" does not exist'),
    ],
    ["pt.config.json", "", usage("E_CONFIG_PARSE", "pt.config.json:1:1: the file is empty")],
    ["pt.config.json", '{"seed": 1,}', usage("E_CONFIG_PARSE", "pt.config.json:1:12: ")],
    [
      "pt.config.json",
      '{"params": {"__proto__": {"x": 1}}}',
      usage("E_CONFIG_KEY", 'the key "__proto__" is never allowed'),
    ],
    [
      "pt.config.json",
      `{"params": {"deep": ${"[".repeat(50_000)}`,
      usage("E_CONFIG_SIZE", "nested deeper than 32 levels"),
    ],
    ["pt.config.json", " ".repeat((1 << 20) + 1), usage("E_CONFIG_SIZE", "has 1048577 bytes")],
  ])("%s with %.40j", ([name, content, refusal]) => expectRefused([], refusal, file(name, content)));

  it("named and not there", () =>
    expectRefused(["--config", "mine.toml"], usage("E_CONFIG_PARSE", "cannot read mine.toml (ENOENT)")));

  it("in variables that are empty, broken or wrong", async () => {
    await expectRefused([], usage("E_ENV", "PT_FEE_BPS is set but empty"), { env: { PT_FEE_BPS: "" } });
    await expectRefused([], usage("E_ENV", "PT_NOTE is set but empty or broken over lines"), {
      env: { PT_NOTE: "a\nb" },
    });
  });

  it("of a run whose candles are others by now", async () => {
    const folder = newProject();
    const finished = await runHere("pt-replay", GOOD, { cwd: folder });
    expect(finished.status).toBe(0);
    writeCache(
      path.join(folder, "backtest_cache"),
      "kucoin",
      "ETH-USDT",
      "1hour",
      walk(Date.UTC(2024, 0, 1), "1hour", 300, 99),
    );
    const before = snapshot(folder);
    const again = await runHere("pt-replay", ["--config", "out/config.json", "--output-dir", "again"], { cwd: folder });
    expect(again).toMatchObject({ status: 3, stdout: "" });
    expect(again.stderr).toMatch(
      /^error E_DATA_CHANGED: ETH-USDT 1hour: the candles are not those of the recorded run \(300 rows then, 300 now\) — [^\n]+\n$/,
    );
    expect(snapshot(folder)).toEqual(before);
  });

  it("is never overwritten by init", () =>
    expectRefused(["init"], usage("E_OUT_EXISTS", "pt.config.json exists already"), file("pt.config.json", "{}")));
});

describe("a refusal with --json", () => {
  it.for<readonly [readonly string[], string, number]>([
    [["--start-date", "2024-02-30"], "E_DATE", 2],
    [["--coins", "XYZ"], "E_CACHE_MISS", 3],
    [["--param", "slow=400"], "E_WARM_UP", 3],
    [["--fee-bp", "5"], "E_USAGE", 2],
    [["--output-dir", "backtest_cache/kucoin"], "E_OUT_EXISTS", 2],
  ])("%j is one JSON line on stderr and nothing on stdout", async ([args, code, status]) => {
    const folder = newProject();
    const before = snapshot(folder);
    const finished = await runHere("pt-replay", [...withDefaults(GOOD, args), "--json"], { cwd: folder });
    expect({ status: finished.status, stdout: finished.stdout }).toEqual({ status, stdout: "" });
    expect(finished.stderr).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(finished.stderr)).toEqual({
      error: { code, message: expect.any(String), details: expect.any(Object), hint: expect.any(String) },
    });
    expect(finished.stderr).not.toMatch(/ {4}at /);
    expect(snapshot(folder)).toEqual(before);
  });
});
