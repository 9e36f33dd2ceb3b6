import type { PresetFile, ResolvedSettings } from "@powertrader/core/config";
import { referencePrice, slippagePaidBps, volatilityFactor } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { openSeries } from "@powertrader/core/files";
import {
  type Candle,
  type CandleColumns,
  candleAt,
  firstRowAt,
  type Timeframe,
  timeframeMs,
} from "@powertrader/core/market";
import { bootstrap, CONFIDENCE, type Interval, quantile } from "./bootstrap.ts";
import { type RealFill, readFills } from "./read-fills.ts";

type Calibration = NonNullable<PresetFile["calibration"]>;
type Estimate = Calibration["slippage_bps"];

/** What a venue's fills say of it. */
export interface Calibrated {
  readonly execution_model: PresetFile["execution_model"];
  readonly calibration: Calibration;
  readonly notes: readonly string[];
}

/** With fewer, an interval is wider than what it is worth. */
export const FEWEST_FILLS = 30;

/** The largest slippage and fee that a model takes. */
const MOST_BPS = 1000;
const LONGEST_LATENCY_MS = 86_400_000;

/**
 * Estimates slippage, fees and latency from a venue's fills against cached candles, inverting the model of the engine.
 * @throws PtError E_FILE when the file is wrong or has too few fills, E_CACHE_MISS when the cache has no candles of it
 */
export function calibrate(path: string, { config, cacheDir }: ResolvedSettings): Calibrated {
  const fills = readFills(path);
  const { exchange, timeframe, seed } = config;
  const symbols = [...new Set(fills.map(({ symbol }) => symbol))];
  const takers = fills.filter(({ isMaker }) => !isMaker);
  refuseFew(path, takers.length, "");
  const measures = new Map(symbols.map((symbol) => [symbol, openMeasure(cacheDir, exchange, symbol, timeframe)]));
  if ([...measures.values()].every((measure) => measure === undefined)) throw noCandles(cacheDir, config, symbols);
  const slippages = takers.map((fill) => measures.get(fill.symbol)?.(fill)).filter((one) => one !== undefined);
  refuseFew(path, slippages.length, " with a candle");

  const slippage = slippageOf(slippages, seed);
  const fee = rateOf(takers, seed, "fee");
  refuseAbsurd(path, "slippage", slippage);
  refuseAbsurd(path, "fee", fee);
  const makers = fills.filter((fill) => fill.isMaker);
  const makerFee = makers.length < FEWEST_FILLS ? null : rateOf(makers, seed, "maker fee");
  const delays = firstDelays(takers);
  const latency = delays.length < FEWEST_FILLS ? undefined : latencyOf(delays, seed);
  const times = fills.map(({ tsMs }) => tsMs / 1000);
  return {
    execution_model: {
      slippage_model: "volatility",
      slippage_bps: clamp(slippage.estimate, 0, MOST_BPS),
      fee_bps: clamp(fee.estimate, 0, MOST_BPS),
      ...(makerFee && { maker_fee_bps: clamp(makerFee.estimate, -100, MOST_BPS) }),
      ...(latency && { latency_ms: [latency.min.estimate, latency.max.estimate] }),
    },
    calibration: {
      exchange,
      timeframe,
      symbols,
      from_ts: times.reduce((a, b) => Math.min(a, b)),
      to_ts: times.reduce((a, b) => Math.max(a, b)),
      confidence: CONFIDENCE,
      slippage_bps: slippage,
      fee_bps: fee,
      maker_fee_bps: makerFee,
      latency_min_ms: latency?.min ?? null,
      latency_max_ms: latency?.max ?? null,
    },
    notes: [
      ...unmeasured(takers.length - slippages.length),
      ...tooFew(makers.length, "maker fills", "maker_fee_bps"),
      ...tooFew(delays.length, "moments of taker fills with fill_ts", "latency_ms"),
      ...(slippage.estimate < 0 ? ["fills were better than the candles' prices: slippage_bps is 0"] : []),
    ],
  };
}

function refuseFew(path: string, count: number, which: string): void {
  if (count >= FEWEST_FILLS) return;
  throw new PtError("E_FILE", `${path} has ${count} taker fills${which}, at least ${FEWEST_FILLS} are needed`, {
    hint: "Collect more fills of this venue; nothing was written.",
    details: { file: path, fills: count, needed: FEWEST_FILLS },
  });
}

