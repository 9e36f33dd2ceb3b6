import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { binPath, mustRun, newFolder, runBin, SHARED } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import {
  bytesApartFromComponents,
  bytesOf,
  MY_THINKER,
  PYTHON,
  type Replay,
  startReplay,
  until,
} from "../fixtures/process-run.ts";

const COINS = ["BTC", "ETH", "DOGE"];
const cacheDir = newFolder();
const attached: ReturnType<typeof spawn>[] = [];

beforeAll(() => writeWalks(cacheDir, "own", COINS, 300));
afterAll(() => {
  for (const child of attached) child.kill("SIGKILL");
});

const SMALL = ["--exchange", "own", "--cache-dir", cacheDir, "--start-date", "2024-01-03", "--coins", COINS.join()];
const CROSSING = [...SMALL, "--strategy", "sma-crossover", "--param", "fast=3", "--param", "slow=8"];

async function run(args: readonly string[]): Promise<string> {
  return finished(startReplay(args));
}

async function finished(replay: Replay): Promise<string> {
  const { status, stderr } = await replay.ended;
  expect(status, stderr).toBe(0);
  return replay.folder;
}

/** A half that is started by hand and looks at files alone. */
function attach(component: "thinker" | "trader", folder: string): void {
  attached.push(spawn(process.execPath, [binPath(`pt-${component}`), "--attach", folder], { stdio: "ignore" }));
}

async function withAttached(args: readonly string[]): Promise<string> {
  const replay = startReplay([...args, "--processes", "--thinker", "attach", "--trader", "attach"]);
  await until(() => existsSync(join(replay.ipc, "session.json")));
  attach("thinker", replay.folder);
  attach("trader", replay.folder);
  const folder = await finished(replay);
  const { stderr } = await replay.ended;
  expect(stderr).toContain(`waiting for the thinker; in another terminal: npx --no -- pt-thinker --attach ${folder}\n`);
  expect(stderr).toContain(`waiting for the trader; in another terminal: npx --no -- pt-trader --attach ${folder}\n`);
  return folder;
}

const configOf = (folder: string) => JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));

/** What follows waits for other programs at every tick. */
const FEW_TICKS = CROSSING.with(CROSSING.indexOf("2024-01-03"), "2024-01-10");

