import { NO_EXITS } from "@powertrader/core/engine";
import { type RiskConfig, riskConfigSchema } from "@powertrader/core/risk";
import { describe, expect, it } from "vitest";
import { type IntentDraft, type PolicyRun, runOrders } from "../fixtures/policy-run.ts";
import { type Bar, still } from "../fixtures/scripted-run.ts";

type RiskInput = Parameters<typeof riskConfigSchema.parse>[0];
const risk = (input: RiskInput): RiskConfig => riskConfigSchema.parse(input);
const bar = (open: number, high: number, low: number, close: number, volume = 1e9): Bar => [
  open,
  high,
  low,
  close,
  volume,
];
const enter = (more: object = {}): IntentDraft => ({ kind: "enter", side: "buy", sizeShare: 0.5, ...more });
const flat = still(100);

async function firstOf(config: RiskInput, more: Partial<PolicyRun> = {}) {
  const { fills, events } = await runOrders({
    bars: [flat, flat, flat],
    orders: { 0: [enter()] },
    risk: risk(config),
    ...more,
  });
  return { qty: fills[0]?.qty, reason: events[0]?.reason };
}

describe("risk between signal and order", () => {
  it.each([
    ["conservative", 2],
    ["balanced", 3],
    ["aggressive", 5],
  ] as const)("%s cuts an entry to %d %% of equity", async (profile, pct) => {
    expect(await firstOf({ profile })).toEqual({ qty: pct, reason: undefined });
  });

  it("plan sizes by its stop, 2 % at risk over a stop of 5 %, and leaves there and at 10 %", async () => {
    // 10,000 × 2 % ÷ (100 × 5 %) = 40 units
    const { fills, trades } = await runOrders({
      bars: [flat, flat, bar(100, 111, 99, 110)],
      orders: { 0: [enter()] },
      risk: risk({ profile: "plan" }),
    });
    expect(fills[0]!.qty).toBeCloseTo(40, 9);
    expect(trades).toMatchObject([{ exitReason: "take_profit", exitPrice: expect.closeTo(110, 9) }]);
  });

  it("caps the units at the fill, whatever its price", async () => {
    expect(await firstOf({ limits: { max_position_qty: 7 } })).toEqual({ qty: 7, reason: undefined });
  });

  it("refuses entries after the day's loss until midnight, and never an exit", async () => {
    const bars = [
      flat,
      flat,
      bar(100, 100, 88, 88),
      still(88),
      still(88),
      ...Array.from({ length: 22 }, () => still(88)),
    ];
    const { events, fills } = await runOrders({
      bars,
      orders: {
        0: [enter()],
        2: [enter({ sizeShare: 0.1 }), { kind: "exit", side: "sell", qty: 25 }],
        24: [enter({ sizeShare: 0.1 })],
      },
      risk: risk({ limits: { daily_loss_share: 0.05 } }),
    });
    expect(events.map(({ clientOrderId, reason }) => [clientOrderId, reason])).toEqual([["BTC-USDT-2", "daily_loss"]]);
    expect(fills.map(({ side, clientOrderId }) => [clientOrderId, side])).toEqual([
      ["BTC-USDT-1", "buy"],
      ["BTC-USDT-3", "sell"],
      ["BTC-USDT-4", "buy"],
    ]);
  });

  it("halts for good after a drawdown", async () => {
    const { events } = await runOrders({
      bars: [flat, flat, bar(100, 100, 60, 60), still(60), still(120), still(120)],
      orders: { 0: [enter()], 2: [{ kind: "exit", side: "sell", qty: 50 }], 4: [enter()] },
      risk: risk({ limits: { drawdown_halt_share: 0.15 } }),
    });
    expect(events).toMatchObject([{ event: "refused", reason: "drawdown_halt" }]);
  });

  it("waits after an exit", async () => {
    const { events } = await runOrders({
      bars: [flat, flat, flat, flat, flat, flat],
      orders: { 0: [enter()], 1: [{ kind: "exit", side: "sell", qty: 50 }], 2: [enter()], 4: [enter()] },
      risk: risk({ limits: { cooldown_minutes: 120 } }),
    });
    expect(events).toMatchObject([{ clientOrderId: "BTC-USDT-3", reason: "cooldown" }]);
  });

  it("counts orders that still rest", async () => {
    const rest = (limitPrice: number) => enter({ sizeShare: 0.3, terms: { orderType: "limit", limitPrice } });
    const { orders } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [rest(90), rest(80)] },
      risk: risk({ limits: { max_exposure_share: 0.5 } }),
    });
    expect(orders.map(({ sizeShare }) => sizeShare)).toEqual([0.3, expect.closeTo(0.2, 12)]);
  });

  it("draws a far stop in", async () => {
    const exits = { ...NO_EXITS, stopPrice: 70 };
    const { fills } = await runOrders({
      bars: [flat, flat, bar(100, 100, 80, 85)],
      orders: { 0: [enter({ exits })] },
      risk: risk({ max_stop_share: 0.1 }),
    });
    expect(fills[1]).toMatchObject({ rule: "stop_loss", price: 90 });
  });

  it("counts notional, whatever the leverage", async () => {
    const { fills, orders } = await runOrders({
      bars: [flat, flat, flat],
      orders: { 0: [enter()] },
      leverage: 5,
      risk: risk({ profile: "conservative" }),
    });
    expect(fills[0]!.qty * 100).toBeCloseTo(200, 9); // 2 % of 10,000
    expect(orders[0]!.sizeShare).toBeCloseTo(0.02 / 5, 12);
  });
});
