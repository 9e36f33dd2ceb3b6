import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES, resultSchema } from "@powertrader/core/files";
import { beforeEach, describe, expect, it } from "vitest";
import { createProgram as cacheProgram } from "../../packages/cache/src/commands/program.ts";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { createProgram as trainProgram } from "../../packages/trainer/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

let folder: string;
beforeEach(() => {
  folder = newFolder();
  writeWalks(join(folder, "cache"), "walk", ["BTC"], 300);
});

async function replay(name: string, flags: readonly string[]) {
  const run = join(folder, name);
  await runInProcess(createProgram, [...flags, "--cache-dir", join(folder, "cache"), "--output-dir", run]);
  return { run, text: readFileSync(join(run, RUN_FILES.result), "utf8") };
}

it("what a project file says in vain is a note of the run, the same when config.json repeats it", async () => {
  const file = join(folder, "mine.toml");
  writeFileSync(
    file,
    `exchange = "walk"\ncoins = ["BTC"]\nstart_date = 2024-01-02\nstrategy = "sma-crossover"\nparams = { fast = 5, slow = 20 }
[execution_model]\nspread_bps = 8\n[execution_model.per_coin.BTTC]\nfee_bps = 1\n[risk.per_coin.SOL]\nstop_loss_share = 0.1\n`,
  );
  const first = await replay("first", ["--config", file]);
  expect(resultSchema.parse(JSON.parse(first.text)).notes).toEqual([
    "execution_model.spread_bps = 8 changes nothing: slippage_model is volatility",
    'execution_model.per_coin names coins that are not traded: BTTC (did you mean "BTC"?)',
    "risk.per_coin names coins that are not traded: SOL",
  ]);
  const again = await replay("again", ["--config", join(first.run, RUN_FILES.config)]);
  expect(again.text).toBe(first.text);
});

it("what a flag says in vain is refused before anything is written", async () => {
  await expect(replay("run", ["--start-date", "2024-01-02", "--spread-bps", "8"])).rejects.toMatchObject({
    code: "E_USAGE",
    message: "--spread-bps changes nothing: slippage_model is volatility",
  });
});

describe("a flag with one value, given twice, is refused:", () => {
  it.each([
    ["a setting", createProgram, "--stop-loss 0.1 --stop-loss 0.2", "--stop-loss"],
    ["the same value", createProgram, "config show --seed 1 --seed 1", "--seed"],
    ["a table", createProgram, "--take-profit 0.05:0.5 --take-profit 0.1:0.5", "--take-profit"],
    ["a file", createProgram, "--config a.json --config b.json", "--config"],
    ["of another command", createProgram, "fill --orders a --orders b", "--orders"],
    ["of pt-cache", cacheProgram, "warm --coins BTC --coins ETH", "--coins"],
    ["of pt-train", trainProgram, "--coin BTC --coin ETH --train-until 2024-01-01", "--coin"],
  ])("%s", async (_, program, line, flag) => {
    await expect(runInProcess(program, line.split(" "))).rejects.toMatchObject({
      code: "E_USAGE",
      message: `${flag} is given twice`,
    });
  });

  it("but lists, parameters and tags add up", async () => {
    const line = "config show --json --coins BTC --coins ETH --param fast=5 --param slow=9 --tag a --tag b";
    const { out } = await runInProcess(createProgram, line.split(" "));
    expect(JSON.parse(out.join("\n"))).toMatchObject({
      coins: ["BTC", "ETH"],
      params: { fast: 5, slow: 9 },
      tags: ["a", "b"],
    });
  });
});
