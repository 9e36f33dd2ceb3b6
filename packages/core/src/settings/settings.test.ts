import { describe, expect, it } from "vitest";
import { runConfigSchema } from "../config/run-config.ts";
import {
  flagName,
  parseNumber,
  parseSetting,
  RUN_SETTINGS,
  type Setting,
  type SettingKind,
  variableName,
} from "./index.ts";

const settingOf = (key: string) => RUN_SETTINGS.find((setting) => setting.key === key)!;
const ofKind = (kind: SettingKind): Setting =>
  RUN_SETTINGS.find((setting) => setting.kind === kind && !flagName(setting).startsWith("no-"))!;
const thrown = (code: string) => expect.objectContaining({ code });

describe("the settings of a run", () => {
  it("are the keys of config.json and the paths of this machine", () => {
    const keys = Object.entries(runConfigSchema.shape).flatMap(([key, schema]) => {
      if (["components", "signals", "models"].includes(key) || key.endsWith("data")) return [];
      if (key === "risk") return ["risk.profile"]; // the rest is for files alone
      if (key !== "execution_model" && key !== "exits") return [key];
      return Object.keys(schema.parse({}) as object)
        .map((inner) => `${key}.${inner}`)
        .filter((inner) => inner !== "execution_model.per_coin"); // for files alone
    });
    const isRecorded = (setting: Setting) => setting.recorded !== false;
    expect(RUN_SETTINGS.filter(isRecorded).map(({ key }) => key)).toEqual(keys);
    expect(RUN_SETTINGS.filter((setting) => !isRecorded(setting)).map(({ key }) => key)).toEqual([
      "cache_dir",
      "model",
      "output_dir",
      "bars",
    ]);
  });

  it("have a flag and a PT_ variable each, all different", () => {
    for (const setting of RUN_SETTINGS) {
      expect(flagName(setting)).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(variableName(setting)).toMatch(/^PT_[A-Z]+(_[A-Z]+)*$/);
    }
    expect(new Set(RUN_SETTINGS.map(flagName)).size).toBe(RUN_SETTINGS.length);
    expect(new Set(RUN_SETTINGS.map(variableName)).size).toBe(RUN_SETTINGS.length);
  });

  it.each([
    ["initial_capital", "initial-capital", "PT_INITIAL_CAPITAL"],
    ["execution_model.fee_bps", "fee-bps", "PT_FEE_BPS"],
    ["params", "param", "PT_PARAM"],
    ["tags", "tag", "PT_TAG"],
    ["bars", "no-bars", "PT_NO_BARS"],
  ])("%s is --%s and %s", (key, flag, variable) => {
    expect(flagName(settingOf(key))).toBe(flag);
    expect(variableName(settingOf(key))).toBe(variable);
  });
});

describe("numbers", () => {
  it.each([
    ["0", 0],
    ["10000", 10_000],
    ["0.5", 0.5],
    [".5", 0.5],
    ["5.", 5],
    ["-3", -3],
    ["+3", 3],
    ["1e-8", 1e-8],
    ["2.5E3", 2500],
  ])("read %s as %d", (text, value) => {
    expect(parseNumber(text, "--x")).toBe(value);
  });

  it.each([
    "",
    " ",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "-1e400",
    "0x10",
    "0b1",
    "1_000",
    "1,000",
    "5bps",
    "5 ",
    " 5",
    "--5",
    "1e",
    "e5",
    ".",
    "٣",
  ])("refuse %j", (text) => {
    expect(() => parseNumber(text, "--fee-bps")).toThrow(
      expect.objectContaining({ code: "E_NUMBER", message: `--fee-bps: "${text}" is not a number` }),
    );
  });

  it("judge a hundred thousand digits at once", () => {
    const started = performance.now();
    expect(() => parseNumber(`${"1".repeat(100_000)}x`, "--x")).toThrow(thrown("E_NUMBER"));
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each(["1.5", "1e-3", "9007199254740993", "1e300", ""])("refuse %j where whole ones are wanted", (text) => {
    expect(() => parseSetting(ofKind("integer"), [text], "--seed")).toThrow(thrown("E_NUMBER"));
  });
});

describe("texts of flags and variables", () => {
  it.each<[SettingKind, readonly string[], unknown]>([
    ["number", ["5", "7"], 7], // the last one counts
    ["integer", ["1e3"], 1000],
    ["pair", ["50,500"], [50, 500]],
    ["pair", ["50, 500"], [50, 500]],
    ["pair", ["0"], [0, 0]],
    ["list", ["BTC,ETH", " DOGE "], ["BTC", "ETH", "DOGE"]],
    ["text", [" as it is "], " as it is "],
    ["switch", ["true"], true],
    ["switch", ["yes"], true],
    ["switch", ["0"], false],
    ["params", ["fast=50,slow=200", "direction=long"], { fast: 50, slow: 200, direction: "long" }],
    [
      "params",
      ["on=true", "off=false", "level=-1.5e3", "name=a=b", "empty="],
      { on: true, off: false, level: -1500, name: "a=b", empty: "" },
    ],
    ["params", ["hex=0x10", "big=1e400x"], { hex: "0x10", big: "1e400x" }],
  ])("of kind %s: %j is %j", (kind, texts, value) => {
    expect(parseSetting(ofKind(kind), texts, "--x")).toEqual(value);
  });

  it("of a switch that starts with no- say the opposite", () => {
    expect(parseSetting(settingOf("bars"), ["true"], "--no-bars")).toBe(false);
    expect(parseSetting(settingOf("bars"), ["no"], "PT_NO_BARS")).toBe(true);
  });

  it.each<[SettingKind, string, string]>([
    ["switch", "maybe", "E_ENV"],
    ["switch", "toString", "E_ENV"],
    ["pair", "50,", "E_NUMBER"],
    ["pair", "50;500", "E_NUMBER"],
    ["params", "fast", "E_STRATEGY_PARAM"],
    ["params", "=50", "E_STRATEGY_PARAM"],
    ["params", "fast=50,", "E_STRATEGY_PARAM"],
    ["params", "__proto__=1", "E_STRATEGY_PARAM"],
    ["params", "constructor=1", "E_STRATEGY_PARAM"],
    ["params", "a b=1", "E_STRATEGY_PARAM"],
  ])("of kind %s refuse %j with %s", (kind, text, code) => {
    expect(() => parseSetting(ofKind(kind), [text], "--x")).toThrow(thrown(code));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
