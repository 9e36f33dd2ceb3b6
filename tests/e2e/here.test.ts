import { join } from "node:path";
import { expect, it } from "vitest";
import { newFolder, runBin } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import { runHere } from "../fixtures/here.ts";

/** A folder with a cache; the same is in it every time. */
function newProject(): string {
  const folder = newFolder();
  writeWalks(join(folder, "backtest_cache"), "kucoin", ["BTC"], 300);
  return folder;
}

it.for<readonly [status: number, line: string, env?: Readonly<Record<string, string>>]>([
  [0, "pt-replay --strategy sma-crossover --start-date 2024-01-10 --coins BTC --output-dir run"],
  [0, "pt-replay --strategy sma-crossover --start-date 2024-01-10 --coins BTC --output-dir run --quiet"],
  [0, "pt-replay --help"],
  [2, "pt-replay --frobnicate"],
  [3, "pt-replay --strategy sma-crossover --start-date 2025-01-01 --coins BTC --json"],
  [5, "pt-replay --strategy sma-crossover --start-date 2024-01-10 --coins BTC --output-dir /proc/run"],
  [2, "pt-replay --start-date 2024-01-10", { PT_FEE_BPS: "" }],
  [0, "pt-replay strategies", { FORCE_COLOR: "1", PT_FEE_BSP: "5" }],
  [0, "pt-cache ls --json"],
  [3, "pt-cache ls --exchange binance"],
  [2, "pt-cache wram"],
  [0, "pt-cache --version"],
  [3, "pt-analyze no-such-run"],
  [2, "pt-analyze ls --json", { PT_RESULTS_DIR: "" }],
  [2, "pt-train --coin BTC"],
  [2, "pt-sim-exchange --seed x --json"],
])("a program says as its own process what it says inside of the tests (%i): %s", async ([status, line, env = {}]) => {
  const [bin, ...args] = line.split(" ");
  const [here, alone] = [
    await runHere(bin!, args, { cwd: newProject(), env }),
    await runBin(bin!, args, { cwd: newProject(), env }),
  ];
  expect(alone.status).toBe(status);
  expect(here).toEqual(alone);
});

it("leaves the process that it runs in as it was", async () => {
  const state = () => [
    process.cwd(),
    { ...process.env },
    process.exitCode,
    process.listenerCount("uncaughtException"),
    process.listenerCount("SIGINT"),
    process.stdout.write,
    process.stdout.listenerCount("error"),
  ];
  const before = state();
  await runHere("pt-replay", ["--frobnicate"], { cwd: newFolder(), env: { PT_SEED: "2" } });
  expect(state()).toEqual(before);
});
