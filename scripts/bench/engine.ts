import { executionModelSchema, exitsSchema, toExecutionModel, toExitPlan } from "@powertrader/core/config";
import { createRun, type ExitPlan, type RunRecorder, runBacktest, type Series } from "@powertrader/core/engine";
import type { CandleColumns } from "@powertrader/core/market";
import { createSignalPolicy, type Signal, type SignalSource } from "@powertrader/core/strategy";
import { findStrategy, IndicatorHub, resolveParams } from "@powertrader/strategies";
import { createReplaySource } from "../../packages/replay/src/signal-log/replay-source.ts";
import { type DueSignals, scheduleSignals } from "../../packages/replay/src/signal-log/schedule-signals.ts";
import { bareLoop, candles } from "./baseline.mjs";
import { type BenchRow, median, pairRatio, row, timed } from "./row.ts";

const N = 1_000_000;

/** The full engine against the bare loop on the same million candles. */
export async function engineBench(): Promise<readonly BenchRow[]> {
  const columns: CandleColumns = { length: N, ...candles(N) };
  const one = [seriesOf("BTC-USDT", columns)];
  const three = ["BTC-USDT", "ETH-USDT", "DOGE-USDT"].map((symbol) => seriesOf(symbol, columns));
  const equity = new Float64Array(N);
  const bare = () => bareLoop(columns, equity);
  const fills = { engine: 0, replay: 0, brackets: 0 };
  const engine = async () => {
    fills.engine = await runEngine(one, crossings(one));
  };

  const ratio = await pairRatio(bare, engine);
  if (fills.engine < 36_000) throw new Error(`only ${fills.engine} fills: the strategy did not trade`);
  const log = await signalLog(one);
  const replayRatio = await pairRatio(bare, async () => {
    fills.replay = await runEngine(one, createReplaySource(log));
  });
  if (fills.replay !== fills.engine) throw new Error(`${fills.replay} fills replayed, ${fills.engine} expected`);
  const bracketRatio = await pairRatio(bare, async () => {
    fills.brackets = await runEngine(three, crossings(three), BRACKETS);
  });
  const engineMs = median([await timed(engine), await timed(engine), await timed(engine)]);
  return [
    row("full engine ÷ bare loop, 1M candles, sma 10/30 long", ratio, "×", { atMost: 16 }),
    row("replay of its signals ÷ bare loop", replayRatio, "×", { atMost: 8 }),
    row("bracket stops, three coins, one wallet ÷ bare loop, per candle", bracketRatio / 3, "×", { atMost: 30 }),
    row("fills with bracket stops", fills.brackets, "fills"),
    row("full engine", N / engineMs / 1000, "M candles/s"),
    row("fills", fills.engine, "fills"),
    row("heap growth per million bars without orders", await heapGrowth(columns), "MB", { atMost: 1 }),
  ];
}

/** Every entry with a stop and a target. */
const BRACKETS = toExitPlan(exitsSchema.parse({ stop_loss: 0.01, take_profit: 0.02 }));

function seriesOf(symbol: string, columns: CandleColumns): Series {
  return { symbol, timeframe: "1min", columns, warmUpRows: 0 };
}

/** The strategy of the bare loop, with indicators of its own. */
function crossings(series: readonly Series[]): SignalSource {
  return sourceOf("sma-crossover", { fast: 10, slow: 30, direction: "long" }, series);
}

function sourceOf(name: string, given: Record<string, unknown>, series: readonly Series[]): SignalSource {
  const strategy = findStrategy(name);
  const { timeframe } = series[0]!;
  return strategy.create(resolveParams(strategy, given), {
    indicators: new IndicatorHub(),
    timeframe,
    models: undefined,
  });
}

/** What the strategy says, as a log that is ready to be replayed. */
async function signalLog(series: readonly Series[]): Promise<ReadonlyMap<string, DueSignals>> {
  const signals: Signal[] = [];
  const recorder = Object.assign(new CountingRecorder(), { signal: (signal: Signal) => signals.push(signal) });
  await runEngine(series, crossings(series), undefined, recorder);
  return scheduleSignals(signals, series, { fromMs: series[0]!.columns.time[0]!, toMs: Infinity }).due;
}

/** Returns the number of fills. */
async function runEngine(
  series: readonly Series[],
  source: SignalSource,
  exits?: ExitPlan,
  recorder = new CountingRecorder(),
): Promise<number> {
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
    source,
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
  const series = [seriesOf("BTC-USDT", columns)];
  const fills = await runEngine(series, sourceOf("breakout", { lookback: 900_000 }, series));
  if (fills !== 0) throw new Error("the strategy without orders traded");
  collect();
  return Math.max(0, (process.memoryUsage().heapUsed - before) / 1e6);
}
