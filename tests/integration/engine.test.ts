import { describe, expect, it } from "vitest";
import { type Bar, columnsOf, runScripted, START_MS, still } from "../fixtures/scripted-run.ts";

const HOUR = 3_600_000;
const at = (hours: number) => START_MS + hours * HOUR;
const BTC = "BTC-USDT";

describe("a tick", () => {
  it("fills orders at the open of the bar after the decision", async () => {
    const { fills, orders, equity } = await runScripted({
      coins: { [BTC]: [still(90), [100, 110, 95, 105, 1e6], still(120)] },
      script: (_symbol, row) => (row === 0 ? "long" : undefined),
    });
    expect(orders).toMatchObject([{ clientOrderId: "BTC-USDT-1", tsMs: at(1), qty: null, sizeShare: 1 }]);
    expect(fills).toMatchObject([{ price: 100, qty: 100, barMs: at(1), tsMs: at(1), rule: "next_open" }]);
    expect(equity).toEqual([10_000, 10_000, 10_500, 12_000]); // marked at each close
  });

  it("can fill at the close of the decision bar when told so, and records equity after it", async () => {
    const { fills, equity } = await runScripted({
      coins: { [BTC]: [still(100), [100, 110, 95, 105, 1e6], still(210)] },
      script: (_symbol, row) => (row === 1 ? "long" : undefined),
      model: { fill_at: "close", fee_bps: 100 },
    });
    expect(fills).toMatchObject([{ price: 105, tsMs: at(2), barMs: at(1), rule: "close" }]);
    const paid = fills[0]!.qty * 105 * 0.01;
    expect(equity[2]).toBeCloseTo(10_000 - paid, 9);
  });

  it("keeps silent until the strategy has its warm-up behind it", async () => {
    const { signals, run } = await runScripted({
      coins: { [BTC]: [still(1), still(1), still(1), still(1)] },
      script: () => "long",
      warmUpBars: 2,
    });
    expect(signals[0]).toMatchObject({ tsMs: at(3), signalId: "BTC-USDT-s1" });
    expect(run.marketOf(BTC).firstDecisionMs).toBe(at(3));
  });

  it("counts warm-up rows as bars behind a decision but never trades them", async () => {
    const columns = columnsOf([still(1), still(2), still(3)]);
    const { signals, equity } = await runScripted({
      coins: { [BTC]: { symbol: BTC, timeframe: "1hour", columns, warmUpRows: 2 } },
      script: () => "long",
      warmUpBars: 2,
    });
    expect(signals).toHaveLength(1);
    expect(equity).toHaveLength(2);
  });

  it("lets the order of the coins decide who gets the cash", async () => {
    const bars = [still(100), still(100), still(100)];
    const { fills, events } = await runScripted({
      coins: { "ETH-USDT": bars, [BTC]: bars },
      script: (_symbol, row) => (row === 0 ? "long" : undefined),
      size: 0.8,
    });
    expect(fills.map((fill) => [fill.symbol, fill.qty])).toEqual([
      ["ETH-USDT", 80],
      [BTC, expect.closeTo(20, 9)],
    ]);
    expect(events).toMatchObject([{ event: "cancelled", reason: "cut_to_cash", qty: expect.closeTo(60, 9) }]);
  });

  it("marks a coin without a bar at its last close and lets its orders wait", async () => {
    const eth = columnsOf([still(10), still(20)]);
    eth.time[1] = at(3); // two bars are missing
    const { fills, equity } = await runScripted({
      coins: {
        [BTC]: [still(100), still(100), still(100), still(100)],
        "ETH-USDT": { symbol: "ETH-USDT", timeframe: "1hour", columns: eth, warmUpRows: 0 },
      },
      script: (symbol, row) => (symbol === "ETH-USDT" && row === 0 ? "long" : undefined),
    });
    expect(fills).toMatchObject([{ symbol: "ETH-USDT", price: 20, barMs: at(3) }]);
    expect(equity).toEqual([10_000, 10_000, 10_000, 10_000, 10_000]);
  });

  it("ticks at the close of every series, also when their bars differ in length", async () => {
    const day = columnsOf([still(50)], "4hour");
    const { run } = await runScripted({
      coins: {
        [BTC]: [still(100), still(100), still(100), still(100), still(100)],
        "ETH-USDT": { symbol: "ETH-USDT", timeframe: "4hour", columns: day, warmUpRows: 0 },
      },
    });
    expect(run.timeline.length).toBe(5); // the 4-hour close falls on an hourly one
  });
});

