import { exitsSchema, runConfigSchema } from "@powertrader/core/config";
import { describe, expect, it } from "vitest";
import { exitRows, riskRows, settingRows } from "./setting-rows.ts";

const plain = (rows: readonly (readonly [string, string])[]) =>
  rows.map(([name, value]) => `${name} = ${value.replaceAll("\u00a0", " ")}`);
const risk = (table: object) => runConfigSchema.parse({ risk: table }).risk as unknown as Record<string, unknown>;

describe("exitRows", () => {
  it("has nothing to say where nothing is set", () => {
    expect(exitRows({})).toEqual([]);
    expect(exitRows(exitsSchema.parse({}))).toEqual([]);
  });

  it("says distances, gains, parts and times in words", () => {
    const exits = exitsSchema.parse({
      stop_loss: 0.02,
      take_profit: { "0.1": 0.5, "0.055": 0.25 },
      trailing_stop: 0.03,
      trailing_from: 0.01,
      break_even_at: 0.04,
      break_even_offset: 0.002,
      time_targets: { "0": 0.1, "120": 0, "1440": -1 },
      max_bars: 48,
    });
    expect(plain(exitRows(exits))).toEqual([
      "stop_loss = 2 %",
      "take_profit = 25 % at +5.5 %, 50 % at +10 %",
      "trailing_stop = 3 %",
      "trailing_from = +1 %",
      "break_even_at = +4 %",
      "time_targets = +10 % from the entry on, 0 % after 2 h, at any price after 24 h",
      "max_bars = 48",
      "break_even_offset = +0.2 %",
    ]);
    expect(plain(exitRows(exitsSchema.parse({ take_profit: 0.05 })))).toEqual(["take_profit = +5 %"]);
  });
});

describe("riskRows", () => {
  it("has nothing to say where nothing is set", () => {
    expect(riskRows({})).toEqual([]);
    expect(riskRows(risk({}))).toEqual([]);
  });

  it("names what is set, inner tables too", () => {
    const rows = riskRows(
      risk({
        size: { rule: "risk_per_trade", risk_share: 0.01 },
        max_stop_share: 0.1,
        limits: { max_open_positions: 3, cooldown_minutes: 90, daily_loss_share: 0.05, correlation_cap: 0.8 },
        per_coin: { DOGE: { size: { rule: "fraction", share: 0.05 }, limits: { max_notional_share: 0.1 } } },
      }),
    );
    expect(plain(rows).sort()).toEqual(
      [
        "size.rule = risk_per_trade",
        "size.risk_share = 1 %",
        "size.max_share = 100 %",
        "max_stop_share = 10 %",
        "limits.max_open_positions = 3",
        "limits.cooldown_minutes = 1.5 h",
        "limits.daily_loss_share = 5 %",
        "limits.correlation_cap = 0.8",
        "limits.correlation_bars = 100",
        "per_coin.DOGE.size.rule = fraction",
        "per_coin.DOGE.size.share = 5 %",
        "per_coin.DOGE.limits.max_notional_share = 10 %",
      ].sort(),
    );
  });
});

it("lists every setting, inner tables key by key", () => {
  const table = { size: 0.5, name: null, tags: [], latency_ms: [50, 500], per_coin: {}, weights: { a: { b: 2 } } };
  expect(plain(settingRows(table))).toEqual([
    "size = 0.5",
    "name = —",
    "tags = —",
    "latency_ms = 50, 500",
    "per_coin = —",
    "weights.a.b = 2",
  ]);
});

it("never prints an object as such, whatever a folder says", () => {
  const odd = { a: { b: { c: [{ d: 1 }] } }, e: [[1], { f: 2 }], take_profit: { x: 1 }, time_targets: { "1": {} } };
  const text = JSON.stringify([settingRows(odd), exitRows(odd), riskRows({ ...odd, size: "big", limits: 7 })]);
  expect(text).not.toContain("[object");
});