describe("a run through processes", () => {
  it.each([
    ["fills at the close and closing at the end", ["--fill-at", "close", "--close-at-end"]],
    ["stops, targets and a trailing stop", ["--stop-loss", "0.02", "--take-profit", "0.03", "--trailing-stop", "0.01"]],
  ])("writes the bytes of one in process: %s", async (_, flags) => {
    const [here, there] = await Promise.all([
      run([...CROSSING, ...flags]),
      run([...CROSSING, ...flags, "--processes"]),
    ]);
    expect(bytesOf(there)).toEqual(bytesOf(here));
    expect(JSON.parse(readFileSync(join(there, "run.json"), "utf8"))).toMatchObject({ mode: "processes" });
    const state = JSON.parse(readFileSync(join(there, "ipc/backtest_state.json"), "utf8"));
    expect(state).toMatchObject({ status: "completed", sequence: 252, prices: { BTC: {}, ETH: {}, DOGE: {} } });
  });

  it.each(["aggregate", "stored"])("shows strategies longer timeframes as in process: %s", async (how) => {
    if (how === "stored") {
      const { resample } = await import("@powertrader/core/market");
      const { walk, writeCache } = await import("../fixtures/candle-cache.ts");
      COINS.forEach((coin, i) => {
        const hours = walk(Date.UTC(2024, 0, 1), "1hour", 300, i + 1);
        writeCache(cacheDir, "own", `${coin}-USDT`, "4hour", resample(hours, "1hour", "4hour"));
      });
    }
    const flags = [...SMALL, "--strategy", "mtf-trend", "--higher-timeframes", how, "--param", "timeframe=4hour"];
    const wanted = ["--param", "trend=3", "--param", "fast=2", "--param", "slow=4"];
    const [here, there] = await Promise.all([run([...flags, ...wanted]), run([...flags, ...wanted, "--processes"])]);
    expect(bytesOf(there)).toEqual(bytesOf(here));
  });

  it("is the same with halves that were started by hand and poll files", async () => {
    const [here, there] = await Promise.all([run(FEW_TICKS), withAttached(FEW_TICKS)]);
    expect(bytesApartFromComponents(there)).toEqual(bytesApartFromComponents(here));
    expect(configOf(there)).toEqual({ ...configOf(here), components: { thinker: "attached", trader: "attached" } });
    const before = readFileSync(join(there, "ipc/component_ready.jsonl"), "utf8");
    for (const component of ["thinker", "trader"]) {
      const { status, stderr } = await runBin(`pt-${component}`, ["--attach", there]);
      expect([status, stderr.split("\n")[0]]).toEqual([
        3,
        `error E_RUN_FOLDER: the run in ${there} is over: completed — Name the folder of a run that waits.`,
      ]);
    }
    expect(readFileSync(join(there, "ipc/component_ready.jsonl"), "utf8")).toBe(before);
  });

  it.skipIf(PYTHON === undefined)(
    "is the same with a thinker in Python that has the same signals (needs python3)",
    async () => {
      const here = await run(FEW_TICKS);
      const python = (flags: string) => `"${PYTHON}" '${MY_THINKER}' ${join(here, "signals.jsonl")} ${flags}`;
      const there = await Promise.all(
        ["", "--poll"].map((flags) => run([...FEW_TICKS, "--processes", "--thinker", python(flags)])),
      );
      for (const folder of there) expect(bytesApartFromComponents(folder)).toEqual(bytesApartFromComponents(here));
      expect(configOf(there[0]!).components).toEqual({ thinker: python("").trim() });
      const config = ["--config", join(there[0]!, "config.json"), "--cache-dir", cacheDir];
      for (const more of [[], ["--processes"], ["--processes", "--thinker", python("--poll")]]) {
        const { status, stderr } = await startReplay([...config, ...more]).ended;
        expect([status, stderr]).toEqual([
          2,
          expect.stringMatching(/error E_USAGE: the thinker of .* was .*my_thinker/),
        ]);
        expect(stderr).toContain("Give it again: --processes --thinker '");
      }
      const again = await run([...config, "--processes", "--thinker", python("")]);
      expect(bytesOf(again)).toEqual(bytesOf(there[0]!));
      const signals = ["--mode", "replay-signals", "--signals", join(there[0]!, "signals.jsonl")];
      expect(configOf(await run([...config, ...signals])).components).toBeUndefined();
    },
  );
});

const SERIES = COINS.map((coin) => join(SHARED, `data/binance_${coin}USDT_1h.csv.gz`));
const isThere = SERIES.every((file) => existsSync(file));

describe.skipIf(!isThere)("a month of three real coins (skipped without ../shared)", () => {
  const real = newFolder();
  const range = ["--start-date", "2024-03-01", "--end-date", "2024-04-01", "--coins", COINS.join()];
  const MONTH = ["--exchange", "binance", "--cache-dir", real, ...range];

  beforeAll(async () => {
    for (const [i, file] of SERIES.entries()) {
      const series = ["--exchange", "binance", "--symbol", `${COINS[i]}-USDT`, "--timeframe", "1h"];
      await mustRun("pt-cache", ["import", file, ...series, "--cache-dir", real]);
    }
  });

  it("has one run hash with PowerTrader and all its trainings, whoever decides", async () => {
    const here = await run(MONTH);
    const python = `python3 ${MY_THINKER} ${join(here, "signals.jsonl")}`;
    const others = [run([...MONTH, "--processes"]), withAttached(MONTH)];
    if (PYTHON !== undefined) others.push(run([...MONTH, "--processes", "--thinker", python]));
    const hashOf = (folder: string) => JSON.parse(readFileSync(join(folder, "result.json"), "utf8")).hash;
    for (const folder of await Promise.all(others)) {
      expect(hashOf(folder)).toBe(hashOf(here));
      expect(bytesApartFromComponents(folder)).toEqual(bytesApartFromComponents(here));
    }
  });
});
