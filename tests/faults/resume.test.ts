import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createStream } from "@powertrader/core/random";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { binPath, mustRun, newFolder, runBin } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { snapshot } from "../fixtures/snapshot.ts";

const KILLS = Number(process.env.PT_KILLS ?? 4);
const SEED = Date.now() % 1e6;
const random = createStream(SEED, "resume");
const START = Date.UTC(2024, 0, 1);
const folder = newFolder();
const cache = join(folder, "cache");
const whole = join(folder, "whole");
const LINE_FILES = ["signals", "sim_orders", "order_events", "sim_fills", "trades", "cash_flows"];

const argsOf = (out: string) => [
  ...["--cache-dir", cache, "--exchange", "own", "--coins", "BTC,ETH", "--start-date", "2024-01-03"],
  ...["--strategy", "sma-crossover", "--param", "fast=2,slow=5", "--output-dir", out, "--quiet"],
];

/** What has to be the same, byte for byte; the version of the code is another here in the test than in the program. */
function deterministic(run: string): Readonly<Record<string, unknown>> {
  const { "run.json": _run, "events.jsonl": _events, "manifest.json": _hash, ...files } = snapshot(run);
  const {
    code_version: _code,
    chain: _chain,
    ...manifest
  } = JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));
  return { ...files, manifest };
}

beforeAll(async () => {
  for (const [i, symbol] of ["BTC-USDT", "ETH-USDT"].entries())
    writeCache(cache, "own", symbol, "1hour", walk(START, "1hour", 24 * 200, i));
  await mustRun("pt-replay", argsOf(whole));
});

/** The whole run as a kill would have left it: line files cut anywhere, nothing that is written at the end. */
function interrupted(name: string): string {
  const run = join(folder, name);
  cpSync(whole, run, { recursive: true });
  for (const file of ["manifest.json", "result.json", "equity.jsonl"]) rmSync(join(run, file));
  for (const file of LINE_FILES.map((one) => join(run, `${one}.jsonl`)))
    truncateSync(file, random.integer(0, readFileSync(file).length));
  return run;
}

const resume = (run: string, ...more: readonly string[]) =>
  runInProcess(createProgram, ["--resume", run, "--quiet", ...more]);

describe(`resuming, seed ${SEED}`, () => {
  it(`ends as if nothing had happened after ${KILLS} kills at random moments`, async () => {
    let done = 0;
    for (let i = 0; i < KILLS; i++) {
      const out = join(folder, `killed-${i}`);
      const child = spawn(process.execPath, [binPath("pt-replay"), ...argsOf(out)], { stdio: "ignore" });
      const closed = once(child, "close");
      while (!existsSync(join(out, "run.json")) && child.exitCode === null) await sleep(2);
      await sleep(random.integer(0, 150));
      child.kill("SIGKILL");
      await closed;
      if (existsSync(join(out, "manifest.json"))) done++;
      else await resume(out);
      expect(deterministic(out)).toEqual(deterministic(whole));
    }
    console.log(`kills: ${KILLS}, of which ${done} came after the end`);
  });

  it("ends as if nothing had happened wherever its files were cut, when it is itself killed too", async () => {
    for (let i = 0; i < KILLS; i++) {
      const run = interrupted(`cut-${i}`);
      if (i % 2 === 1) cpSync(whole, join(run, ".resume-999999999"), { recursive: true });
      await resume(run);
      expect(deterministic(run)).toEqual(deterministic(whole));
    }
  });

  it("finds the cache where it was, or where it is told that it is now", async () => {
    const moved = join(folder, "moved-cache");
    cpSync(cache, moved, { recursive: true });
    const run = interrupted("moved");
    const json = join(run, "run.json");
    writeFileSync(json, readFileSync(json, "utf8").replaceAll(cache, join(folder, "gone")));
    await expect(resume(run)).rejects.toMatchObject({ code: "E_CACHE_MISS" });
    await resume(run, "--cache-dir", moved);
    expect(deterministic(run)).toEqual(deterministic(whole));
  });

  it("refuses a run whose past is not what the program makes of it today, and leaves it alone", async () => {
    const run = interrupted("other");
    const orders = join(run, "sim_orders.jsonl");
    writeFileSync(orders, readFileSync(join(whole, "sim_orders.jsonl"), "utf8").replace('"buy"', '"sell"'));
    const before = snapshot(run);
    await expect(resume(run)).rejects.toMatchObject({
      code: "E_RUN_FOLDER",
      message: expect.stringContaining(":1 is"),
    });
    expect(snapshot(run)).toEqual(before);
  });

  it("refuses a run that is still under way", async () => {
    const out = join(folder, "alive");
    const slow = [...argsOf(out), "--processes", "--speed", "3600"];
    const child = spawn(process.execPath, [binPath("pt-replay"), ...slow], { stdio: "ignore" });
    const closed = once(child, "close");
    while (!existsSync(join(out, "run.json")) && child.exitCode === null) await sleep(5);
    await expect(resume(out)).rejects.toMatchObject({
      code: "E_LOCKED",
      message: expect.stringContaining(`${child.pid}`),
    });
    child.kill("SIGINT");
    await closed;
  });

  it("leaves no report of the part that there was", async () => {
    const run = interrupted("reported");
    for (const name of ["metrics.json", "report.html"]) writeFileSync(join(run, name), "of a part");
    await resume(run);
    expect(deterministic(run)).toEqual(deterministic(whole));
  });

  it("refuses candles that are not those the run began with", async () => {
    const other = join(folder, "other-cache");
    for (const [i, symbol] of ["BTC-USDT", "ETH-USDT"].entries())
      writeCache(other, "own", symbol, "1hour", walk(START, "1hour", 24 * 200, i + 5));
    await expect(resume(interrupted("stranger"), "--cache-dir", other)).rejects.toMatchObject({
      code: "E_DATA_CHANGED",
    });
  });

  it.each([
    ["a folder that is not there", () => join(folder, "nowhere"), [], "E_RUN_FOLDER"],
    ["a run that is complete", () => whole, [], "E_RUN_FOLDER"],
    ["other settings", () => interrupted("settings"), ["--seed", "5"], "E_USAGE"],
    ["another configuration", () => interrupted("config"), ["--config", join(whole, "config.json")], "E_USAGE"],
  ])("refuses %s", async (_what, run, flags, code) => {
    await expect(resume(run(), ...flags)).rejects.toMatchObject({ code });
  });

  it("says as a program in one line what it cannot resume", async () => {
    const { status, stderr } = await runBin("pt-replay", ["--resume", whole]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error E_RUN_FOLDER: .* is complete: there is nothing to resume/);
  });
});