/** What no preset may hold was measured on another market, or in other units. */
function refuseAbsurd(path: string, what: string, { estimate }: Estimate): void {
  if (estimate <= MOST_BPS) return;
  throw new PtError("E_FILE", `${path}: a ${what} of ${Math.round(estimate)} bps is more than ${MOST_BPS}`, {
    hint: "Check that prices, fees and candles are of one market and one currency; nothing was written.",
    details: { file: path, bps: estimate },
  });
}

function noCandles(cacheDir: string, { exchange, timeframe }: ResolvedSettings["config"], symbols: readonly string[]) {
  const [coin, quote] = symbols[0]!.split("-");
  return new PtError(
    "E_CACHE_MISS",
    `${cacheDir}/${exchange} has no 1min or ${timeframe} candles of ${symbols.join(", ")}`,
    {
      hint: `Fetch them: npx --no -- pt-cache warm --exchange ${exchange} --coins ${coin} --quote ${quote} --timeframe 1m --start-date YYYY-MM-DD`,
    },
  );
}

function unmeasured(count: number): readonly string[] {
  return count === 0 ? [] : [`${count} taker fills have no candle in the cache: they tell fees, but no slippage`];
}

function tooFew(count: number, what: string, key: string): readonly string[] {
  return count >= FEWEST_FILLS ? [] : [`${count} ${what}, ${FEWEST_FILLS} are needed: ${key} is left to its default`];
}

/** Calm-bar slippage, basis points: what a taker paid, and the most that the range of the bar lets the engine take. */
interface Measured {
  readonly paid: number;
  readonly most: number;
}

/** `undefined` without a candle. */
type Measure = (fill: RealFill) => Measured | undefined;

/**
 * The reference is the engine's: the price at `fill_ts` on the straight line through its bar, or the open of the first
 * bar at or after `ts`, on minutes where the cache has them. The volatility is that of the bar of the replay's timeframe.
 */
function openMeasure(cacheDir: string, exchange: string, symbol: string, timeframe: Timeframe): Measure | undefined {
  const own = openBars(cacheDir, exchange, symbol, timeframe);
  const finestFirst = [openBars(cacheDir, exchange, symbol, "1min"), own].filter((bars) => bars !== undefined);
  if (finestFirst.length === 0) return undefined;
  return ({ tsMs, fillMs, side, price }) => {
    const barIn = (bars: Bars) => (fillMs === undefined ? nextBar(bars, tsMs) : barAt(bars, fillMs));
    const bars = finestFirst.find((one) => barIn(one) !== undefined);
    if (bars === undefined) return undefined;
    const found = barIn(bars)!;
    const delayMs = fillMs === undefined ? 0 : fillMs - found.openMs;
    const reference = referencePrice(side, found.bar, delayMs, bars.lengthMs);
    const around = (own && barAt(own, found.openMs))?.bar ?? found.bar;
    const factor = volatilityFactor(around);
    const extreme = side === "buy" ? around.high : around.low;
    return {
      paid: slippagePaidBps(side, reference, price) / factor,
      most: slippagePaidBps(side, reference, extreme) / factor,
    };
  };
}

interface Bars {
  readonly columns: CandleColumns;
  readonly lengthMs: number;
}

interface FoundBar {
  readonly bar: Candle;
  readonly openMs: number;
}

function openBars(cacheDir: string, exchange: string, symbol: string, timeframe: Timeframe): Bars | undefined {
  const series = openSeries(cacheDir, exchange, symbol, timeframe);
  return series && { columns: series.columns, lengthMs: timeframeMs(timeframe) };
}

/** The bar that `timeMs` lies in. */
function barAt({ columns, lengthMs }: Bars, timeMs: number): FoundBar | undefined {
  const row = firstRowAt(columns, timeMs + 1) - 1;
  return row >= 0 && timeMs < columns.time[row]! + lengthMs ? found(columns, row) : undefined;
}

