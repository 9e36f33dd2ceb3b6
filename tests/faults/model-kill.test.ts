import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PtError } from "@powertrader/core/errors";
import { createStream } from "@powertrader/core/random";
import { currentModelFolder, loadModel, parseCutoffFolder } from "@powertrader/strategies/pattern-memory";
import { trainCoin } from "@powertrader/trainer";
import { beforeAll, expect, it } from "vitest";
import { binPath, newFolder } from "../fixtures/bin.ts";
import { bundleFixture } from "../fixtures/bundle.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";

const KILLS = Number(process.env.PT_KILLS ?? 8);
const SEED = Date.now() % 1e6;
const random = createStream(SEED, "kills");
const CUTOFFS = [0, 1, 2, 3].map((week) => Date.UTC(2023, 0, 30 + 7 * week));
const cacheDir = newFolder();

/** Every model that the writer may have written, as the text of its files. */
const whole = new Set<string>();
let writer: string;

function train(
  modelsDir: string,
  cutoffMs: number,
  weights: "learned" | "frozen" = "learned",
): Promise<{ folder: string }> {
  const series = { cacheDir, exchange: "own", coin: "BTC", quote: "USDT" };
  return trainCoin({ ...series, modelsDir, cutoffMs, minCandles: 2, force: true, settings: { weights } });
}

function textOf(folder: string): string {
  return readdirSync(folder)
    .sort()
    .map((name) => `${name}\n${readFileSync(join(folder, name), "utf8")}`)
    .join("\n");
}

beforeAll(async () => {
  writeCache(cacheDir, "own", "BTC-USDT", "1hour", walk(Date.UTC(2023, 0, 2), "1hour", 24 * 7 * 8));
  writer = await bundleFixture(new URL("../fixtures/model-writer.ts", import.meta.url));
  for (const cutoffMs of CUTOFFS) {
    for (const weights of ["learned", "frozen"] as const)
      whole.add(textOf((await train(newFolder(), cutoffMs, weights)).folder));
  }
});

/** Lets a writer write for a random while, then kills it. */
async function killed(modelsDir: string, how: "atomic" | "naive"): Promise<void> {
  const seed = String(random.integer(0, 1e9));
  const child = spawn(process.execPath, [writer, cacheDir, modelsDir, seed, how], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  await once(child.stdout, "data");
  child.stdout.resume();
  await sleep(random.integer(0, 120));
  child.kill("SIGKILL");
  await closed;
}

/** The models of a coin that load, and how many folders do not. */
function modelsIn(modelsDir: string): { readonly loaded: readonly string[]; readonly refused: number } {
  const coinFolder = join(modelsDir, "BTC");
  const names = existsSync(coinFolder) ? readdirSync(coinFolder) : [];
  const folders = names.filter((name) => parseCutoffFolder(name) !== undefined).map((name) => join(coinFolder, name));
  const loaded = folders.filter((folder) => {
    try {
      loadModel(folder);
      return true;
    } catch (error) {
      if (error instanceof PtError && error.code === "E_MODEL") return false;
      throw error;
    }
  });
  for (const folder of loaded) expect(whole.has(textOf(folder)), `${folder} is a mix of models`).toBe(true);
  return { loaded, refused: folders.length - loaded.length };
}

it(`finds whole models only after ${KILLS} kills at random moments`, { timeout: 3_600_000 }, async () => {
  console.info(`kills: ${KILLS}, seed ${SEED}`);
  let written = 0;
  let left = 0;
  let modelsDir = "";
  for (let n = 0; n < KILLS; n++) {
    if (n % 5 === 0) modelsDir = newFolder();
    await killed(modelsDir, "atomic");
    const { loaded, refused } = modelsIn(modelsDir);
    expect(refused).toBe(0);
    written += loaded.length;
    const coinFolder = join(modelsDir, "BTC");
    if (existsSync(join(coinFolder, "current"))) {
      // Only while a model is replaced may its name be free for a moment.
      const current = currentModelFolder(modelsDir, "BTC");
      if (existsSync(current)) expect(loaded).toContain(current);
    }
    if (existsSync(coinFolder)) left += readdirSync(coinFolder).filter((name) => name.endsWith(".tmp")).length;
    const { folder } = await train(modelsDir, CUTOFFS[n % CUTOFFS.length]!);
    expect(currentModelFolder(modelsDir, "BTC")).toBe(folder);
    expect(readdirSync(coinFolder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  }
  console.info(`${written} models looked at, all whole; ${left} half ones lay beside them and were swept`);
  expect(written).toBeGreaterThan(0);
});

it("sees a writer that does it the naive way leave half a model, which does not load", {
  timeout: 120_000,
}, async () => {
  let half = 0;
  let kills = 0;
  for (; kills < 60 && half < 2; kills++) {
    const modelsDir = newFolder();
    await killed(modelsDir, "naive");
    half += modelsIn(modelsDir).refused;
  }
  console.info(`naive writer: ${half} half models in ${kills} kills`);
  expect(half).toBeGreaterThanOrEqual(2);
});

const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0;

it.skipIf(!canMount)("says that the disk is full and leaves no part of a model (needs leave to mount a tmpfs)", () => {
  const script = `
    mount -t tmpfs -o size=48k none "$1" || exit 99
    "$2" "$3" --coin BTC --exchange own --cache-dir "$4" --train-until 2023-02-20 --min-candles 2 --output "$1"
    echo "status $?"; ls -A "$1/BTC"`;
  const args = [newFolder(), process.execPath, binPath("pt-train"), cacheDir];
  const { stdout, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", script, "sh", ...args], { encoding: "utf8" });
  expect(stderr).toMatch(/^error E_DISK_FULL: no space left while writing .*\n$/);
  expect(stdout.trim().split("\n")).toEqual(["status 5", "trainer_status.json"]);
});
