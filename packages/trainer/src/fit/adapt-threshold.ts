/** Where every timeframe begins, percent. */
export const FIRST_THRESHOLD = 1;

/** How many memories alike a pattern should find. */
const WANTED_MATCHES = 20;

/** With fewer candles than that no pattern could find as many. */
export const DEFAULT_MIN_CANDLES = WANTED_MATCHES + 1;

const COARSE_STEP = 0.01;
const FINE_STEP = 0.001;
const FINE_BELOW = 0.1;

/** The threshold after a pattern that found so many: a step narrower after too many, else a step wider. */
export function adaptThreshold(threshold: number, matches: number): number {
  const step = threshold < FINE_BELOW ? FINE_STEP : COARSE_STEP;
  const next = matches > WANTED_MATCHES ? threshold - step : threshold + step;
  return Math.min(100, Math.max(0, next));
}
