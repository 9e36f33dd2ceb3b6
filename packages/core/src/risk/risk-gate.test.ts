import { describe, expect, it } from "vitest";
import { allocateColumns } from "../market/candles.ts";
import { HistoryView } from "../strategy/history-view.ts";
import { createRiskGate, type EntryRequest } from "./risk-gate.ts";
import { riskConfigSchema, toRiskSettings } from "./risk-settings.ts";
import { type Holding, riskSnapshot } from "./risk-snapshot.ts";
import { RiskTracker } from "./risk-tracker.ts";

function barsOf(closes: readonly number[]): HistoryView {
  const columns = allocateColumns(closes.length);
  columns.close.set(closes);
  columns.time.set(closes.map((_, row) => row));
  return new HistoryView("BTC-USDT", "1hour", columns, { row: closes.length - 1 });
}

const BUY: EntryRequest = { symbol: "BTC-USDT", side: "buy", price: 50, stopPrice: undefined, sizeShare: 0.5 };

interface Situation {
  readonly holdings?: readonly Holding[];
  readonly tracker?: RiskTracker;
  readonly closes?: readonly number[];
  readonly equity?: number;
}

/** What the gate says of an entry on 10 000 under a configuration. */
function decide(config: unknown, entry: Partial<EntryRequest> = {}, situation: Situation = {}) {
  const { holdings = [], tracker = new RiskTracker(0, 10_000), closes = [], equity = 10_000 } = situation;
  const request = { ...BUY, ...entry };
  const gate = createRiskGate(toRiskSettings(riskConfigSchema.parse(config)));
  const snapshot = riskSnapshot(request, { nowMs: 0, equity, holdings }, tracker);
  return gate.decide(request, snapshot, { bars: barsOf(closes), tally: tracker });
}

describe("a risk gate", () => {
  it("passes what the signal says without rules", () => {
    expect(decide({}, { stopPrice: 45 })).toEqual({ sizeShare: 0.5, maxQty: undefined, stopPrice: 45 });
  });

  it.each([
    ["no_size", undefined],
    ["invalid_size", 0],
    ["invalid_size", -0.1],
    ["invalid_size", Number.NaN],
    ["invalid_size", Infinity],
  ])("refuses with %s a signal's size of %s", (refusal, sizeShare) => {
    expect(decide({}, { sizeShare })).toEqual({ refusal });
  });

  it("refuses entries of an account that has nothing", () => {
    expect(decide({}, {}, { equity: 0 })).toEqual({ refusal: "no_equity" });
  });

  it("sizes the plan's entries by the distance of the stop, up to 100 units", () => {
    const at = (price: number) => decide({ profile: "plan" }, { price }) as { sizeShare: number; maxQty: number };
    expect((at(50).sizeShare * 10_000) / 50).toBeCloseTo(80, 9);
    expect((at(10).sizeShare * 10_000) / 10).toBeCloseTo(100, 9);
    expect(at(10).maxQty).toBe(100);
  });

  it("sizes by the signal's own stop before the default one", () => {
    expect(decide({ profile: "plan" }, { stopPrice: 40 })).toMatchObject({ sizeShare: 0.1, stopPrice: 40 });
  });

  it("draws a stop in before it sizes by it, and leaves the default stop to the fill price", () => {
    const config = { size: { rule: "risk_per_trade", risk_share: 0.02 }, stop_loss_share: 0.05, max_stop_share: 0.1 };
    expect(decide(config, { stopPrice: 25 })).toMatchObject({ sizeShare: 0.2, stopPrice: 45 });
    expect(decide(config)).toMatchObject({ sizeShare: 0.4, stopPrice: undefined });
  });

  it("leaves room in quantity for what is held already", () => {
    const held: Holding = { symbol: "BTC-USDT", qty: 70, value: 3_500, pendingShare: 0, history: barsOf([]) };
    const approval = decide({ limits: { max_position_qty: 100 } }, { sizeShare: 1 }, { holdings: [held] });
    expect(approval).toMatchObject({ sizeShare: 0.15, maxQty: 30 });
  });

  it.each<[string, unknown, Situation, number]>([
    ["a fraction", { size: { rule: "fraction", share: 0.1 } }, {}, 0.1],
    ["a notional", { size: { rule: "fixed_notional", notional: 2_500 } }, {}, 0.25],
    [
      "volatility",
      { size: { rule: "volatility_target", target_volatility: 0.5, bars: 4 } },
      { closes: [100, 110, 99, 103] },
      0.05157,
    ],
    ["Kelly's fallback", { size: { rule: "kelly" } }, {}, 0.02],
  ])("sizes by %s instead of by the signal", (_case, config, situation, share) => {
    expect((decide(config, {}, situation) as { sizeShare: number }).sizeShare).toBeCloseTo(share, 4);
  });

  it.each<[string, unknown, Situation]>([
    ["no_stop", { size: { rule: "risk_per_trade", risk_share: 0.02 } }, {}],
    ["no_volatility", { size: { rule: "volatility_target", target_volatility: 0.5, bars: 3 } }, { closes: [1, 1, 1] }],
    ["too_few_trades", { size: { rule: "kelly", fallback_share: null } }, {}],
  ])("refuses by the name of the sizing rule: %s", (refusal, config, situation) => {
    expect(decide(config, {}, situation)).toEqual({ refusal });
  });

  it("bets by Kelly once there are trades enough", () => {
    const tracker = new RiskTracker(0, 10_000);
    for (const pnl of [15, 15, 15, -10, -10]) tracker.onTrade({ symbol: "BTC-USDT", exitMs: 0, pnl });
    const config = { size: { rule: "kelly", min_trades: 5 } };
    expect((decide(config, {}, { tracker }) as { sizeShare: number }).sizeShare).toBeCloseTo(1 / 6, 12);
  });

  it("holds a coin to its own rules", () => {
    const config = { per_coin: { BTC: { limits: { max_notional_share: 0.1 } } } };
    expect(decide(config)).toMatchObject({ sizeShare: 0.1 });
    expect(decide(config, { symbol: "ETH-USDT" })).toMatchObject({ sizeShare: 0.5 });
  });
});
