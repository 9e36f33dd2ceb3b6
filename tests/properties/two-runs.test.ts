import type { CandleColumns } from "@powertrader/core/market";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Change,
  HOUR,
  longOnly,
  numRuns,
  type RandomRun,
  runScenario,
  type Scenario,
  scenario,
  type Wish,
} from "../fixtures/random-orders.ts";
import { columnsOf, START_MS } from "../fixtures/scripted-run.ts";

const WEEK = 7 * 24 * HOUR;

/** Holds `check` for two runs of many random scenarios, the second with something changed. */
function forBoth(
  change: (one: Scenario, first: RandomRun) => Change,
  check: (first: RandomRun, second: RandomRun) => void,
  adapt: (one: Scenario) => Scenario = (one) => one,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(scenario.map(adapt), async (one) => {
      const first = await runScenario(one);
      check(first, await runScenario(one, change(one, first)));
    }),
    { numRuns },
  );
}

const bytes = ({ log, equity, cash }: RandomRun) => JSON.stringify({ log, equity, cash });
/** What differs between runs of the same events at other times. */
const shiftedBack = (run: RandomRun, byMs: number) =>
  JSON.stringify(run.log, (key, value) => (key.endsWith("Ms") && value !== null ? value - byMs : value));

const still = (one: Scenario): Scenario => ({ ...one, model: { ...one.model, latency_ms: [250, 250] } });
const offSteps = (one: Scenario): Scenario => ({ ...one, tickShare: 0, stepShare: 0 });

describe("two runs of orders of all kinds", () => {
  it("are the same bytes when nothing differs", async () => {
    await forBoth(
      () => ({}),
      (first, second) => expect(bytes(second)).toBe(bytes(first)),
    );
  });

  it("with another seed are the same when delays are not random", async () => {
    await forBoth(
      ({ seed }) => ({ seed: seed + 1 }),
      (first, second) => expect(bytes(second)).toBe(bytes(first)),
      still,
    );
  });

  it("one of them cut short agree up to the cut: no order knows what comes", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.nat(), async (one, cut) => {
        const open = { ...one, closeAtEnd: false };
        const hours = 1 + (cut % one.coins[0]!.length);
        const whole = await runScenario(open);
        const part = await runScenario(open, { hours });
        const endMs = START_MS + hours * HOUR;
        const past = (run: RandomRun) =>
          run.log.filter(
            (entry) => entry.nowMs <= endMs && !(entry.what === "event" && entry.event.reason === "end_of_run"),
          );
        const ticks = part.equity.length;
        expect(part.equity).toEqual(whole.equity.slice(0, ticks));
        const seen = past(part).filter(({ nowMs }) => nowMs < endMs);
        expect(past(whole).slice(0, seen.length)).toEqual(seen);
      }),
      { numRuns },
    );
  });

  it("on prices times 2^k and volumes divided by it draw the same equity, bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(scenario.map(offSteps), fc.integer({ min: -12, max: 12 }), async (one, k) => {
        const first = await runScenario(one);
        const second = await runScenario(one, { priceFactor: 2 ** k });
        expect(second.equity).toEqual(first.equity);
        expect(second.fills.map(({ qty }) => qty * 2 ** k)).toEqual(first.fills.map(({ qty }) => qty));
      }),
      { numRuns },
    );
  });

  it("shifted by whole weeks do the same", async () => {
    await forBoth(
      () => ({ shiftMs: 3 * WEEK }),
      (first, second) => {
        expect(second.equity).toEqual(first.equity);
        expect(shiftedBack(second, 3 * WEEK)).toBe(shiftedBack(first, 0));
      },
    );
  });

  it("one with a coin more that nobody trades are the same", async () => {
    await forBoth(
      ({ coins }) => ({
        extra: { symbol: "IDLE-USDT", timeframe: "1hour", columns: idle(coins[0]!), warmUpRows: 0 },
      }),
      (first, second) => expect(bytes(second)).toBe(bytes(first)),
    );
  });

  it("one without the orders that were refused on placing do the same", async () => {
    // An id is part of what is compared away: orders after a refused one have smaller numbers.
    const noCancels = (one: Scenario): Scenario => ({
      ...still(one),
      wishes: one.wishes.map((row) => row.filter((each) => each.cancelId === undefined || each.kind !== "cancel")),
    });
    const anonymous = ({ fills }: RandomRun) => fills.map(({ clientOrderId: _, ...fill }) => fill);
    await forBoth(
      (_, { events, orders }) => {
        const placed = new Map(orders.map((order) => [order.clientOrderId, order]));
        const refused = events.filter(
          ({ event, clientOrderId, tsMs }) => event === "refused" && placed.get(clientOrderId)!.tsMs === tsMs,
        );
        return { without: new Set(refused.map(({ clientOrderId }) => placed.get(clientOrderId)!.signalId!)) };
      },
      (first, second) => {
        expect(second.equity).toEqual(first.equity);
        expect(anonymous(second)).toEqual(anonymous(first));
      },
      noCancels,
    );
  });
});

