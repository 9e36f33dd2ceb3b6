import type { DriveOptions, Progress, Run, Series, TickListener } from "@powertrader/core/engine";
import { createStream } from "@powertrader/core/random";
import { riskConfigSchema } from "@powertrader/core/risk";
import type { Direction, SignalDraft } from "@powertrader/core/strategy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, numRuns } from "../fixtures/random-orders.ts";
import {
  type Bar,
  columnsOf,
  type FinishedRun,
  runScripted,
  type ScriptedRun,
  START_MS,
} from "../fixtures/scripted-run.ts";

/** A listener that wants every tick: each is done by `step`, none in a stretch. */
const everyTick: DriveOptions = { listener: { dueMs: -Infinity, onTick: () => {} } };

const market = fc.record({
  seed: fc.nat(),
  coins: fc.integer({ min: 1, max: 3 }),
  hours: fc.integer({ min: 1, max: 240 }),
  /** Share of bars that bring a signal. */
  busy: fc.constantFrom(0, 0.02, 0.2),
  /** Standard deviation of an hour's return: the wild ones ruin who is short. */
  wild: fc.constantFrom(0.002, 0.05, 0.3),
  size: fc.constantFrom(0.1, 0.5, 1),
  leverage: fc.constantFrom(1, 1, 3),
  warmUpBars: fc.constantFrom(0, 7, 60),
  warmUpRows: fc.constantFrom(0, 0, 20),
  fillAt: fc.constantFrom("next-open", "next-open", "close"),
  /** Share of signals with a limit price. */
  patient: fc.constantFrom(0, 0.5),
  /** Row at which the strategy fails; those that are never reached, for one that does not. */
  failsAt: fc.constantFrom(1e9, 1e9, 1e9, 31),
  /** Bars that each coin begins after the one before. */
  late: fc.constantFrom(0, 0, 5),
  latencyMs: fc.constantFrom(0, 500, 2 * HOUR),
  hasRisk: fc.boolean(),
  borrowRate: fc.constantFrom(0, 0, 0.5),
  closeAtEnd: fc.boolean(),
});

type Scenario = typeof market extends fc.Arbitrary<infer T> ? T : never;

/** One coin's random walk. */
function walk({ seed, hours, wild }: Scenario, coin: number): Bar[] {
  const stream = createStream(seed, `coin ${coin}`);
  let close = 100;
  return Array.from({ length: hours }, () => {
    const open = close;
    close = open * Math.exp(wild * stream.normal());
    return [open, Math.max(open, close) * 1.001, Math.min(open, close) * 0.999, close, 10 * stream.uniform()];
  });
}

function seriesOf(symbol: string, bars: readonly Bar[], late: number, warmUpRows: number): Series {
  return { symbol, timeframe: "1hour", columns: columnsOf(bars, "1hour", START_MS + late * HOUR), warmUpRows };
}

/** What the strategy says of one coin, by row. */
function opinionsOn(symbol: string, { seed, hours, busy, patient, wild }: Scenario): (SignalDraft | undefined)[] {
  const stream = createStream(seed, `opinions on ${symbol}`);
  const directions: readonly Direction[] = ["long", "short", "close"];
  return Array.from({ length: hours }, () => {
    if (stream.uniform() >= busy) return undefined;
    const direction = directions[stream.integer(0, 2)]!;
    if (stream.uniform() >= patient) return { direction };
    return { direction, data: { limit_price: 100 * Math.exp(wild * stream.normal()), valid_minutes: 300 } };
  });
}