describe("orders", () => {
  it("reverse as two orders: close what is held, then enter", async () => {
    const { orders, trades, run } = await runScripted({
      coins: { [BTC]: [still(100), still(100), still(110), still(110), still(99)] },
      script: (_symbol, row) => (row === 0 ? "long" : row === 2 ? "short" : undefined),
    });
    expect(orders.map(({ side, qty, sizeShare }) => ({ side, qty, sizeShare }))).toEqual([
      { side: "buy", qty: null, sizeShare: 1 },
      { side: "sell", qty: 100, sizeShare: null },
      { side: "sell", qty: null, sizeShare: 1 },
    ]);
    expect(trades).toMatchObject([{ tradeId: "BTC-USDT-t1", side: "long", pnl: 1_000, exitReason: "signal" }]);
    expect(run.positionOf(BTC)).toBeCloseTo(-100, 9);
    expect(run.equity).toBeCloseTo(11_000 + 100 * 11, 6);
  });

  it("ignore a repeat of the direction that is held", async () => {
    const { orders } = await runScripted({
      coins: { [BTC]: Array.from({ length: 6 }, () => still(100)) },
      script: () => "long",
    });
    expect(orders).toHaveLength(1);
  });

  it("carry what a bar could not fill into the next bars, in the share of its volume", async () => {
    const { fills } = await runScripted({
      coins: { [BTC]: [still(100), still(100, 60), still(100, 60), still(100, 60)] },
      script: (_symbol, row) => (row === 0 ? "long" : undefined),
      model: { max_volume_pct: 50 },
    });
    expect(fills.map(({ qty, state }) => [qty, state])).toEqual([
      [30, "partial"],
      [30, "partial"],
      [30, "partial"],
    ]);
  });

  it("cancel what a bar could not fill when told so", async () => {
    const { fills, events } = await runScripted({
      coins: { [BTC]: [still(100), still(100, 60), still(100, 60)] },
      script: (_symbol, row) => (row === 0 ? "long" : undefined),
      model: { max_volume_pct: 50, remainder: "cancel" },
    });
    expect(fills).toHaveLength(1);
    expect(events).toMatchObject([{ event: "cancelled", reason: "remainder", qty: 70, tsMs: at(2) }]);
  });

  it("wait for the order before them and never execute earlier in the bar", async () => {
    const { fills } = await runScripted({
      coins: { [BTC]: [still(100), still(100), still(100), still(100, 150), still(100, 150), still(100, 1e9)] },
      script: (_symbol, row) => (row === 0 ? "long" : row === 2 ? "short" : undefined),
      model: { latency_ms: [50, 500] },
      seed: 3,
    });
    expect(fills.map(({ clientOrderId, qty }) => [clientOrderId, qty])).toEqual([
      ["BTC-USDT-1", 100],
      ["BTC-USDT-2", 100],
      ["BTC-USDT-3", 50], // what the closing order left of the bar's volume
      ["BTC-USDT-3", 50],
    ]);
    expect(fills[2]!.tsMs).toBeGreaterThanOrEqual(fills[1]!.tsMs);
  });

  it("are superseded by a new signal", async () => {
    const { events, run } = await runScripted({
      coins: { [BTC]: [still(100), still(100, 40), still(100, 40), still(100, 1e6), still(100, 1e6)] },
      script: (_symbol, row) => (row === 0 ? "long" : row === 2 ? "close" : undefined),
    });
    expect(events).toMatchObject([{ clientOrderId: "BTC-USDT-1", event: "cancelled", reason: "superseded", qty: 20 }]);
    expect(run.positionOf(BTC)).toBe(0);
  });

  it("expire when they were decided on the last bar", async () => {
    const { events, fills } = await runScripted({
      coins: { [BTC]: [still(100), still(100)] },
      script: (_symbol, row) => (row === 1 ? "long" : undefined),
    });
    expect(fills).toEqual([]);
    expect(events).toMatchObject([{ event: "expired", reason: "end_of_run", qty: null, tsMs: at(2) }]);
  });

  it("are refused below the minimum notional and below the step, with the rule's name", async () => {
    const coins = { [BTC]: [still(100), still(100), still(100)] };
    const script = (_symbol: string, row: number) => (row === 0 ? ("long" as const) : undefined);
    const small = await runScripted({ coins, script, size: 0.0005, model: { min_notional: 10 } });
    expect(small.events).toMatchObject([{ event: "refused", reason: "min_notional" }]);
    const coarse = await runScripted({ coins, script, size: 0.5, model: { qty_step: 1_000 } });
    expect(coarse.events).toMatchObject([{ event: "refused", reason: "below_qty_step", qty: 0 }]);
    expect([...small.fills, ...coarse.fills]).toEqual([]);
    expect(small.run.cash).toBe(10_000);
  });

  it("become a quantity at the decision when told so, and are cut to the cash at the fill", async () => {
    const { orders, fills, events } = await runScripted({
      coins: { [BTC]: [still(100), still(125), still(125)] },
      script: (_symbol, row) => (row === 0 ? "long" : undefined),
      model: { size_at: "decision", qty_step: 1 },
    });
    expect(orders).toMatchObject([{ qty: 100, sizeShare: 1 }]);
    expect(fills).toMatchObject([{ qty: 80, state: "partial" }]);
    expect(events).toMatchObject([{ reason: "cut_to_cash", qty: 20 }]);
  });
});

