import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { loadModel } from "@powertrader/strategies/pattern-memory";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/trainer/src/commands/program.ts";
import { type BinOptions, binPath, mustRun, newFolder, runBin } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const MONDAY = Date.UTC(2022, 0, 3);
const folder = newFolder();
const cache = join(folder, "cache");
const first = join(folder, "first");
const SERIES = ["--exchange", "own", "--cache-dir", cache];
const FLAGS = [...SERIES, "--coins", "BTC,ETH", "--train-until", "2022-12-01"];

beforeAll(async () => {
  for (const [i, coin] of ["BTC", "ETH"].entries()) {
    writeCache(cache, "own", `${coin}-USDT`, "1hour", walk(MONDAY, "1hour", 24 * 365, i + 1));
  }
  await mustRun("pt-train", [...FLAGS, "--output", first]);
});

/** Every file of the models of both coins. */
function bytesOf(output: string): Readonly<Record<string, string>> {
  const names = readdirSync(output, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.json$|current$/.test(name) && !name.endsWith("trainer_status.json"));
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(output, name), "utf8")]));
}

describe("pt-train", () => {
  let runs = 0;
  async function expectSameBytes(flags: readonly string[], options: BinOptions = {}): Promise<void> {
    const output = join(folder, `again-${++runs}`);
    await mustRun("pt-train", [...flags, "--output", output], options);
    expect(bytesOf(output)).toEqual(bytesOf(first));
  }

  it("writes a folder for each coin and cutoff", () => {
    const timeframes = ["12hour", "1day", "1hour", "1week", "2hour", "4hour", "8hour"].map((one) => `${one}.json`);
    expect(Object.keys(bytesOf(first))).toEqual(
      ["BTC", "ETH"].flatMap((coin) => [
        ...[...timeframes, "manifest.json"].map((name) => `${coin}/2022-12-01/${name}`),
        `${coin}/current`,
      ]),
    );
    expect(loadModel(join(first, "ETH/2022-12-01")).symbol).toBe("ETH-USDT");
  });

  it("gives the same bytes again, and says what it made", async () => {
    const output = join(folder, `again-${++runs}`);
    const { out } = await runInProcess(createProgram, [...FLAGS, "--output", output]);
    expect(bytesOf(output)).toEqual(bytesOf(first));
    expect(out.join("\n")).toContain("ETH");
    const again = await runInProcess(createProgram, [...FLAGS, "--output", output]);
    expect(again.out.join("\n")).toContain("was there already, the same");
  });

  it("gives the same bytes in another time zone, locale and working directory, from a copy of the cache", async () => {
    const env = { TZ: "Pacific/Apia", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
    const cwd = newFolder();
    mkdirSync(join(cwd, "copy"));
    cpSync(join(cache, "own"), join(cwd, "copy/own"), {
      recursive: true,
      filter: (path) => !path.includes(".columns"),
    });
    const flags = FLAGS.map((flag) => (flag === cache ? "copy" : flag));
    await expectSameBytes(flags, { env, cwd });
  });

  it("says in one JSON document what it made and what it went on from", async () => {
    const output = join(folder, "json");
    const flags = [...SERIES, "--coin", "BTC", "--output", output, "--json"];
    await runInProcess(createProgram, [...flags, "--train-until", "2022-09-01"]);
    const { out } = await runInProcess(createProgram, [...flags, "--train-until", "2022-12-01"]);
    const { schema_version, models } = JSON.parse(out.join("\n"));
    expect(schema_version).toBe(1);
    expect(models).toEqual([
      expect.objectContaining({
        coin: "BTC",
        outcome: "written",
        continued_from: "2022-09-01",
        folder: join(output, "BTC/2022-12-01"),
      }),
    ]);
    expect(models[0].timeframes.map((one: { candles: number }) => one.candles)).toEqual([
      7968, 3984, 1992, 996, 664, 332, 47,
    ]);
    expect(readFileSync(join(output, "BTC/2022-12-01/manifest.json"))).toEqual(
      readFileSync(join(first, "BTC/2022-12-01/manifest.json")),
    );
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no coin", ["--train-until", "2022-12-01"], /^E_USAGE: one of --coin and --coins is needed — /],
    ["both kinds of coins", ["--coin", "BTC", ...FLAGS.slice(4)], /^E_USAGE: one of /],
    ["no date", ["--coin", "BTC", "--train-until", "yesterday"], /^E_DATE: --train-until: "yesterday"/],
    [
      "the future",
      ["--coin", "BTC", "--train-until", "2999-01-01"],
      /^E_RANGE: --train-until: 2999-01-01T00:00:00Z is in the future/,
    ],
    ["a path for a coin", ["--coin", "../x", "--train-until", "2022-12-01"], /^E_SYMBOL: /],
    ["other weights", [...FLAGS, "--weights", "heavy"], /^E_USAGE: --weights: "heavy"/],
    ["one candle", [...FLAGS, "--min-candles", "1"], /^E_NUMBER: --min-candles: 1/],
    [
      "a coin that is not there",
      [...SERIES, "--coins", "BTC,XRP", "--train-until", "2022-12-01"],
      /^E_CACHE_MISS: .*XRP-USDT 1hour/,
    ],
    [
      "too late a cutoff",
      [...SERIES, "--coin", "BTC", "--train-until", "2024-01-01"],
      /^E_CACHE_MISS: BTC-USDT 1hour: the cache ends at 2023-01-03/,
    ],
    [
      "too early a cutoff",
      [...SERIES, "--coin", "BTC", "--train-until", "2022-03-01"],
      /^E_TRAIN_DATA: .* there are 8 of 1w — Fetch earlier candles: npx --no -- pt-cache warm .* --min-candles 8\.$/m,
    ],
  ])("refuses %s in one line and writes nothing", async (_what, args, message) => {
    const output = join(folder, `refused-${++runs}`);
    const failure = await runInProcess(createProgram, [...args, "--output", output]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PtError);
    const { code, message: said, hint } = failure as PtError;
    const line = `${code}: ${said}${hint === undefined ? "" : ` — ${hint}`}`;
    expect(line).toMatch(message);
    expect(line).not.toContain("\n");
    expect(existsSync(output)).toBe(false);
  });

  it("refuses no cutoff in one line, as a program", async () => {
    const finished = await runBin("pt-train", ["--coin", "BTC"]);
    expect(finished).toMatchObject({ status: 2, stdout: "" });
    expect(finished.stderr).toMatch(/^error E_USAGE: .*--train-until.*\n$/);
  });

  it("is no trouble to itself: several at once make one model", async () => {
    for (let n = 0; n < 3; n++) {
      const output = join(folder, `together-${n}`);
      await Promise.all([1, 2, 3].map(() => mustRun("pt-train", [...FLAGS, "--output", output, "--from-scratch"])));
      expect(bytesOf(output)).toEqual(bytesOf(first));
    }
  });

  it("stops on Ctrl-C, whatever it is at, and leaves whole models only", async () => {
    const statuses = new Set<number | null>();
    for (let n = 0; n < 6; n++) {
      const output = join(folder, `stopped-${n}`);
      const child = spawn(process.execPath, [binPath("pt-train"), ...FLAGS, "--output", output, "--quiet"], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      child.stderr.on("data", (text) => {
        stderr += String(text);
      });
      const closed = once(child, "close");
      while (!existsSync(join(output, "BTC/trainer_status.json")) && child.exitCode === null)
        await new Promise((done) => setTimeout(done, 2));
      await new Promise((done) => setTimeout(done, n * 20));
      child.kill("SIGINT");
      await closed;
      statuses.add(child.exitCode);
      if (child.exitCode === 130 && stderr !== "")
        expect(stderr).toMatch(/^error E_CANCELLED: stopped before the model was learnt/);
      for (const coin of existsSync(output) ? readdirSync(output) : []) {
        const names = readdirSync(join(output, coin));
        expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
        for (const name of names.filter((one) => one.startsWith("2022"))) {
          expect(readFileSync(join(output, coin, name, "manifest.json"))).toEqual(
            readFileSync(join(first, coin, name, "manifest.json")),
          );
          loadModel(join(output, coin, name));
        }
      }
    }
    expect(statuses).toContain(130);
  });
});
