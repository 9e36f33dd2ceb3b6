import { executionModelSchema, exitsSchema, toExecutionModel, toExitPlan } from "@powertrader/core/config";
import { createRun, type ExitPlan, type RunRecorder, runBacktest, type Series } from "@powertrader/core/engine";
import type { CandleColumns } from "@powertrader/core/market";
import { createSignalPolicy } from "@powertrader/core/strategy";
import { findStrategy, IndicatorHub, resolveParams } from "@powertrader/strategies";
import { bareLoop, candles } from "./baseline.mjs";
import { type BenchRow, median, pairRatio, row, timed } from "./row.ts";

const N = 1_000_000;

/** The full engine against the bare loop on the same million candles. */
export async function engineBench(): Promise<readonly BenchRow[]> {
  const columns: CandleColumns = { length: N, ...candles(N) };
  const equity = new Float64Array(N);
  const bare = () => bareLoop(columns, equity);
  const fills: number[] = [];
  const engine = async () => {
    fills.push(
      await runEngine([seriesOf("BTC-USDT", columns)], "sma-crossover", { fast: 10, slow: 30, direction: "long" }),
    );
  };

  const ratio = await pairRatio(bare, engine);
  if (fills[0]! < 36_000) throw new Error(`only ${fills[0]} fills: the strategy did not trade`);
  let bracketFills = 0;
  const bracketRatio = await pairRatio(bare, async () => {
    bracketFills = await runBrackets(["BTC-USDT", "ETH-USDT", "DOGE-USDT"].map((symbol) => seriesOf(symbol, columns)));
  });
  const engineMs = median([await timed(engine), await timed(engine), await timed(engine)]);
  return [
    row("full engine ÷ bare loop, 1M candles, sma 10/30 long", ratio, "×", { atMost: 16 }),
    row("bracket stops, three coins, one wallet ÷ bare loop, per candle", bracketRatio / 3, "×", { atMost: 30 }),
    row("fills with bracket stops", bracketFills, "fills"),
    row("full engine", N / engineMs / 1000, "M candles/s"),
    row("fills", fills[0]!, "fills"),
    row("heap growth per million bars without orders", await heapGrowth(columns), "MB", { atMost: 1 }),
  ];
}

/** Every entry with a stop and a target. */
function runBrackets(series: readonly Series[]): Promise<number> {
  const exits = toExitPlan(exitsSchema.parse({ stop_loss: 0.01, take_profit: 0.02 }));
  return runEngine(series, "sma-crossover", { fast: 10, slow: 30, direction: "long" }, exits);
}

function seriesOf(symbol: string, columns: CandleColumns): Series {
  return { symbol, timeframe: "1min", columns, warmUpRows: 0 };
}

async function runEngine(
  series: readonly Series[],
  name: string,
  given: Record<string, unknown>,
  exits?: ExitPlan,
): Promise<number> {
  const strategy = findStrategy(name);
  const recorder = new CountingRecorder();
  const run = createRun({
    settings: {
      startMs: series[0]!.columns.time[0]!,
      initialCapital: 10_000,
      seed: 1,
      closeAtEnd: false,
      leverage: 1,
      model: toExecutionModel(
        executionModelSchema.parse({ fee_bps: 10, max_volume_pct: 100, min_notional: 0, qty_step: 0 }),
      ),
    },
    series,
    source: strategy.create(resolveParams(strategy, given), {
      indicators: new IndicatorHub(),
      timeframe: series[0]!.timeframe,
      models: undefined,
    }),
    policy: createSignalPolicy(0.001, exits),
    recorder,
  });
  await runBacktest(run);
  return recorder.fills;
}

class CountingRecorder implements RunRecorder {
  fills = 0;
  signal(): void {}
  order(): void {}
  orderEvent(): void {}
  trade(): void {}
  cashFlow(): void {}
  fill(): void {
    this.fills++;
  }
}

/** Megabytes of heap that a run without orders leaves behind while it is alive, typed arrays apart. */
async function heapGrowth(columns: CandleColumns): Promise<number> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("start node with --expose-gc");
  collect();
  const before = process.memoryUsage().heapUsed;
  const fills = await runEngine([seriesOf("BTC-USDT", columns)], "breakout", { lookback: 900_000 });
  if (fills !== 0) throw new Error("the strategy without orders traded");
  collect();
  return Math.max(0, (process.memoryUsage().heapUsed - before) / 1e6);
}
