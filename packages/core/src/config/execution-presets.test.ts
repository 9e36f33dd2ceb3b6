import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXECUTION_PRESETS, findExecutionPreset, presetFileSchema } from "./execution-presets.ts";
import { resolveSettings, type SettingSources } from "./resolve-settings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "presets-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const resolve = (sources: Partial<SettingSources> = {}) =>
  resolveSettings({ flags: {}, environment: {}, folder, ...sources });
const write = (name: string, value: unknown) => {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
};

describe("the presets", () => {
  it.each(EXECUTION_PRESETS)("$name states keys that the schema takes", ({ name, model }) => {
    const file = { name: `my-${name}`, execution_model: model };
    expect(presetFileSchema.parse(file)).toEqual(file);
  });

  it.each([
    ["kucoin", { fee_bps: 10, maker_fee_bps: 10 }],
    ["kraken", { fee_bps: 40, maker_fee_bps: 25 }],
    ["crypto", { fee_bps: 25, min_notional: 10 }],
    ["stocks", { fee_bps: 0, fee_per_order: 2.5 }],
  ])("%s stands in for the defaults, key by key", async (name, model) => {
    const { config, origin } = await resolve({ flags: { execution: [name] } });
    expect(config).toMatchObject({ execution: name, execution_model: { slippage_bps: 5, ...model } });
    expect(origin.get("execution")).toBe("--execution");
    expect(origin.get("execution_model.fee_bps")).toBe(`preset ${name}`);
    expect(origin.get("execution_model.slippage_bps")).toBe("default");
  });
});

describe("precedence of a preset", () => {
  it("is after flag, variable and file, before the default", async () => {
    write("pt.config.json", { execution: "coinbase", execution_model: { maker_fee_bps: 3 } });
    const { config, origin } = await resolve({ environment: { PT_FEE_BPS: "7" } });
    expect(config.execution_model).toMatchObject({ fee_bps: 7, maker_fee_bps: 3, min_notional: 10 });
    const from = (key: string) => origin.get(`execution_model.${key}`);
    expect([from("fee_bps"), from("maker_fee_bps"), from("min_notional"), from("impact")]).toEqual([
      "PT_FEE_BPS",
      path.join(folder, "pt.config.json"),
      "preset coinbase",
      "default",
    ]);
    const flagged = await resolve({ flags: { execution: ["kraken"] }, environment: { PT_EXECUTION: "bybit" } });
    expect(flagged.config).toMatchObject({ execution: "kraken", execution_model: { fee_bps: 40, maker_fee_bps: 3 } });
  });

  it("none is no preset, whatever the file names", async () => {
    write("pt.config.json", { execution: "coinbase" });
    const { config } = await resolve({ flags: { execution: ["none"] } });
    expect(config).toMatchObject({ execution: null, execution_model: { fee_bps: 20 } });
  });

  it("a configuration that states every key says the same again, whatever its preset's name", async () => {
    const { config } = await resolve({ flags: { execution: ["kraken"] } });
    const recorded = { ...config, execution: "of-another-machine" };
    const configFile = write("config.json", recorded);
    expect((await resolve({ configFile })).config).toEqual(recorded);
    await expect(resolve({ configFile, flags: { execution: ["binance"] } })).rejects.toMatchObject({
      code: "E_USAGE",
      message: expect.stringContaining("--execution binance changes nothing"),
    });
  });
});

describe("a preset that is not there", () => {
  it.each([
    ["kukoin", '--execution: no preset "kukoin" (did you mean "kucoin"?)'],
    ["frobnicate", '--execution: no preset "frobnicate"'],
  ])("%s is refused with the nearest name", async (name, message) => {
    await expect(resolve({ flags: { execution: [name] } })).rejects.toMatchObject({
      code: "E_CONFIG_VALUE",
      message,
      hint: expect.stringContaining("kucoin, binance"),
    });
  });

  it("as a file is refused with a hint that speaks of presets", async () => {
    await expect(resolve({ flags: { execution: ["./nope.json"] } })).rejects.toMatchObject({
      code: "E_CONFIG_PARSE",
      message: "cannot read ./nope.json (ENOENT)",
      hint: "Check the path; pt-replay execution --list shows the presets that need no file.",
    });
  });

  it("is refused in a file and a variable too", async () => {
    write("pt.config.json", { execution: "Kucoin" });
    await expect(resolve()).rejects.toMatchObject({ message: expect.stringContaining("pt.config.json: no preset") });
    await expect(resolve({ environment: { PT_EXECUTION: "x" } })).rejects.toMatchObject({
      message: 'PT_EXECUTION: no preset "x"',
    });
  });
});

describe("a preset in a file", () => {
  it("is given by its path and recorded by its name", async () => {
    const file = write("mine.json", { name: "my-venue", execution_model: { fee_bps: 3, latency_ms: [1, 2] } });
    const { config, origin } = await resolve({ flags: { execution: [file] } });
    expect(config).toMatchObject({ execution: "my-venue", execution_model: { fee_bps: 3, latency_ms: [1, 2] } });
    expect(origin.get("execution_model.latency_ms")).toBe("preset my-venue");
    expect(origin.get("execution_model.impact")).toBe("default");
  });

  it("may have fees of single coins, as any file", async () => {
    const per_coin = { BTC: { fee_bps: 1 } };
    const file = write("mine.json", { name: "my-venue", execution_model: { per_coin } });
    const of = async (more: Partial<SettingSources> = {}) =>
      (await resolve({ flags: { execution: [file] }, ...more })).config.execution_model.per_coin;
    expect(await of()).toEqual(per_coin);
    write("pt.config.json", { execution_model: { per_coin: {} } });
    expect(await of()).toEqual({});
  });

  it.each([
    [{ name: "a", execution_model: { fee_bps: -1 } }, "E_CONFIG_VALUE", "execution_model.fee_bps = -1: must be >= 0"],
    [{ name: "a", execution_model: { latency_ms: [5, 1] } }, "E_CONFIG_VALUE", "the first number must not be above"],
    [{ name: "a", execution_model: { fee_bsp: 1 } }, "E_CONFIG_KEY", 'did you mean "execution_model.fee_bps"?'],
    [{ name: "a", execution_model: {}, extra: 1 }, "E_CONFIG_KEY", 'unknown key "extra"'],
    [{ name: "a", execution_model: 5 }, "E_CONFIG_VALUE", "execution_model = 5"],
    [{ name: "a" }, "E_CONFIG_VALUE", "execution_model = nothing"],
    [{ execution_model: {} }, "E_CONFIG_VALUE", "name = nothing"],
    [{ name: "../a", execution_model: {} }, "E_CONFIG_VALUE", "lower-case letters"],
    [{ name: "kucoin", execution_model: {} }, "E_CONFIG_VALUE", "the name of a built-in preset"],
    [[], "E_CONFIG_PARSE", "a table of keys"],
  ])("%j is refused with file and key", async (content, code, message) => {
    const file = write("mine.json", content);
    await expect(findExecutionPreset(file, "--execution")).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^${file}.*${message.replaceAll(/[.?[\]]/g, "\\$&")}`)),
    });
  });

  it("that cannot be read is refused", async () => {
    await expect(resolve({ flags: { execution: ["absent.json"] } })).rejects.toMatchObject({ code: "E_CONFIG_PARSE" });
  });
});
