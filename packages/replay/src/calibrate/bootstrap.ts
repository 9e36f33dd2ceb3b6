import { createStream } from "@powertrader/core/random";

/** Share of resamples that an interval holds. */
export const CONFIDENCE = 0.95;

const MOST_RESAMPLES = 1000;
const FEWEST_RESAMPLES = 200;
/** Large samples vary less and cost more. */
const DRAWS = 5_000_000;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap intervals of statistics of the same sample: what they would have been, had it been drawn again
 * from itself. The same seed and label give the same intervals.
 * @param statistics - of the rows with these indexes, every one as often as it stands there
 */
export function bootstrap(
  size: number,
  statistics: (rows: Uint32Array) => readonly number[],
  seed: number,
  label: string,
): readonly Interval[] {
  const random = createStream(seed, `bootstrap ${label}`);
  const resamples = Math.round(Math.max(FEWEST_RESAMPLES, Math.min(MOST_RESAMPLES, DRAWS / size)));
  const rows = new Uint32Array(size);
  const found: number[][] = [];
  for (let i = 0; i < resamples; i++) {
    for (let k = 0; k < size; k++) rows[k] = Math.floor(random.uniform() * size);
    found.push([...statistics(rows)]);
  }
  return found[0]!.map((_, column) => {
    const values = Float64Array.from(found, (row) => row[column]!).sort();
    return { low: quantile(values, (1 - CONFIDENCE) / 2), high: quantile(values, (1 + CONFIDENCE) / 2) };
  });
}

/** Quantile of ascending values, straight between its neighbours. */
export function quantile(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below]! + (ascending[above]! - ascending[below]!) * (at - below);
}
