import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resolveSettings } from "@powertrader/core/config";
import { createProcessDriver, executeRun, type ProcessOptions, prepareRun, readInputs } from "@powertrader/replay";
import { makeCache } from "./candle-cache.ts";
import { BINS } from "./child.ts";
import { type BenchRow, median, row } from "./row.ts";

/** Ticks before the measured ones, in which three processes warm up. */
const WARM_UP = 2_000;

const OWN = { thinker: { kind: "own" }, trader: { kind: "own" } } as const;
const POLLED = { thinker: { kind: "attach" }, trader: { kind: "own" } } as const;

/** Ticks a second through pt-thinker and pt-trader, processes of their own, market and ledger included. */
export async function lockstepBench(): Promise<readonly BenchRow[]> {
  const cacheDir = makeCache();
  try {
    const rate = async (minutes: number, options: Pick<ProcessOptions, "launches" | "ahead">) => {
      const rates: number[] = [];
      for (let i = 0; i < 3; i++) rates.push(await ticksPerSecond(cacheDir, minutes, options));
      return median(rates);
    };
    return [
      row("thinker, then trader", await rate(10_000, { launches: OWN, ahead: 1 }), "ticks/s", { atLeast: 6_000 }),
      row("thinker ahead", await rate(20_000, { launches: OWN }), "ticks/s", { atLeast: 15_000 }),
      row("thinker polling files", await rate(2_000, { launches: POLLED }), "ticks/s", { atLeast: 600 }),
    ];
  } finally {
    rmSync(cacheDir, { recursive: true });
  }
}

async function ticksPerSecond(
  cacheDir: string,
  minutes: number,
  options: Pick<ProcessOptions, "launches" | "ahead">,
): Promise<number> {
  const end = new Date(Date.UTC(2020, 0, 2) + (minutes + WARM_UP) * 60_000).toISOString().slice(0, 19);
  const flags = {
    exchange: ["bench"],
    coins: ["BTC"],
    timeframe: ["1m"],
    "start-date": ["2020-01-02"],
    "end-date": [`${end}Z`],
    "cache-dir": [cacheDir],
    strategy: ["sma-crossover"],
    param: ["fast=10", "slow=30", "direction=long"],
    size: ["0.001"],
    "min-notional": ["0"],
  };
  const settings = await resolveSettings({ flags, environment: {}, folder: tmpdir() });
  const prepared = prepareRun(settings, readInputs(settings));
  const folder = join(mkdtempSync(join(tmpdir(), "pt-bench-lockstep-")), "run");
  const driver = createProcessDriver(prepared, { ...options, timeoutMs: 30_000, speed: Infinity, modelDir: undefined });
  const helper = options.launches.thinker?.kind === "attach" ? attachThinker(folder) : undefined;
  let startedMs = 0;
  let endedMs = 0;
  await executeRun(prepared, {
    folder,
    inputs: { cacheDir, model: undefined, signals: undefined, bars: false },
    command: ["bench"],
    driver,
    onProgress: ({ bar, bars }) => {
      if (bar === WARM_UP) startedMs = performance.now();
      if (bar === bars && endedMs === 0) endedMs = performance.now();
    },
  });
  (await helper)?.kill();
  rmSync(folder, { recursive: true });
  return (1000 * minutes) / (endedMs - startedMs);
}

/** Starts a thinker that has nothing but the files, once they are there. */
async function attachThinker(folder: string): Promise<ChildProcess> {
  while (!existsSync(join(folder, "ipc/session.json"))) await sleep(5);
  return spawn(process.execPath, [BINS["pt-thinker"], "--attach", folder], { stdio: "inherit" });
}