describe("the end of a run", () => {
  const rising: readonly Bar[] = [still(100), still(100), still(110)];
  const long = (_symbol: string, row: number) => (row === 0 ? ("long" as const) : undefined);

  it("leaves positions open and marked", async () => {
    const { trades, run } = await runScripted({ coins: { [BTC]: rising }, script: long });
    expect(trades).toEqual([]);
    expect(run.positionOf(BTC)).toBe(100);
    expect(run.equity).toBe(11_000);
  });

  it("closes them at the last close when told so, with costs as always", async () => {
    const { trades, fills, run, equity } = await runScripted({
      coins: { [BTC]: [still(100), still(100), [109, 112, 108, 110, 1e6]] },
      script: long,
      model: { fee_bps: 10, slippage_bps: 5 },
      closeAtEnd: true,
    });
    expect(trades).toMatchObject([{ exitReason: "end_of_run", exitMs: at(3) }]);
    expect(fills.at(-1)).toMatchObject({ rule: "end_of_run", tsMs: at(3), referencePrice: 110 });
    expect(fills.at(-1)!.price).toBeLessThan(110);
    expect(equity.at(-1)).toBe(run.cash);
  });

  it("leaves open what the volume of the last bar does not take", async () => {
    const { run, events } = await runScripted({
      coins: { [BTC]: [still(100), still(100), still(110, 30)] },
      script: long,
      closeAtEnd: true,
    });
    expect(run.positionOf(BTC)).toBe(70);
    expect(events).toMatchObject([{ clientOrderId: "BTC-USDT-2", event: "expired", qty: 70 }]);
  });

  it("comes early when nothing is left: everything is closed at that close and trading stops", async () => {
    const { run, equity, trades, fills } = await runScripted({
      coins: { [BTC]: [still(100), still(100), still(250, 1), still(50), still(50)] },
      script: (_symbol, row) => (row === 0 ? "short" : undefined),
    });
    expect(run.status).toBe("ruined");
    expect(fills.at(-1)).toMatchObject({ rule: "liquidated", price: 250, qty: 100 }); // not held up by volume
    expect(trades).toMatchObject([{ side: "short", exitReason: "liquidated" }]);
    expect(equity).toEqual([10_000, 10_000, 10_000, -5_000]);
  });
});

describe("runBacktest", () => {
  it("reports progress every 50 bars and at the end, and looks at the abort signal every 100", async () => {
    const { createRun, runBacktest } = await import("@powertrader/core/engine");
    const abort = new AbortController();
    const bars: number[] = [];
    const prepared = await runScripted({ coins: { [BTC]: [still(1)] } });
    const run = createRun({
      settings: prepared.run.settings,
      series: [
        {
          symbol: BTC,
          timeframe: "1hour",
          columns: columnsOf(Array.from({ length: 1_000 }, () => still(1))),
          warmUpRows: 0,
        },
      ],
      source: prepared.run.source,
      policy: prepared.run.policy,
      recorder: prepared,
    });
    await runBacktest(run, {
      signal: abort.signal,
      onProgress: ({ bar }) => {
        bars.push(bar);
        if (bar === 150) abort.abort();
      },
    });
    expect(bars).toEqual([50, 100, 150, 200, 200]);
    expect(run.status).toBe("cancelled");
    expect(run.curve.length).toBe(201);
  });
});
