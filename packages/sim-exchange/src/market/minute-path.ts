import type { RandomStream } from "@powertrader/core/random";

export const MINUTES_PER_DAY = 1440;
const MINUTES_PER_HOUR = 60;

/** The way of a walk through the minutes of one day, in logarithms of price. */
export interface MinutePath {
  /** Change over each minute; the sum is the change over the day. */
  readonly changes: Float64Array;
  /** Variance that the changes of each hour's minutes were drawn with, jumps left out; 24 values. */
  readonly variances: Float64Array;
}

/** Volatility of the hours of a day, UTC: quiet before dawn, busiest when America opens. */
const HOUR_FACTORS = [
  0.95, 0.95, 0.9, 0.8, 0.75, 0.75, 0.8, 0.9, 1, 1, 0.95, 0.95, 1.05, 1.3, 1.45, 1.4, 1.3, 1.2, 1.1, 1.05, 1.05, 1,
  0.95, 0.9,
] as const;

/** Bursts of activity: standard deviation of the logarithm, and the share of it that the next hour inherits. */
const BURST_DEVIATION = 0.35;
const BURST_MEMORY = 0.8;

const JUMP_CHANCE = 0.3;
/** Standard deviation of a jump as a share of the day's. */
const JUMP_SHARE = 0.4;

/**
 * A random path that moves by `change` over the day: a Brownian bridge whose volatility follows the hour and comes
 * in bursts, on some days with one jump. `dayDeviation` is the standard deviation that the day was drawn with.
 */
export function minutePath(stream: RandomStream, change: number, dayDeviation: number): MinutePath {
  const variances = minuteVariances(stream, dayDeviation);
  const jumpMinute = stream.integer(0, MINUTES_PER_DAY - 1);
  const jumpVariance = stream.uniform() < JUMP_CHANCE ? (JUMP_SHARE * dayDeviation) ** 2 : 0;

  const changes = new Float64Array(MINUTES_PER_DAY);
  const deviations = variances.map(Math.sqrt);
  for (let i = 0; i < MINUTES_PER_DAY; i++) changes[i] = deviations[hourOf(i)]! * stream.normal();
  changes[jumpMinute]! += Math.sqrt(jumpVariance) * stream.normal();

  const missing = (change - sumOf(changes)) / (MINUTES_PER_HOUR * sumOf(variances) + jumpVariance);
  for (let i = 0; i < MINUTES_PER_DAY; i++) changes[i]! += missing * variances[hourOf(i)]!;
  changes[jumpMinute]! += missing * jumpVariance;
  return { changes, variances };
}

/** The hour that holds a minute of the day. */
export function hourOf(minute: number): number {
  return Math.floor(minute / MINUTES_PER_HOUR);
}

/** One variance per hour, for each of its minutes; over the day they sum to the square of `dayDeviation`. */
function minuteVariances(stream: RandomStream, dayDeviation: number): Float64Array {
  let burst = BURST_DEVIATION * stream.normal();
  const hours = Float64Array.from(HOUR_FACTORS, (factor) => {
    burst = BURST_MEMORY * burst + Math.sqrt(1 - BURST_MEMORY ** 2) * BURST_DEVIATION * stream.normal();
    return (factor * Math.exp(burst)) ** 2;
  });
  const scale = dayDeviation ** 2 / (MINUTES_PER_HOUR * sumOf(hours));
  return hours.map((variance) => scale * variance);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
