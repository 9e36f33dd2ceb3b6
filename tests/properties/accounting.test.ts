import type { ExecutionModelConfig } from "@powertrader/core/config";
import { simulateFill } from "@powertrader/core/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bar, type FinishedRun, runScripted, type ScriptedRun } from "../fixtures/scripted-run.ts";

const numRuns = Number(process.env.PT_PROPERTY_RUNS ?? 150);
const HOUR = 3_600_000;

const bar: fc.Arbitrary<Bar> = fc
  .record({
    open: fc.double({ min: 0.5, max: 2, noNaN: true }),
    close: fc.double({ min: 0.5, max: 2, noNaN: true }),
    above: fc.double({ min: 0, max: 0.3, noNaN: true }),
    below: fc.double({ min: 0, max: 0.3, noNaN: true }),
    volume: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e7, noNaN: true })),
  })
  .map(({ open, close, above, below, volume }) => {
    const high = Math.max(open, close) * (1 + above);
    return [open * 100, high * 100, Math.min(open, close) * (1 - below) * 100, close * 100, volume];
  });

const model: fc.Arbitrary<Partial<ExecutionModelConfig>> = fc.record({
  slippage_bps: fc.constantFrom(0, 5, 50),
  fee_bps: fc.constantFrom(0, 10, 200),
  latency_ms: fc.constantFrom<[number, number]>([0, 0], [50, 500], [0, 3_600_000]),
  max_volume_pct: fc.constantFrom(0.1, 1, 50, 100),
  partial_fill_threshold: fc.constantFrom(0, 0.01, 0.3),
  qty_step: fc.constantFrom(0, 1e-8, 0.01, 0.25, 3),
  min_notional: fc.constantFrom(0, 10, 2_000),
  fill_at: fc.constantFrom("next-open" as const, "close" as const),
  size_at: fc.constantFrom("fill" as const, "decision" as const),
  remainder: fc.constantFrom("carry" as const, "cancel" as const),
});

