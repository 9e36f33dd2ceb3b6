import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTION_PRESETS, executionModelSchema } from "@powertrader/core/config";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const folder = newFolder();
const cache = join(folder, "cache");
const run = (...args: readonly string[]) => runInProcess(createProgram, args);
const jsonOf = async (...args: readonly string[]) => JSON.parse((await run(...args, "--json")).out.join("\n"));

describe("pt-replay execution", () => {
  it.each([["execution"], ["execution --list"]])("%s shows every preset and every key", async (line) => {
    const { out } = await run(...line.split(" "));
    const text = out.join("\n");
    for (const { name, summary } of EXECUTION_PRESETS) expect(text).toContain(`--execution ${name}  ${summary}`);
    for (const key of Object.keys(executionModelSchema.shape)) expect(text).toMatch(new RegExp(`^  ${key} `, "m"));
    expect(text).toContain("  slippage_bps 5  0 to 1000  (--slippage-bps)\n    slippage on a calm bar");
  });

  it("says with --json what a program needs to know", async () => {
    const { presets, keys } = await jsonOf("execution");
    expect(presets).toContainEqual({
      name: "stocks",
      summary: expect.any(String),
      execution_model: { fee_bps: 0, maker_fee_bps: null, fee_per_order: 2.5 },
    });
    expect(Object.fromEntries(keys.map((one: { key: string; default: unknown }) => [one.key, one.default]))).toEqual(
      executionModelSchema.parse({}),
    );
    const bounds = Object.fromEntries(keys.map((one: { key: string; bounds: string }) => [one.key, one.bounds]));
    expect(bounds).toMatchObject({
      max_volume_pct: "above 0 to 100",
      maker_fee_bps: "-100 to 1000 or null",
      latency_ms: "a pair, each 0 to 86400000",
      fill_at: "next-open | close",
    });
    for (const text of Object.values(bounds)) expect(text).not.toContain("undefined");
    for (const { describe } of keys) expect(describe).not.toBe("");
  });
});

describe("a replay with a preset", () => {
  const replay = (out: string, ...args: readonly string[]) =>
    run("--cache-dir", cache, "--output-dir", join(folder, out), ...args);
  const flags =
    "--exchange walk --start-date 2024-01-05 --coins BTC --strategy sma-crossover --param fast=5 --param slow=20".split(
      " ",
    );
  const bytes = (out: string, name: string) => readFileSync(join(folder, out, name), "utf8");

  beforeAll(() => writeWalks(cache, "walk", ["BTC"], 400));

  it("pays the preset's fees, records its name, and is repeated by its config.json", async () => {
    await replay("one", ...flags, "--execution", "coinbase", "--slippage-bps", "3");
    const config = JSON.parse(bytes("one", "config.json"));
    expect(config).toMatchObject({ execution: "coinbase", execution_model: { fee_bps: 120, slippage_bps: 3 } });
    const fills = bytes("one", "sim_fills.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(fills.length).toBeGreaterThan(3);
    for (const { qty, fill_price, fees } of fills) expect(fees / (qty * fill_price)).toBeCloseTo(0.012, 10);

    await replay("two", "--config", join(folder, "one/config.json"));
    for (const name of ["config.json", "sim_fills.jsonl", "manifest.json"])
      expect(bytes("two", name)).toBe(bytes("one", name));
  });

  it("from a file is repeated without the file", async () => {
    const file = join(folder, "preset.json");
    writeFileSync(file, JSON.stringify({ name: "my-venue", execution_model: { fee_bps: 7 } }));
    await replay("three", ...flags, "--execution", file);
    expect(bytes("three", "config.json")).not.toContain("preset.json");
    writeFileSync(file, "damaged since");
    await replay("four", "--config", join(folder, "three/config.json"));
    for (const name of ["config.json", "manifest.json"]) expect(bytes("four", name)).toBe(bytes("three", name));
  });
});

it("pt-replay config show --origin names the preset that a value comes from", async () => {
  const shown = await jsonOf("config", "show", "--origin", "--execution", "kucoin", "--min-notional", "5");
  expect(shown).toMatchObject({
    execution: { value: "kucoin", origin: "--execution" },
    "execution_model.fee_bps": { value: 10, origin: "preset kucoin" },
    "execution_model.min_notional": { value: 5, origin: "--min-notional" },
    "execution_model.impact": { value: 0.1, origin: "default" },
  });
});
