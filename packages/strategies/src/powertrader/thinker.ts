import { PtError } from "@powertrader/core/errors";
import { barsForHigher, DAY_MS, shortTimeframe, type Timeframe, timeframeMs } from "@powertrader/core/market";
import type { BarWatcher, HistoryView, SignalDraft, SignalSource } from "@powertrader/core/strategy";
import type { ModelSource } from "../pattern-memory/model-source.ts";
import { PATTERN_TIMEFRAMES } from "../pattern-memory/timeframe-model.ts";
import { type Bounds, boundsOf, listBounds, NO_BOUNDS } from "./bounds.ts";
import { ExpectedLines, type MaybeLines } from "./expected-lines.ts";
import type { PowertraderParams } from "./params.ts";
import { profitMarginPct, type Stance, stanceOf } from "./stance.ts";

/** What a thinker is told and where it looks for models. */
export interface ThinkerOptions {
  readonly params: Pick<PowertraderParams, "bounds_lag" | "half_spread_bps" | "freshness_days">;
  /** The run's own timeframe. */
  readonly timeframe: Timeframe;
  /** `undefined` where there are none: every timeframe is inactive then. */
  readonly models: ModelSource | undefined;
}

/**
 * The first half of PowerTrader. At every close each of seven timeframes holds the ask against the bounds around what it
 * expects of its candle that is forming; how many are long and how many short are the levels, 0 to 7. It speaks where the
 * levels differ from what it said last. A model that is too old, by the run's clock, counts like none.
 *
 * @throws PtError E_STRATEGY_PARAM when an hour is not made of whole bars of the run
 */
export function createThinker(options: ThinkerOptions): SignalSource {
  const { timeframe } = options;
  if (timeframeMs("1hour") % timeframeMs(timeframe) !== 0) {
    throw new PtError("E_STRATEGY_PARAM", `powertrader: an hour is not made of bars of ${shortTimeframe(timeframe)}`, {
      hint: "Run on --timeframe 1h or a shorter one.",
    });
  }
  return {
    name: "powertrader",
    warmUpBars: barsForHigher(timeframe, "1week", 1),
    watch: (history) => watcher(history, options),
  };
}

function watcher(history: HistoryView, { params, timeframe, models }: ThinkerOptions): BarWatcher {
  const lengthMs = timeframeMs(timeframe);
  const freshMs = params.freshness_days * DAY_MS;
  const askFactor = 1 + params.half_spread_bps / 10_000;
  const expected = new ExpectedLines(history);
  const { lines } = expected;
  let bounds = NO_BOUNDS;
  let saidLong = -1;
  let saidShort = -1;
  return () => {
    const nowMs = history.time() + lengthMs;
    const model = models?.modelAt(history.symbol, nowMs);
    const isFresh = model !== undefined && nowMs - model.cutoffMs <= freshMs;
    const boundsBefore = bounds;
    if (expected.update(isFresh ? model : undefined)) bounds = boundsOf(lines);
    const judged = params.bounds_lag === 0 ? bounds : boundsBefore;
    const price = history.close() * askFactor;
    const long = countOf("long", lines, judged, price);
    const short = countOf("short", lines, judged, price);
    if (long === saidLong && short === saidShort) return undefined;
    saidLong = long;
    saidShort = short;
    return { ...opinion(long, short, isFresh, model), data: details(long, short, lines, judged, price, model) };
  };
}

function countOf(side: Stance, lines: readonly MaybeLines[], bounds: Bounds, price: number): number {
  let count = 0;
  for (let i = 0; i < lines.length; i++) if (stanceOf(lines[i], bounds, i, price) === side) count++;
  return count;
}

type Model = ReturnType<ModelSource["modelAt"]>;

function opinion(long: number, short: number, isFresh: boolean, model: Model): SignalDraft {
  const counted = `${long} of ${PATTERN_TIMEFRAMES.length} timeframes long, ${short} short`;
  return {
    direction: long > short ? "long" : short > long ? "short" : "close",
    strength: Math.max(long, short) / PATTERN_TIMEFRAMES.length,
    reason: isFresh ? counted : model === undefined ? "no model" : "the model is too old",
  };
}

/** What `signals.jsonl` keeps of a decision, and what the trader reads of it: `long_level` and `short_level`. */
function details(
  long: number,
  short: number,
  lines: readonly MaybeLines[],
  bounds: Bounds,
  price: number,
  model: Model,
): SignalDraft["data"] {
  const stances = lines.map((one, i) => stanceOf(one, bounds, i, price));
  return {
    long_level: long,
    short_level: short,
    price,
    profit_margin: profitMarginPct(lines, stances, price),
    low_bounds: listBounds(bounds.lows, "down"),
    high_bounds: listBounds(bounds.highs, "up"),
    timeframes: Object.fromEntries(PATTERN_TIMEFRAMES.map((timeframe, i) => [timeframe, stances[i]])),
    model_cutoff_ts: model === undefined ? null : model.cutoffMs / 1000,
  };
}