const scenario = fc.record({
  symbols: fc.integer({ min: 1, max: 3 }),
  bars: fc.array(fc.tuple(bar, bar, bar), { minLength: 2, maxLength: 40 }),
  says: fc.array(fc.constantFrom("long" as const, "short" as const, "close" as const, undefined, undefined), {
    minLength: 7,
    maxLength: 31,
  }),
  model,
  size: fc.constantFrom(0.001, 0.3, 1, 1.7),
  seed: fc.nat(),
  closeAtEnd: fc.boolean(),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const NAMES = ["AAA-USDT", "BBB-USDT", "CCC-USDT"];

function scripted({ symbols, bars, says, model: execution, size, seed, closeAtEnd }: Scenario): ScriptedRun {
  const names = NAMES.slice(0, symbols);
  return {
    coins: Object.fromEntries(names.map((name, i) => [name, bars.map((row) => row[i]!)])),
    script: (symbol, row) => says[(row * 3 + names.indexOf(symbol)) % says.length],
    model: execution,
    size,
    seed,
    closeAtEnd,
  };
}

/** Holds `check` for many random runs; the seed and the counterexample are printed when it does not. */
function forAllRuns(check: (run: FinishedRun, scenario: Scenario) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(scenario, async (one) => check(await runScripted(scripted(one)), one)),
    { numRuns },
  );
}

function barOf({ bars }: Scenario, symbol: string, barMs: number, startMs: number): Bar {
  return bars[(barMs - startMs) / HOUR]![NAMES.indexOf(symbol)]!;
}

describe("the books of any run", () => {
  it("say at every tick that equity is cash plus positions at the close, re-derived from the fills alone", async () => {
    await forAllRuns((result, one) => {
      const { startMs } = result.run.settings;
      for (let row = 1; row < result.equity.length; row++) {
        const nowMs = startMs + row * HOUR;
        let cash = 10_000;
        const held = new Map<string, number>();
        for (const fill of result.fills.filter(({ barMs }) => barMs < nowMs)) {
          const signed = fill.side === "buy" ? fill.qty : -fill.qty;
          cash -= signed * fill.price + fill.fees;
          held.set(fill.symbol, (held.get(fill.symbol) ?? 0) + signed);
        }
        const equity = [...held].reduce(
          (sum, [symbol, qty]) => sum + qty * barOf(one, symbol, nowMs - HOUR, startMs)[3],
          cash,
        );
        expect(Math.abs(result.equity[row]! - equity)).toBeLessThanOrEqual(1e-9 * Math.max(10_000, Math.abs(equity)));
        expect(Math.abs(result.cash[row]! - cash)).toBeLessThanOrEqual(1e-9 * Math.max(10_000, Math.abs(cash)));
      }
    });
  });

  it("hold no fill outside its bar, better than its reference, or above the bar's volume", async () => {
    await forAllRuns(({ fills, run }, one) => {
      const taken = new Map<string, number>();
      for (const fill of fills) {
        const [, high, low, , volume] = barOf(one, fill.symbol, fill.barMs, run.settings.startMs);
        expect(fill.price).toBeLessThanOrEqual(high);
        expect(fill.price).toBeGreaterThanOrEqual(low);
        expect(fill.slippageBps).toBeGreaterThanOrEqual(0);
        expect(fill.fees).toBeCloseTo((fill.qty * fill.price * run.settings.model.fees.bps(false)) / 10_000, 9);
        expect(fill.tsMs).toBeGreaterThanOrEqual(fill.barMs);
        expect(fill.tsMs).toBeLessThanOrEqual(fill.barMs + HOUR);
        if (fill.rule === "liquidated") continue;
        const key = `${fill.symbol} ${fill.barMs}`;
        taken.set(key, (taken.get(key) ?? 0) + fill.qty);
        expect(taken.get(key)!).toBeLessThanOrEqual(((volume * run.settings.model.maxVolumePct) / 100) * (1 + 1e-12));
      }
    });
  });

  it("fill what simulateFill says of the same order, bar and volume", async () => {
    await forAllRuns(({ fills, run }, one) => {
      const { model } = run.settings;
      for (const fill of fills.filter(({ rule, state }) => rule === "next_open" && state === "filled")) {
        const [open, high, low, close, volume] = barOf(one, fill.symbol, fill.barMs, run.settings.startMs);
        const latencyMs = fill.tsMs - fill.barMs;
        if (latencyMs === HOUR - 1) continue; // cut to the bar's last moment
        const outcome = simulateFill({
          side: fill.side,
          qty: fill.qty,
          orderQty: fill.qty,
          candle: { open, high, low, close, volume },
          timeframeMs: HOUR,
          latencyMs,
          capacity: Infinity,
          model: { ...model, slippageBps: Number.NaN, feeBps: model.fees.bps(false) },
        });
        expect(outcome).toEqual({
          status: "filled",
          fillQty: fill.qty,
          fillPrice: fill.price,
          referencePrice: fill.referencePrice,
          slippageBps: fill.slippageBps,
          fees: fill.fees,
        });
      }
    });
  });

  it("never fill an order before its decision bar has closed, nor more than it asked for", async () => {
    await forAllRuns(({ orders, fills }) => {
      for (const order of orders) {
        const own = fills.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId);
        for (const fill of own) expect(fill.tsMs).toBeGreaterThanOrEqual(order.tsMs);
        const filled = own.reduce((sum, { qty }) => sum + qty, 0);
        if (order.qty !== null) expect(filled).toBeLessThanOrEqual(order.qty * (1 + 1e-12));
      }
    });
  });

  it("account for every order: filled, ended with a reason, or both, and each id once", async () => {
    await forAllRuns(({ orders, fills, events }) => {
      expect(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(orders.length);
      for (const { clientOrderId } of orders) {
        const last = fills.filter((fill) => fill.clientOrderId === clientOrderId).at(-1);
        const ends = events.filter((event) => event.clientOrderId === clientOrderId);
        expect(ends).toHaveLength(last?.state === "filled" ? 0 : 1);
      }
    });
  });

  it("never spend cash that is not there, as long as nothing is sold short", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const says = one.says.map((word) => (word === "short" ? ("close" as const) : word));
        const { cash, fills } = await runScripted(scripted({ ...one, says }));
        for (const amount of cash) expect(amount).toBeGreaterThanOrEqual(0);
        const held = new Map<string, number>();
        for (const { symbol, side, qty } of fills) {
          held.set(symbol, (held.get(symbol) ?? 0) + (side === "buy" ? qty : -qty));
          expect(held.get(symbol)!).toBeGreaterThanOrEqual(-1e-9);
        }
      }),
      { numRuns },
    );
  });

  it("add up to the trades when everything is closed", async () => {
    await forAllRuns(({ run, trades, equity }) => {
      for (const trade of trades) expect(trade.exitMs).toBeGreaterThanOrEqual(trade.entryMs);
      if (run.markets.some(({ position }) => position.qty !== 0)) return;
      const pnl = trades.reduce((sum, trade) => sum + trade.pnl, 0);
      expect(equity.at(-1)!).toBeCloseTo(10_000 + pnl, 4);
    });
  });

  it("hold no trade, order or event that is only rounding", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.constantFrom(0.001, 0.01, 0.3, 0.7), async (one, share) => {
        const says = one.says.map((word) => (word === "short" ? ("close" as const) : word));
        const slow = { ...one.model, max_volume_pct: share, partial_fill_threshold: 0, remainder: "carry" as const };
        const { trades, orders, events } = await runScripted(scripted({ ...one, says, model: slow }));
        const whole = new Map(orders.map((order) => [order.clientOrderId, order.qty ?? Infinity]));
        // A step is the least that can be held: what is less than half of one is nothing but rounding.
        const step = slow.qty_step ?? 0;
        const isReal = (qty: number) => qty > (step === 0 ? 1e-9 : step / 2);
        for (const trade of trades) expect([trade.side, isReal(trade.qty)]).toEqual(["long", true]);
        for (const { qty } of orders) expect(qty === null || qty === 0 || isReal(qty)).toBe(true);
        for (const { qty, clientOrderId } of events) {
          if (qty !== null && qty > 0 && whole.get(clientOrderId)! < Infinity) {
            expect(qty / whole.get(clientOrderId)!).toBeGreaterThan(1e-9);
          }
        }
      }),
      { numRuns: numRuns * 3 },
    );
  });

  it("hold only exits that make the position smaller", async () => {
    await forAllRuns(({ orders, fills }) => {
      const held = new Map<string, number>();
      for (const fill of fills) {
        const before = held.get(fill.symbol) ?? 0;
        const after = before + (fill.side === "buy" ? fill.qty : -fill.qty);
        const order = orders.find(({ clientOrderId }) => clientOrderId === fill.clientOrderId)!;
        if (order.sizeShare === null) expect(Math.abs(after)).toBeLessThan(Math.abs(before) + 1e-9);
        held.set(fill.symbol, after);
      }
    });
  });
});