/** Bars of a coin at the hours that another has, prices of its own. */
function idle(moves: Scenario["coins"][number]): CandleColumns {
  const all = columnsOf(moves.map((_, i) => [7 + i, 9 + i, 6 + i, 8 + i, 1e6]));
  const rows = moves.flatMap((four, i) => (four === undefined ? [] : [i]));
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const { time, open, high, low, close, volume } = all;
  return {
    length: rows.length,
    time: pick(time),
    open: pick(open),
    high: pick(high),
    low: pick(low),
    close: pick(close),
    volume: pick(volume),
  };
}

describe("costs", () => {
  /** Whether two runs did the same trades, price apart: the same orders met the same bars for the same quantities. */
  const sameTrades = (a: RandomRun, b: RandomRun) =>
    JSON.stringify(a.fills.map(tradeOf)) === JSON.stringify(b.fills.map(tradeOf));
  const tradeOf = ({ clientOrderId, side, qty, barMs, referencePrice }: RandomRun["fills"][number]) => [
    clientOrderId,
    side,
    qty,
    barMs,
    referencePrice,
  ];
  // Quantities in coarse steps, so that many runs differ in costs alone. No leverage: what is lost at a liquidation
  // beyond the margin is the venue's, and the margin follows the price of the entry.
  const coarse = (one: Scenario): Scenario => ({
    ...one,
    leverage: 1,
    stepShare: 25,
    funding: [],
    borrowRate: 0,
    model: { ...one.model, fee_per_order: 0, fee_bps: 10, maker_fee_bps: null, fee_in: "quote", slippage_bps: 5 },
  });

  it.each([
    ["fee", { fee_bps: 15 }],
    ["fee per order", { fee_per_order: 0.5 }],
    ["slippage", { slippage_bps: 8 }],
  ] as const)("a higher %s never raises equity when the trades are the same", async (_, dearer) => {
    let compared = 0;
    await forBoth(
      () => ({ model: dearer }),
      (cheap, dear) => {
        if (cheap.fills.length === 0 || !sameTrades(cheap, dear)) return;
        compared++;
        for (const [i, equity] of dear.equity.entries()) {
          expect(equity).toBeLessThanOrEqual(cheap.equity[i]! + 1e-9 * Math.abs(cheap.equity[i]!));
        }
      },
      coarse,
    );
    expect(compared).toBeGreaterThan(numRuns / 20);
  });

  it("are all that a long-only account loses on prices that never move, whatever the orders", async () => {
    const flat = (one: Scenario): Scenario => ({
      ...longOnly(one),
      tickShare: 0,
      coins: one.coins.map((moves) => moves.map(() => QUIET_HOUR)),
    });
    await fc.assert(
      fc.asyncProperty(scenario.map(flat), async (one) => {
        const { fills, equity } = await runScenario(one);
        const fees = fills.reduce((sum, fill) => sum + fill.fees, 0);
        expect(equity.at(-1)!).toBeCloseTo(10_000 - fees, 5);
        for (const fill of fills) expect(fill.price).toBe(one.price);
      }),
      { numRuns },
    );
  });
});

const QUIET = { gap: 1, body: 1, above: 1, below: 1, turnover: 1e9 };
const QUIET_HOUR = [QUIET, QUIET, QUIET, QUIET] as const;

/** An order without any condition. */
const plain: Wish = {
  coin: 0,
  kind: "enter",
  side: "buy",
  share: 1,
  orderType: "market",
  limit: null,
  stop: null,
  trailShare: null,
  timeInForce: "GTC",
  expiresInMs: null,
  postOnly: false,
  ocoGroup: null,
  positionId: null,
  plan: undefined,
  cancelId: undefined,
};

/** No costs, no delay, no limits. */
const FREELY = {
  slippage_model: "fixed",
  slippage_bps: 0,
  spread_bps: 0,
  fee_bps: 0,
  maker_fee_bps: null,
  fee_per_order: 0,
  latency_ms: [0, 0],
  max_volume_pct: 100,
  partial_fill_threshold: 0,
  min_notional: 0,
  fill_at: "next-open",
} satisfies Scenario["model"];