/** The first bar that opens at or after `timeMs`, when it is the next one. */
function nextBar({ columns, lengthMs }: Bars, timeMs: number): FoundBar | undefined {
  const row = firstRowAt(columns, timeMs);
  return row < columns.length && columns.time[row]! < timeMs + lengthMs ? found(columns, row) : undefined;
}

function found(columns: CandleColumns, row: number): FoundBar {
  return { bar: candleAt(columns, row), openMs: columns.time[row]! };
}

function slippageOf(measured: readonly Measured[], seed: number): Estimate {
  const [interval] = bootstrap(measured.length, (rows) => [cappedMedian(measured, rows)], seed, "slippage");
  return inBps(cappedMedian(measured, measured.keys()), interval!, measured.length);
}

const MOST_ROUNDS = 20;

/**
 * The median of what was paid where the bar had room for it: elsewhere the engine stops at the bar's extreme, and so
 * would an estimate that counted these. Which ones had room depends on the estimate, so it is made again until it stays
 * (Powell's censored median by Buchinsky's iteration).
 */
function cappedMedian(measured: readonly Measured[], rows: Iterable<number>): number {
  const all = [...rows].map((row) => measured[row]!).sort((a, b) => a.paid - b.paid);
  let estimate = middle(all);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const roomy = all.filter(({ most }) => most >= estimate);
    const next = roomy.length === 0 ? estimate : middle(roomy);
    if (next === estimate) break;
    estimate = next;
  }
  return estimate;
}

function middle(ascending: readonly Measured[]): number {
  const half = ascending.length >> 1;
  const upper = ascending[half]!.paid;
  return ascending.length % 2 === 1 ? upper : (ascending[half - 1]!.paid + upper) / 2;
}

/** Fees over notional, through the origin. */
function rateOf(fills: readonly RealFill[], seed: number, label: string): Estimate {
  const statistic = (rows: Iterable<number>) => {
    let [fees, notional] = [0, 0];
    for (const row of rows) {
      fees += fills[row]!.fee;
      notional += fills[row]!.qty * fills[row]!.price;
    }
    return (fees / notional) * 1e4;
  };
  const [interval] = bootstrap(fills.length, (rows) => [statistic(rows)], seed, label);
  return inBps(statistic(fills.keys()), interval!, fills.length);
}

/** Of orders of one symbol that were sent together the later ones wait for the first; so do an order's later parts. */
function firstDelays(takers: readonly RealFill[]): readonly number[] {
  const shortest = new Map<string, number>();
  for (const { symbol, tsMs, fillMs } of takers) {
    if (fillMs === undefined) continue;
    const key = `${symbol} ${tsMs}`;
    shortest.set(key, Math.min(fillMs - tsMs, shortest.get(key) ?? Infinity));
  }
  return [...shortest.values()];
}

/** The engine draws delays evenly from a range: the one whose 5 % and 95 % quantiles are those of the fills. */
function latencyOf(delays: readonly number[], seed: number): { readonly min: Estimate; readonly max: Estimate } {
  const range = (rows: Iterable<number>): readonly [number, number] => {
    const ascending = Float64Array.from(rows, (row) => delays[row]!).sort();
    const [low, high] = [quantile(ascending, 0.05), quantile(ascending, 0.95)];
    const beyond = (0.05 / 0.9) * (high - low);
    return [Math.max(0, low - beyond), high + beyond];
  };
  const [min, max] = range(delays.keys());
  const [minInterval, maxInterval] = bootstrap(delays.length, range, seed, "latency");
  const inMs = (estimate: number, { low, high }: Interval): Estimate => {
    const whole = (ms: number, round: (value: number) => number) => Math.min(LONGEST_LATENCY_MS, round(ms));
    return {
      estimate: whole(estimate, Math.round),
      low: whole(low, Math.floor),
      high: whole(high, Math.ceil),
      fills: delays.length,
    };
  };
  return { min: inMs(min, minInterval!), max: inMs(max, maxInterval!) };
}

function inBps(estimate: number, { low, high }: Interval, fills: number): Estimate {
  return { estimate: rounded(estimate), low: rounded(low), high: rounded(high), fills };
}

/** Digits beyond a hundredth of a basis point's hundredth are those of the arithmetic. */
function rounded(bps: number): number {
  return Math.round(bps * 1e4) / 1e4 || 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