describe("two runs", () => {
  it("of the same inputs are the same", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const [first, second] = await Promise.all([runScripted(scripted(one)), runScripted(scripted(one))]);
        expect(second.fills).toEqual(first.fills);
        expect(second.equity).toEqual(first.equity);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it("with another seed differ in nothing but latency and what follows from it", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const still = { ...one, model: { ...one.model, latency_ms: [250, 250] as [number, number] } };
        const first = await runScripted(scripted(still));
        const second = await runScripted(scripted({ ...still, seed: one.seed + 1 }));
        expect(second.fills).toEqual(first.fills);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it("on prices times two and volumes halved draw the same equity, bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const exact = { ...one, model: { ...one.model, qty_step: 0 } };
        const scaled = { ...exact, bars: one.bars.map((row) => row.map(doubled) as unknown as [Bar, Bar, Bar]) };
        expect((await runScripted(scripted(scaled))).equity).toEqual((await runScripted(scripted(exact))).equity);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it("shifted by whole weeks draw the same equity", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const now = await runScripted(scripted(one));
        const later = await runScripted({ ...scripted(one), coins: shifted(now, 3 * 7 * 24 * HOUR) });
        expect(later.equity).toEqual(now.equity);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it("up to a bar and beyond it agree up to that bar", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.nat(), async (one, cut) => {
        const length = 2 + (cut % (one.bars.length - 1));
        const open = { ...one, closeAtEnd: false };
        const whole = await runScripted(scripted(open));
        const part = await runScripted(scripted({ ...open, bars: one.bars.slice(0, length) }));
        expect(part.equity).toEqual(whole.equity.slice(0, part.equity.length));
        expect(whole.signals.slice(0, part.signals.length)).toEqual(part.signals);
      }),
      { numRuns },
    );
  });
});

function doubled([open, high, low, close, volume]: Bar): Bar {
  return [open * 2, high * 2, low * 2, close * 2, volume / 2];
}

function shifted({ run }: FinishedRun, byMs: number): ScriptedRun["coins"] {
  return Object.fromEntries(
    run.markets.map(({ symbol, columns }) => {
      const time = columns.time.map((timeMs) => timeMs + byMs);
      return [symbol, { symbol, timeframe: "1hour", columns: { ...columns, time }, warmUpRows: 0 }] as const;
    }),
  );
}

describe("costs", () => {
  it("are all that a long-only strategy loses on prices that never move", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const flat = one.bars.map(() => [0, 1, 2].map(() => [100, 100, 100, 100, 1e9]) as unknown as [Bar, Bar, Bar]);
        const says = one.says.map((word) => (word === "short" ? ("close" as const) : word));
        const result = await runScripted(scripted({ ...one, bars: flat, says }));
        const fees = result.fills.reduce((sum, fill) => sum + fill.fees, 0);
        expect(result.equity.at(-1)!).toBeCloseTo(10_000 - fees, 6);
      }),
      { numRuns },
    );
  });

  it("leave equity exactly as it was for a free round trip at one price", async () => {
    const price: Bar = [100, 100, 100, 100, 1e9];
    const result = await runScripted({
      coins: { "AAA-USDT": [price, price, price, price] },
      script: (_symbol, row) => (row === 0 ? "long" : row === 1 ? "close" : undefined),
    });
    expect(result.trades).toHaveLength(1);
    expect(result.equity.at(-1)).toBe(10_000);
  });
});
