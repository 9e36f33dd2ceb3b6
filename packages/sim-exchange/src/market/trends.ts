import type { RandomStream } from "@powertrader/core/random";

const MEAN_DAYS = 40;

/** Daily drifts, one per call, in units of the usual drift: a trend keeps its drift for weeks, then another begins. */
export function createTrends(stream: RandomStream): () => number {
  let drift = stream.normal();
  return () => {
    if (stream.uniform() < 1 / MEAN_DAYS) drift = stream.normal();
    return drift;
  };
}
