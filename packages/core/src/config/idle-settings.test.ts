import { expect, it } from "vitest";
import { idleSettings } from "./idle-settings.ts";
import { runConfigSchema } from "./run-config.ts";

const idle = (said: object) => idleSettings(runConfigSchema.parse(said));
const keysOf = (said: object) => idle(said).map(({ key }) => key);

it("settings of what is off change nothing", () => {
  expect(idle({}).map(({ key, because, needs }) => [key, because, needs])).toEqual([
    ["execution_model.impact", "slippage_model is volatility", "--slippage-model volume-share or square-root"],
    ["execution_model.spread_bps", "slippage_model is volatility", "--slippage-model spread"],
    ["execution_model.maintenance_margin", "leverage is 1", "--leverage above 1"],
    ["execution_model.liquidation_fee_bps", "leverage is 1", "--leverage above 1"],
    ["exits.break_even_offset", "there is no break_even_at", "--break-even-at"],
  ]);
});

it.each<[string, object]>([
  ["execution_model.impact", { execution_model: { slippage_model: "volume-share" } }],
  ["execution_model.impact", { execution_model: { slippage_model: "square-root" } }],
  ["execution_model.spread_bps", { execution_model: { slippage_model: "spread" } }],
  ["execution_model.maintenance_margin", { leverage: 2 }],
  ["execution_model.liquidation_fee_bps", { leverage: 2 }],
  ["exits.break_even_offset", { exits: { break_even_at: 0.1 } }],
  ["size", { risk: { profile: "plan", size: { rule: "signal" } } }],
  ["size", { risk: { profile: "plan", per_coin: { BTC: { size: { rule: "signal" } } } } }],
])("%s counts with %j", (key, said) => {
  expect(keysOf(said)).not.toContain(key);
});

it("the size of a run does not count where risk has rules for all coins", () => {
  expect(idle({ risk: { profile: "plan" } })[0]).toMatchObject({
    key: "size",
    because: "risk sizes by risk_per_trade",
  });
});

it("those that have their default are told from the others, with the value", () => {
  const said = { size: 0.5, execution_model: { spread_bps: 8, impact: 0.1 }, risk: { profile: "plan" } };
  const changed = idle(said).filter(({ isDefault }) => !isDefault);
  expect(changed.map(({ key, value }) => [key, value])).toEqual([
    ["size", 0.5],
    ["execution_model.spread_bps", 8],
  ]);
  expect(idle({ coins: ["BTC", "ETH"], size: 0.5, risk: { profile: "plan" } })[0]).toMatchObject({ isDefault: true });
});
