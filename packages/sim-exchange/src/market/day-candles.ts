import { allocateColumns, type CandleColumns, MINUTE_MS } from "@powertrader/core/market";
import type { RandomStream } from "@powertrader/core/random";
import { hourOf, MINUTES_PER_DAY, type MinutePath } from "./minute-path.ts";

/** Volumes are multiples of this, a power of two: sums of them are exact in any order and grouping. */
export const VOLUME_STEP = 1 / 128;

/** Volume of a minute, the usual being 1: still, and per square of its range in units of the usual variance. */
const STILL_VOLUME = 0.3;
const VOLUME_PER_SQUARE = 0.22;

/** What the candles of one day of one coin are made of. */
export interface DayPlan {
  /** First moment of the day. */
  readonly openMs: number;
  /** Natural logarithm of the price at the first moment of the day, and at its last. */
  readonly openLog: number;
  readonly closeLog: number;
  readonly path: MinutePath;
  /** Ticks per 1 USDT. */
  readonly ticksPerUnit: number;
  /** Variance of the change over a usual minute, and the money that changes hands in it. */
  readonly usualVariance: number;
  readonly usualNotional: number;
}

/**
 * The 1-minute candles of a day: each opens at the close of the one before, the last closes on `closeLog`.
 * High and low are those of a Brownian bridge over the minute; volume grows with the range. `stream` draws both.
 */
export function dayCandles(plan: DayPlan, stream: RandomStream): CandleColumns {
  const { path, ticksPerUnit } = plan;
  const columns = allocateColumns(MINUTES_PER_DAY);
  let log = plan.openLog;
  let open = toTick(Math.exp(log), ticksPerUnit);
  for (let i = 0; i < MINUTES_PER_DAY; i++) {
    const change = path.changes[i]!;
    const variance = path.variances[hourOf(i)]!;
    const up = bridgeReach(change, variance, stream.uniform());
    const down = bridgeReach(-change, variance, stream.uniform());
    log = i === MINUTES_PER_DAY - 1 ? plan.closeLog : log + change;
    const close = toTick(Math.exp(log), ticksPerUnit);
    const activity = STILL_VOLUME + (VOLUME_PER_SQUARE * (up + down) ** 2) / plan.usualVariance;
    const notional = plan.usualNotional * activity * (0.5 + stream.uniform());

    columns.time[i] = plan.openMs + i * MINUTE_MS;
    columns.open[i] = open;
    columns.high[i] = Math.max(open, close, toTick(open * (1 + up), ticksPerUnit));
    columns.low[i] = Math.min(open, close, toTick(open / (1 + down), ticksPerUnit));
    columns.close[i] = close;
    columns.volume[i] = Math.max(1, Math.round(notional / close / VOLUME_STEP)) * VOLUME_STEP;
    open = close;
  }
  return columns;
}

/** Rounded to a tick and never below one. */
function toTick(price: number, ticksPerUnit: number): number {
  return Math.max(1, Math.round(price * ticksPerUnit)) / ticksPerUnit;
}

/** Highest point of a Brownian bridge from 0 to `change`, by inversion of its distribution at `draw` in [0, 1). */
function bridgeReach(change: number, variance: number, draw: number): number {
  return (change + Math.sqrt(change * change - 2 * variance * Math.log(1 - draw))) / 2;
}
