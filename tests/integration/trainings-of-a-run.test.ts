import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { readLines, sha256 } from "@powertrader/core/files";
import { DAY_MS, timeframeMs, WEEK_MS } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { loadModel, PATTERN_TIMEFRAMES } from "@powertrader/strategies/pattern-memory";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram as createReplay } from "../../packages/replay/src/commands/program.ts";
import { createProgram as createTrain } from "../../packages/trainer/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { snapshot } from "../fixtures/snapshot.ts";

const SEED = Date.now() % 1e6;
const random = createStream(SEED, "trainings");

/** A Monday, at which a run of 30 days begins; there are 24 weeks before it. */
const START = Date.UTC(2024, 0, 1);
const COINS = ["BTC", "ETH"];
const folder = newFolder();
const cache = join(folder, "cache");
const whole = join(folder, "whole");
const SERIES = ["--exchange", "own", "--cache-dir", cache];

function replay(out: string, ...more: readonly string[]) {
  const range = more.includes("--start-date") ? [] : ["--start-date", "2024-01-01", "--end-date", "2024-01-31"];
  const coins = more.includes("--coins") ? [] : ["--coins", COINS.join(",")];
  return runInProcess(createReplay, [...SERIES, ...range, ...coins, "--output-dir", out, "--quiet", ...more]);
}

/** Trains into a new folder, from scratch therefore. */
async function train(until: string): Promise<string> {
  const models = join(folder, `models-${until.replaceAll(":", "")}`);
  if (existsSync(models)) return models;
  const flags = ["--coins", COINS.join(","), "--train-until", until, "--output", models];
  await runInProcess(createTrain, [...SERIES, ...flags]);
  return models;
}

beforeAll(async () => {
  for (const [i, coin] of COINS.entries()) {
    const hours = walk(START - 24 * WEEK_MS, "1hour", 24 * (24 * 7 + 31), i + 1);
    writeCache(cache, "own", `${coin}-USDT`, "1hour", hours);
  }
  await replay(whole);
});

const jsonLines = (run: string, name: string) => [...readLines(join(run, name))].map((line) => JSON.parse(line));
const trainingsOf = (run: string) => jsonLines(run, "events.jsonl").filter(({ event }) => event === "training");
const days = (...numbers: readonly number[]) => numbers.map((day) => (START + day * DAY_MS) / 1000);
const cutoffsOf = (run: string, symbol: string) =>
  trainingsOf(run)
    .filter((one) => one.symbol === symbol)
    .map((one) => one.cutoff_ts);

/** Everything that a run wrote, but what has the wall clock in it. */
function deterministic(run: string): Readonly<Record<string, string>> {
  const files = Object.entries(snapshot(run));
  return Object.fromEntries(files.filter(([name]) => !/^(run|events)\.jsonl?$/.test(name)));
}

/** The files of one model. */
function bytesOf(model: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(join(model, name), "utf8")]));
}

describe("the trainings of 30 days", () => {
  it("are at the start and every seven days after it, a line and a model for each coin", () => {
    for (const coin of COINS) {
      expect(cutoffsOf(whole, `${coin}-USDT`)).toEqual(days(0, 7, 14, 21, 28));
      expect(readdirSync(join(whole, "models", coin)).sort()).toEqual([
        ...["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29", "current", "trainer_status.json"],
      ]);
    }
    for (const { model, model_hash: hash } of trainingsOf(whole))
      expect(sha256(readFileSync(join(whole, model, "manifest.json")))).toBe(hash);
  });

  it("learn from candles alone that had closed by their cutoff, up to the last of them", () => {
    for (const { model, cutoff_ts: cutoff, last_closed_ts: lastClosed } of trainingsOf(whole)) {
      const { manifest } = loadModel(join(whole, model));
      expect(manifest.cutoff_ts).toBe(cutoff);
      const closes = manifest.timeframes.map((one) => one.last_candle_ts + timeframeMs(one.timeframe) / 1000);
      expect(Math.max(...closes)).toBe(lastClosed);
      for (const close of closes) expect(close).toBeLessThanOrEqual(cutoff);
      const open = manifest.timeframes.map((one, i) => closes[i]! + timeframeMs(one.timeframe) / 1000);
      for (const close of open) expect(close).toBeGreaterThan(cutoff);
    }
  });

  it("are used from their cutoff on until the next one", () => {
    const used = new Set<string>();
    for (const { ts, symbol, data } of jsonLines(whole, "signals.jsonl")) {
      expect(data.model_cutoff_ts).toBe(days(0, 7, 14, 21, 28).findLast((cutoff) => cutoff <= ts));
      used.add(`${symbol} ${data.model_cutoff_ts}`);
    }
    expect(used.size).toBe(5 * COINS.length);
  });

  it("give the models that pt-train makes from scratch, byte for byte", async () => {
    for (const until of ["2024-01-01", "2024-01-15", "2024-01-29"]) {
      const models = await train(until);
      for (const coin of COINS) {
        const own = bytesOf(join(whole, "models", coin, until));
        expect(Object.keys(own)).toHaveLength(PATTERN_TIMEFRAMES.length + 1);
        expect(own).toEqual(bytesOf(join(models, coin, until)));
      }
    }
  });

  it("are listed in the manifest of the run by their hashes", () => {
    const { files } = JSON.parse(readFileSync(join(whole, "manifest.json"), "utf8"));
    for (const { model, model_hash } of trainingsOf(whole)) expect(files[`${model}/manifest.json`]).toBe(model_hash);
  });

  it("are one with --no-walk-forward, and as many as --retrain-interval says", async () => {
    const once = join(folder, "once");
    await replay(once, "--no-walk-forward");
    for (const coin of COINS) expect(cutoffsOf(once, `${coin}-USDT`)).toEqual(days(0));
    const often = join(folder, "often");
    await replay(often, "--retrain-interval", "3", "--coins", "BTC");
    expect(cutoffsOf(often, "BTC-USDT")).toEqual(days(0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30)); // the last tick is at the end of day 30

    const hashOf = (run: string) => JSON.parse(readFileSync(join(run, "result.json"), "utf8")).hash;
    expect(hashOf(once)).not.toBe(hashOf(whole));
    const given = join(folder, "given");
    await replay(given, "--model", await train("2024-01-01"));
    expect(hashOf(given)).toBe(hashOf(once));
    expect(trainingsOf(given)).toEqual([]);
    expect(existsSync(join(given, "models"))).toBe(false);
  });
});

