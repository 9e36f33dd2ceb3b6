import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { manifestSchema, resultSchema, sha256OfFile } from "@powertrader/core/files";
import { beforeAll, describe, expect, it } from "vitest";
import { type BinOptions, mustRun, newFolder, ROOT, runBin } from "../fixtures/bin.ts";
import { mustRunHere, runHere } from "../fixtures/here.ts";

const FLAGS =
  "--exchange sim --start-date 2024-01-01 --end-date 2024-03-01 --coins BTC,ETH,DOGE --strategy sma-crossover --param fast=10 --param slow=30 --name first --tag a --tag b".split(
    " ",
  );

const resultIn = (run: string) => resultSchema.parse(JSON.parse(readFileSync(join(run, "result.json"), "utf8")));

describe("a replay", () => {
  const folder = newFolder();
  const cache = join(folder, "cache");
  const first = join(folder, "first");
  let files: Readonly<Record<string, string>>;
  let runs = 0;

  beforeAll(async () => {
    const warm = "warm --exchange sim --coins BTC,ETH,DOGE --start-date 2023-12-20 --end-date 2024-03-01".split(" ");
    await mustRun("pt-cache", [...warm, "--cache-dir", cache]);
    await mustRun("pt-replay", [...FLAGS, "--cache-dir", cache, "--output-dir", first]);
    files = manifestSchema.parse(JSON.parse(readFileSync(join(first, "manifest.json"), "utf8"))).files;
  });

  /** Runs again with `flags` and compares every deterministic file with the first run's. */
  async function expectSameBytes(flags: readonly string[], options: BinOptions = {}): Promise<void> {
    const out = join(folder, `again-${++runs}`);
    await mustRun("pt-replay", [...flags, "--output-dir", out], options);
    for (const [name, hash] of Object.entries(files))
      expect([name, sha256OfFile(join(out, name))]).toEqual([name, hash]);
    expect(readFileSync(join(out, "manifest.json"), "utf8")).toBe(readFileSync(join(first, "manifest.json"), "utf8"));
  }

  it("trades, and lists every deterministic file in its manifest", () => {
    expect(readFileSync(join(first, "sim_fills.jsonl"), "utf8").split("\n").length).toBeGreaterThan(100);
    expect(Object.keys(files)).toContain("bars/ETH-USDT_1hour.f64");
    for (const [name, hash] of Object.entries(files)) expect(sha256OfFile(join(first, name))).toBe(hash);
  });

  it("gives the same bytes again", () => expectSameBytes([...FLAGS, "--cache-dir", cache]));

  it("gives the same bytes in another time zone, locale and working directory", async () => {
    const env = { TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
    await expectSameBytes([...FLAGS, "--cache-dir", cache], { env, cwd: newFolder() });
  });

  it("gives the same bytes from another cache folder, with columns derived anew", async () => {
    const other = join(folder, "other cache");
    mkdirSync(other);
    cpSync(join(cache, "sim"), join(other, "sim"), { recursive: true, filter: (path) => !path.includes(".columns") });
    await expectSameBytes([...FLAGS, "--cache-dir", other, "--quiet"]);
  });

  it("gives the same bytes when its own config.json is given back", () =>
    expectSameBytes(["--config", join(first, "config.json"), "--cache-dir", cache]));

  it("opens no connection and looks no name up", async () => {
    const preload = pathToFileURL(join(ROOT, "tests/fixtures/no-network.mjs")).href;
    await expectSameBytes([...FLAGS, "--cache-dir", cache], { nodeFlags: ["--import", preload] });
    const warm = "warm --exchange sim --coins SOL --start-date 2024-01-01 --end-date 2024-01-02".split(" ");
    const known = await runBin("pt-cache", [...warm, "--cache-dir", newFolder()], { nodeFlags: ["--import", preload] });
    expect(known.status).toBe(99); // the preload does catch a program that connects
  });

  it("differs with another seed", async () => {
    const out = join(folder, "seeded");
    await mustRunHere("pt-replay", [...FLAGS, "--cache-dir", cache, "--seed", "2", "--output-dir", out]);
    expect(resultIn(out).hash).not.toBe(resultIn(first).hash);
  });

  it("refuses candles that are not those its configuration recorded", async () => {
    const other = join(folder, "changed");
    const range = "--coins BTC,ETH,DOGE --start-date 2023-12-20 --end-date 2024-03-01".split(" ");
    await mustRunHere("pt-cache", ["warm", "--exchange", "sim", "--seed", "7", ...range, "--cache-dir", other]);
    const out = join(folder, "never");
    const flags = ["--config", join(first, "config.json"), "--cache-dir", other, "--output-dir", out];
    const { status, stderr } = await runHere("pt-replay", flags);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/^error E_DATA_CHANGED: BTC-USDT 1hour/)]);
  });

  it("thins equity.jsonl on request, and neither the metrics nor the hash", async () => {
    const out = join(folder, "thin");
    await mustRunHere("pt-replay", [...FLAGS, "--cache-dir", cache, "--equity-interval", "1d", "--output-dir", out]);
    expect(resultIn(out)).toEqual(resultIn(first));
    const lines = readFileSync(join(out, "equity.jsonl"), "utf8").trim().split("\n");
    expect(lines).toHaveLength(1 + 60); // the start, then the last tick of each of 60 days
    expect(JSON.parse(lines[1]!).ts).toBe(Date.UTC(2024, 0, 2) / 1000);
  });
});

describe("a replay of hand-made daily candles without costs", () => {
  const FREE = "--fee-bps 0 --slippage-bps 0 --latency-ms 0 --max-volume-pct 100 --qty-step 0 --min-notional 0".split(
    " ",
  );

  /** Buys and holds through closes, from the first open of the second day on. */
  async function metricsOf(closes: readonly number[]) {
    const folder = newFolder();
    const csv = join(folder, "candles.csv");
    const rows = closes.map((close, day) => {
      const open = closes[Math.max(0, day - 1)]!;
      return [1704067200 + day * 86_400, open, Math.max(open, close), Math.min(open, close), close, 1e9].join(",");
    });
    writeFileSync(csv, `time,open,high,low,close,volume\n${rows.join("\n")}\n`);
    const cacheDir = ["--cache-dir", join(folder, "cache")];
    const series = "--exchange own --symbol BTC-USDT --timeframe 1d".split(" ");
    await mustRunHere("pt-cache", ["import", csv, ...series, ...cacheDir]);
    const run =
      "--exchange own --coins BTC --timeframe 1d --start-date 2024-01-01 --strategy buy-and-hold --json".split(" ");
    const { stdout } = await mustRunHere("pt-replay", [
      ...run,
      ...FREE,
      ...cacheDir,
      "--output-dir",
      join(folder, "run"),
    ]);
    return resultSchema.parse(JSON.parse(stdout)).metrics;
  }

  it("equals its benchmark exactly, and falls by 20 % from 100 over 80 to 102", async () => {
    const metrics = await metricsOf([97.1, 97.1, 100, 91.7, 80, 97.3, 102]);
    expect(metrics.total_return).toBe(metrics.benchmark_return);
    expect(metrics.total_return).toBeCloseTo(102 / 97.1 - 1, 12);
    expect(metrics.max_drawdown).toBeCloseTo(0.2, 12);
  });
});
