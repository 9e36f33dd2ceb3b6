import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { resolveSettings } from "@powertrader/core/config";
import { RUN_SETTINGS, variableName } from "@powertrader/core/settings";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectFile, writeProjectFile } from "./project-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "project-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const settingsOf = (text: string) => {
  writeFileSync(path.join(folder, "pt.config.toml"), text);
  return resolveSettings({ flags: {}, environment: {}, folder });
};

describe("the project file", () => {
  it("changes nothing as it is written", async () => {
    const { config, origin } = await settingsOf(projectFile());
    const plain = await resolveSettings({ flags: {}, environment: {}, folder: "/" });
    expect(config).toEqual(plain.config);
    expect(new Set(origin.values())).toEqual(new Set(["default"]));
  });

  it("has a line for every setting and names its variable", () => {
    for (const setting of RUN_SETTINGS) {
      expect(projectFile()).toMatch(new RegExp(`^# ${setting.key.split(".").at(-1)} = `, "m"));
      expect(projectFile()).toContain(`(${variableName(setting)})`);
    }
  });

  it("is valid with every line in use, and says the defaults where there are any", async () => {
    const inUse = projectFile().replace(/^# (\w+ = )/gm, "$1");
    const { config, cacheDir, outputDir, bars, origin } = await settingsOf(inUse);
    const plain = await resolveSettings({ flags: {}, environment: {}, folder: "/" });
    expect(new Set(origin.values())).toEqual(new Set([path.join(folder, "pt.config.toml")]));
    expect({ cacheDir, bars }).toEqual({ cacheDir: plain.cacheDir, bars: plain.bars });

    const { start_date, end_date, size, equity_interval, name, note, params, exits, execution, ...sayDefaults } =
      config;
    const { maker_fee_bps, ...model } = sayDefaults.execution_model;
    expect({
      ...plain.config,
      ...sayDefaults,
      execution_model: { ...model, maker_fee_bps: null },
      risk: plain.config.risk,
    }).toEqual(plain.config);
    expect([execution, maker_fee_bps]).toEqual(["kucoin", 10]);
    expect(exits).toMatchObject({
      stop_loss: 0.05,
      take_profit: 0.1,
      time_targets: { 0: 0.1, 1440: 0.02 },
      max_bars: 48,
    });
    expect({ start_date, end_date, size, equity_interval, name, note, params, outputDir }).toEqual({
      start_date: "2024-01-01",
      end_date: "2024-07-01",
      size: 0.5,
      equity_interval: "1day",
      name: "first try",
      note: "what I wanted to know",
      params: { trade_start_level: 3, trailing_gap_pct: 0.5 },
      outputDir: "backtest_results/first-try",
    });
  });
});

describe("writeProjectFile", () => {
  it("writes pt.config.toml and nothing else", () => {
    expect(writeProjectFile(folder)).toBe(path.join(folder, "pt.config.toml"));
    expect(readdirSync(folder)).toEqual(["pt.config.toml"]);
    expect(readFileSync(path.join(folder, "pt.config.toml"), "utf8")).toBe(projectFile());
  });

  it.each(["pt.config.toml", "pt.config.json"])("never touches a %s that is there", (name) => {
    writeFileSync(path.join(folder, name), "mine");
    expect(() => writeProjectFile(folder)).toThrow(expect.objectContaining({ code: "E_OUT_EXISTS" }));
    expect(readdirSync(folder)).toEqual([name]);
    expect(readFileSync(path.join(folder, name), "utf8")).toBe("mine");
  });
});