describe("models that are given", () => {
  it("are refused where they are not there, with their path", async () => {
    const nowhere = join(folder, "nowhere");
    await expect(replay(join(folder, "refused"), "--model", nowhere)).rejects.toMatchObject({
      code: "E_MODEL",
      message: expect.stringContaining(nowhere),
    });
    expect(existsSync(join(folder, "refused"))).toBe(false);
  });

  it("are refused as look-ahead where they have learnt from what came after the first tick", async () => {
    const out = join(folder, "refused");
    await expect(replay(out, "--model", await train("2024-01-01T02:00:00Z"))).rejects.toMatchObject({
      code: "E_MODEL",
      message: expect.stringMatching(
        /learnt from candles up to 2024-01-01T02:00:00Z, the first tick is at 2024-01-01T01:00:00Z: .* look-ahead/,
      ),
    });
    expect(existsSync(out)).toBe(false);
    await replay(join(folder, "just"), "--model", await train("2024-01-01T01:00:00Z"), "--coins", "BTC");
  });
});

it("too little to learn from is refused with the numbers, before anything is written", async () => {
  const out = join(folder, "refused");
  const early = ["--start-date", "2023-11-06", "--end-date", "2023-11-20"];
  await expect(replay(out, ...early)).rejects.toMatchObject({
    code: "E_TRAIN_DATA",
    message: "BTC-USDT: every timeframe needs 21 closed candles before 2023-11-06, there are 16 of 1w",
    hint: expect.stringContaining("--param min_candles=16"),
  });
  expect(existsSync(out)).toBe(false);
});

describe(`the same bytes, models and hub_data included, seed ${SEED},`, () => {
  it("come of the same run", async () => {
    const again = join(folder, "again");
    await replay(again);
    expect(deterministic(again)).toEqual(deterministic(whole));
    expect(readdirSync(join(again, "hub_data")).sort()).toEqual([
      ...["account_value_history.jsonl", "pnl_ledger.json", "trade_history.jsonl", "trader_status.json"],
    ]);
    expect(jsonLines(again, "hub_data/trade_history.jsonl").length).toBeGreaterThan(5);
  });

  it.each(["before its second training", "while a model was written", "after its last one"])(
    "come of a run that is resumed where it was cut %s",
    async (when) => {
      const run = join(folder, when.replaceAll(" ", "-"));
      cpSync(whole, run, { recursive: true });
      for (const name of ["manifest.json", "result.json", "equity.jsonl"]) rmSync(join(run, name));
      const lines = ["signals", "sim_orders", "sim_fills", "hub_data/trade_history", "hub_data/account_value_history"];
      for (const path of lines.map((name) => join(run, `${name}.jsonl`)))
        truncateSync(path, random.integer(0, readFileSync(path).length));
      rmSync(join(run, "trades.jsonl"));
      const models = join(run, "models/BTC");
      if (when === "before its second training") {
        for (const name of readdirSync(models).filter((one) => one > "2024-01-01"))
          rmSync(join(models, name), { recursive: true });
        rmSync(join(run, "hub_data"), { recursive: true });
      }
      if (when === "while a model was written") truncateSync(join(models, "2024-01-15/1hour.json"), 100);
      await runInProcess(createReplay, ["--resume", run, "--quiet"]);
      expect(deterministic(run)).toEqual(deterministic(whole));
    },
  );
});
