import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../packages/cache/src/fixtures/candles.ts";
import { type BinOptions, binPath, type Finished, mustRun, ROOT } from "../fixtures/bin.ts";
import { runHere } from "../fixtures/here.ts";
import { withDefaults } from "../fixtures/with-defaults.ts";

const T0 = Date.UTC(2024, 0, 1) / 1000;

const isRoot = process.getuid?.() === 0;
if (isRoot) console.warn("skipped: root may write where others may not");

let folder: string;
let cacheDir: string;

beforeEach(() => {
  folder = temporaryFolder();
  cacheDir = join(folder, "cache");
});

function pt(args: readonly string[], options?: BinOptions): Promise<Finished> {
  return runHere("pt-cache", args, options);
}

function rows(count: number): string {
  return Array.from({ length: count }, (_, i) => `${T0 + i * 3600},10,12,9,11,5\n`).join("");
}

const series = () => ["--exchange", "own", "--symbol", "BTC-USDT", "--timeframe", "1h", "--cache-dir", cacheDir];

describe("pt-cache", () => {
  it("goes from a file to the cache and back", async () => {
    const file = join(folder, "my-candles.csv.gz");
    writeFileSync(file, gzipSync(rows(100)));
    const imported = await pt(["import", file, ...series()]);
    expect(imported).toMatchObject({ status: 0, stderr: "" });
    expect(imported.stdout).toContain("100 rows read: 100 stored");
    expect(imported.stdout).toContain("next: npx --no -- pt-replay --exchange own --coins BTC");
    expect((await pt(["ls", "--cache-dir", cacheDir])).stdout).toMatch(
      /own +candles +BTC-USDT +1h +2024-01-01 .* 100 /,
    );
    expect((await pt(["verify", "--cache-dir", cacheDir])).stdout).toBe("sound: 1 segment, 100 candles, 1 exchange\n");

    const [segment] = readdirSync(join(cacheDir, "own")).filter((name) => /^BTC.*_\d+\.json$/.test(name));
    const candles = JSON.parse(readFileSync(join(cacheDir, "own", segment!), "utf8"));
    expect(segment).toBe(`BTC-USDT_1hour_${T0}_${T0 + 100 * 3600}.json`);
    expect(candles[0]).toEqual({ time: T0, open: 10, close: 11, high: 12, low: 9, volume: 5 });

    const again = await pt(["import", join(cacheDir, "own", segment!), ...series()]);
    expect(again.stdout).toContain("0 stored, 0 revised, 100 known already");
  });

  it("reads stdin", async () => {
    const child = spawn(process.execPath, [binPath("pt-cache"), "import", "-", ...series(), "--json"], {
      stdio: "pipe",
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.end(rows(5));
    expect(await once(child, "close")).toEqual([0, null]);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ source: "import:stdin", added: 5 });
  });

  it("warms from a simulated exchange, labelled as such, and asks nothing the second time", async () => {
    const range = ["--start-date", "2024-01-01", "--end-date", "2024-02-01"];
    const flags = ["--exchange", "sim", "--coins", "BTC,ETH", ...range, "--cache-dir", cacheDir, "--json"];
    const warm = () => mustRun("pt-cache", ["warm", ...flags]);
    expect(JSON.parse((await warm()).stdout)).toMatchObject({
      exchange: "sim",
      series: [
        { symbol: "BTC-USDT", timeframe: "1hour", added: 31 * 24, requests: 1 },
        { symbol: "ETH-USDT", added: 31 * 24, requests: 1 },
      ],
    });
    expect(JSON.parse((await warm()).stdout).series.map(({ requests }: { requests: number }) => requests)).toEqual([
      0, 0,
    ]);
    const { stdout } = await pt(["ls", "--exchange", "sim", "--cache-dir", cacheDir]);
    expect(stdout).toContain("synthetic:pt-sim-exchange seed=42");
  });

  it("keeps what it fetched when it is interrupted, and leaves no child behind", async () => {
    const range = ["--start-date", "2017-01-01", "--timeframe", "1m"];
    const args = ["warm", "--exchange", "sim", "--coins", "BTC", ...range, "--cache-dir", cacheDir];
    const child = spawn(process.execPath, [binPath("pt-cache"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const isFetching = () => existsSync(join(cacheDir, "sim", "cache_index.json"));
    while (!isFetching() || readFileSync(join(cacheDir, "sim", "cache_index.json"), "utf8").length < 10) {
      await new Promise((done) => setTimeout(done, 20));
    }
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([130, null]);
    expect(stderr).toMatch(/stopping at the next safe point.*\nerror E_CANCELLED: [^\n]+\n$/);
    expect(await pt(["verify", "--cache-dir", cacheDir])).toMatchObject({ status: 0 });
    const { series: found } = JSON.parse((await pt(["ls", "--json", "--cache-dir", cacheDir])).stdout);
    expect(found[0].candles).toBeGreaterThan(1000);
  });

  it("prints whole help at once, and its version", async () => {
    for (const args of [["--help"], ["warm", "--help"], ["import", "--help"], ["ls", "--help"], ["verify", "--help"]]) {
      const { status, stdout, stderr } = await pt(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("Examples:");
    }
    expect((await pt(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("does not mind a reader that leaves", async () => {
    const child = spawn(process.execPath, [binPath("pt-cache"), "warm", "--help"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    expect(await once(child, "close")).toEqual([0, null]);
  });
});

describe("what cannot be done", () => {
  const warm = ["warm", "--start-date", "2024-01-01"];
  const file = () => join(folder, "good.csv");
  const importing = (...more: string[]) => ["import", file(), ...withDefaults(series(), more)];

  it.each<[string, () => readonly string[], number, string]>([
    ["no command", () => [], 2, "E_USAGE"],
    ["a misspelt command", () => ["wram"], 2, "E_USAGE"],
    ["an unknown option", () => ["ls", "--jsn"], 2, "E_USAGE"],
    ["an option before the command", () => ["--quiet", "ls"], 2, "E_USAGE"],
    ["no start date", () => ["warm"], 2, "E_USAGE"],
    ["an impossible date", () => ["warm", "--start-date", "2024-02-30"], 2, "E_DATE"],
    ["a date without dashes", () => ["warm", "--start-date", "20240101"], 2, "E_DATE"],
    ["an end before the start", () => [...warm, "--end-date", "2023-01-01"], 2, "E_RANGE"],
    ["the future", () => ["warm", "--start-date", "2999-01-01"], 2, "E_RANGE"],
    ["an empty coin", () => [...warm, "--coins", "BTC,,ETH"], 2, "E_SYMBOL"],
    ["a coin that is a path", () => [...warm, "--coins", "../../etc/passwd"], 2, "E_SYMBOL"],
    ["a coin of the prototype", () => [...warm, "--coins", "__proto__"], 2, "E_SYMBOL"],
    ["a coin of 300 letters", () => [...warm, "--coins", "A".repeat(300)], 2, "E_SYMBOL"],
    ["an emoji", () => [...warm, "--coins", "🚀"], 2, "E_SYMBOL"],
    ["an exchange that is a path", () => [...warm, "--exchange", "../kucoin"], 2, "E_NAME"],
    ["an exchange that is a word of the prototype", () => [...warm, "--exchange", "constructor"], 2, "E_NAME"],
    ["an exchange that nobody knows", () => [...warm, "--exchange", "kukoin"], 2, "E_NAME"],
    ["an unknown timeframe", () => [...warm, "--timeframe", "90m"], 2, "E_TIMEFRAME"],
    ["a seed for a real exchange", () => [...warm, "--seed", "1"], 2, "E_USAGE"],
    ["a seed that is none", () => [...warm, "--exchange", "sim", "--seed", "0x10"], 2, "E_NUMBER"],
    [
      "a market the exchange has not",
      () => [...warm, "--exchange", "sim", "--quote", "EUR", "--end-date", "2024-01-05"],
      4,
      "E_MARKET",
    ],
    ["a symbol that is a path", () => importing("--symbol", "..-.."), 2, "E_SYMBOL"],
    ["a file that is not there", () => ["import", join(folder, "none.csv"), ...series()], 3, "E_FILE"],
    ["a folder as file", () => ["import", folder, ...series()], 3, "E_FILE"],
    ["a file of something else", () => ["import", binPath("pt-cache"), ...series()], 3, "E_IMPORT"],
    ["a file of another timeframe", () => importing("--timeframe", "1d"), 3, "E_IMPORT"],
    ["an exchange that was never cached", () => ["ls", "--exchange", "kucoin"], 3, "E_CACHE_MISS"],
    ["a cache that is a file", () => importing("--cache-dir", file()), 5, "E_PERM"],
    ["a cache below a file", () => importing("--cache-dir", join(file(), "cache")), 5, "E_PERM"],
  ])("%s", async (_name, args, status, code) => {
    writeFileSync(file(), rows(20));
    const cwd = join(folder, "cwd");
    mkdirSync(cwd);
    const plain = await pt(args(), { cwd });
    expect(plain).toMatchObject({ status, stdout: "" });
    const lines = plain.stderr.split("\n").filter((line) => !line.startsWith("rejected ") && !line.startsWith("… and"));
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^error ${code}: .+`)), ""]);
    // Nothing anywhere, but what a market that could not be found out without asking leaves: an empty folder.
    expect(
      readdirSync(cwd, { recursive: true }).filter(
        (name) => !/^backtest_cache(\/sim(\/\.lock\.db)?)?$/.test(String(name)),
      ),
    ).toEqual([]);
    expect(existsSync(cacheDir)).toBe(false);
  });

  it.each<[string, () => readonly string[], number, string]>([
    ["a wrong command line", () => ["warm"], 2, "E_USAGE"],
    ["a wrong file", () => ["import", binPath("pt-cache"), ...series()], 3, "E_IMPORT"],
    ["a wrong place", () => importing("--cache-dir", file()), 5, "E_PERM"],
  ])("is one line of JSON on stderr when JSON was asked for: %s", async (_name, args, status, code) => {
    writeFileSync(file(), rows(20));
    const json = await pt([...args(), "--json"]);
    expect(json).toMatchObject({ status, stdout: "" });
    expect(JSON.parse(json.stderr).error).toMatchObject({
      code,
      message: expect.any(String),
      details: expect.any(Object),
    });
  });

  it("an empty PT_CACHE_DIR", async () => {
    const { status, stderr } = await pt(["ls"], { env: { PT_CACHE_DIR: " " } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error E_ENV: PT_CACHE_DIR/);
  });

  it.skipIf(isRoot)("a cache that may not be written", async () => {
    writeFileSync(file(), rows(20));
    mkdirSync(cacheDir, { mode: 0o555 });
    onTestFinished(() => chmodSync(cacheDir, 0o755));
    expect(await pt(importing())).toMatchObject({ status: 5, stderr: expect.stringMatching(/^error E_PERM/) });
  });
});

it("starts as npm links it", async () => {
  const child = spawn("npx", ["--no", "--", "pt-cache", "ls", "--json", "--cache-dir", cacheDir], {
    cwd: ROOT,
    stdio: "pipe",
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(child, "close");
  expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({ schema_version: 1, series: [] });
});