describe("simple accounts", () => {
  it("stay at the capital without a single order that is accepted", async () => {
    const idleWishes = (one: Scenario): Scenario => ({
      ...one,
      wishes: one.wishes.map((row) => row.map((each) => (each.kind === "cancel" ? each : { ...each, share: -1 }))),
    });
    await fc.assert(
      fc.asyncProperty(scenario.map(idleWishes), async (one) => {
        const { equity, cash, fills } = await runScenario(one);
        expect(fills).toEqual([]);
        expect(new Set([...equity, ...cash])).toEqual(new Set([10_000]));
      }),
      { numRuns },
    );
  });

  it("that buy once and hold, at no cost, are worth the capital times what the prices became", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const share = 1 / one.coins.length;
        // Bars for every hour, so that all coins are bought in the same one.
        const coins = one.coins.map((moves) =>
          moves.map((four) => (four === undefined || four.some(({ turnover }) => turnover < 1e9) ? QUIET_HOUR : four)),
        );
        const { equity, series } = await runScenario({
          ...one,
          coins,
          wishes: [coins.map((_, coin) => ({ ...plain, coin, share }))],
          model: { ...one.model, ...FREELY, size_at: "fill" },
          tickShare: 0,
          stepShare: 0,
          leverage: 1,
          risk: undefined,
          funding: [],
          borrowRate: 0,
          closeAtEnd: false,
        });
        const worth = (row: number) =>
          series.reduce((sum, { columns }) => sum + (10_000 * share * columns.close[row]!) / columns.open[1]!, 0);
        for (let row = 1; row < series[0]!.columns.length; row++) {
          expect(Math.abs(equity[row + 1]! - worth(row))).toBeLessThanOrEqual(1e-9 * worth(row));
        }
      }),
      { numRuns },
    );
  });

  it("lose nothing by being closed at the end, where closing is free", async () => {
    const free = (one: Scenario): Scenario => ({
      ...one,
      tickShare: 0,
      coins: one.coins.map((moves) => [...moves, QUIET_HOUR]),
      model: { ...one.model, ...FREELY },
    });
    await fc.assert(
      fc.asyncProperty(scenario.map(free), async (one) => {
        const open = await runScenario({ ...one, closeAtEnd: false });
        const closed = await runScenario({ ...one, closeAtEnd: true });
        fc.pre(open.run.status === "completed");
        const scale = Math.max(...open.equity.map(Math.abs));
        expect(Math.abs(closed.equity.at(-1)! - open.equity.at(-1)!)).toBeLessThanOrEqual(1e-9 * scale);
      }),
      { numRuns },
    );
  });

  it("fill no sooner when a bar gives half as much: never more of the order by the end of any bar", async () => {
    const orders = fc.constantFrom<Partial<Wish>>(
      {},
      { orderType: "limit", limit: 1.02 },
      { orderType: "limit", limit: 0.97 },
      { orderType: "stop-market", stop: 1.01 },
    );
    const thin = fc.constantFrom(0, 100, 400, 1_500, 1e5);
    await fc.assert(
      fc.asyncProperty(
        scenario,
        orders,
        fc.array(thin, { minLength: 30, maxLength: 31 }),
        async (one, terms, volumes) => {
          const coins = [
            one.coins[0]!.map((four, i) => four?.map((each) => ({ ...each, turnover: volumes[i % 30]! }))),
          ];
          const slow: Scenario = {
            ...one,
            coins: coins as unknown as Scenario["coins"],
            wishes: [[{ ...plain, ...terms, share: 0.02 }]],
            model: {
              ...one.model,
              slippage_model: "fixed",
              max_volume_pct: 50,
              size_at: "decision",
              latency_ms: [0, 0],
            },
            leverage: 1,
            risk: undefined,
            funding: [],
            borrowRate: 0,
            closeAtEnd: false,
          };
          const whole = await runScenario(slow);
          const half = await runScenario(slow, { model: { max_volume_pct: 25 } });
          for (const { barMs } of half.fills)
            expect(filledBy(half, barMs)).toBeLessThanOrEqual(filledBy(whole, barMs) * (1 + 1e-9));
        },
      ),
      { numRuns },
    );
  });
});

function filledBy({ fills }: RandomRun, barMs: number): number {
  return fills.reduce((sum, fill) => (fill.barMs <= barMs ? sum + fill.qty : sum), 0);
}
