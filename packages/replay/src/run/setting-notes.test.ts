import { runConfigSchema } from "@powertrader/core/config";
import { describe, expect, it } from "vitest";
import { settingNotes } from "./setting-notes.ts";

const notes = (said: object) => settingNotes(runConfigSchema.parse({ coins: ["BTC", "ETH"], ...said }));
const fees = (...coins: readonly string[]) => ({
  execution_model: { per_coin: Object.fromEntries(coins.map((coin) => [coin, { fee_bps: 1 }])) },
});

describe("a configuration is told", () => {
  it("what it says in vain, unless it says the default, as every config.json does", () => {
    expect(notes({})).toEqual([]);
    expect(notes({ leverage: 1, execution_model: { maintenance_margin: 0.005, spread_bps: 8 } })).toEqual([
      "execution_model.spread_bps = 8 changes nothing: slippage_model is volatility",
    ]);
  });

  it("nothing of a size that config.json will not have, because the strategy sizes its own orders", () => {
    expect(notes({ strategy: "powertrader", size: 0.2 })).toEqual([]);
    const risk = { profile: "conservative", size: { rule: "fraction", share: 0.1 } };
    expect(notes({ strategy: "powertrader", size: 0.2, risk })).toEqual(notes({ strategy: "powertrader", risk }));
  });

  it("which coins with a table of their own are not traded, and which traded one may be meant", () => {
    expect(notes(fees("ETH", "BTCC", "SOL"))).toEqual([
      'execution_model.per_coin names coins that are not traded: BTCC (did you mean "BTC"?), SOL',
    ]);
    expect(notes({ risk: { per_coin: { SOL: {} } } })).toEqual(["risk.per_coin names coins that are not traded: SOL"]);
    expect(notes(fees("BTC", "ETH"))).toEqual([]);
  });

  it("no coin as meant that has a table itself", () => {
    expect(notes(fees("BTC", "ETH", "ETC"))).toEqual(["execution_model.per_coin names coins that are not traded: ETC"]);
  });

  it("a few names of many", () => {
    expect(notes(fees("ADA", "SOL", "XRP", "DOT", "TRX", "BNB", "LTC"))).toEqual([
      "execution_model.per_coin names coins that are not traded: ADA, SOL, XRP, DOT, TRX and 2 more",
    ]);
  });
});