/** Everything that a run did and was asked, or how far it came before its strategy failed. */
async function outcome(one: Scenario, options: DriveOptions) {
  const symbols = ["BTC-USDT", "ETH-USDT", "DOGE-USDT"].slice(0, one.coins);
  const opinions = new Map(symbols.map((symbol) => [symbol, opinionsOn(symbol, one)]));
  const asked: string[] = [];
  const progress: Progress[] = [];
  const run: ScriptedRun = {
    coins: Object.fromEntries(
      symbols.map((symbol, coin) => [
        symbol,
        seriesOf(symbol, walk(one, coin), coin * one.late, Math.min(one.warmUpRows, one.hours - 1)),
      ]),
    ),
    script: (symbol, row) => {
      asked.push(`${symbol} ${row}`);
      if (row === one.failsAt) throw new Error("no idea");
      return opinions.get(symbol)![row];
    },
    model: { slippage_bps: 5, fee_bps: 10, latency_ms: [0, one.latencyMs], fill_at: one.fillAt },
    size: one.size,
    leverage: one.leverage,
    warmUpBars: one.warmUpBars,
    closeAtEnd: one.closeAtEnd,
    options: { ...options, onProgress: (now) => progress.push(now) },
    ...(one.borrowRate > 0 && { carry: { funding: new Map(), borrowRate: one.borrowRate } }),
    ...(one.hasRisk && {
      risk: riskConfigSchema.parse({ limits: { daily_loss_share: 0.05, drawdown_halt_share: 0.3 } }),
    }),
  };
  const finished = await runScripted(run).catch((error: Error) => error);
  return { asked, progress, ...(finished instanceof Error ? { error: finished.message } : told(finished)) };
}

const told = ({ signals, orders, events, fills, trades, flows, equity, cash, run }: FinishedRun) => ({
  ...{ signals, orders, events, fills, trades, flows, equity, cash },
  status: run.status,
  end: [run.nowMs, run.trades, run.markets.map(({ row, mark, firstDecisionMs }) => [row, mark, firstDecisionMs])],
});

describe("ticks at which nothing happens, done in a stretch,", () => {
  it("are what each by itself would be, to the last bit, and the strategy is asked the same", async () => {
    const ends = new Set<string>();
    let calmest = 0;
    await fc.assert(
      fc.asyncProperty(market, async (one) => {
        const stretched = await outcome(one, {});
        expect(stretched).toEqual(await outcome(one, everyTick));
        ends.add("status" in stretched ? stretched.status : "failed");
        if ("equity" in stretched) calmest = Math.max(calmest, stretched.equity.length - stretched.fills.length);
      }),
      { numRuns: 4 * numRuns },
    );
    // Else nothing was put to the test.
    expect(calmest).toBeGreaterThan(50);
    expect([...ends]).toEqual(expect.arrayContaining(["completed", "failed"]));
  });

  it("do not hide that nothing is left when nothing is held", async () => {
    // Fees at the close of a short that doubled take the last of the cash: the next tick ends the run.
    const closes = [100, 100, 199.9, 100, 100, 100];
    const { run, equity } = await runScripted({
      coins: { "BTC-USDT": closes.map((close): Bar => [close, close, close, close, 1e9]) },
      script: (_, row) => ({ 0: "short" as const, 2: "close" as const })[row],
      model: { fee_bps: 10, fill_at: "close" },
    });
    expect([run.status, equity.length, equity.at(-1)! < 0]).toEqual(["ruined", 5, true]);
  });

  it("tell a listener of the first tick it is due at, between two signals too", async () => {
    const heard: number[] = [];
    const listener = new (class implements TickListener {
      dueMs = START_MS + 17.5 * HOUR;
      onTick({ nowMs, curve }: Run) {
        heard.push((nowMs - START_MS) / HOUR, curve.length - 1);
        this.dueMs = nowMs + 60 * HOUR;
      }
    })();
    const bars = Array.from({ length: 100 }, (): Bar => [100, 101, 99, 100, 10]);
    const script = (_: string, row: number) => (row === 30 ? ("long" as const) : undefined);
    await runScripted({ coins: { "BTC-USDT": bars }, script, options: { listener } });
    expect(heard).toEqual([18, 18, 78, 78]);
  });
});
