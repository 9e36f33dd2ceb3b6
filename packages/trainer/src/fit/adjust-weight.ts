const STEP = 0.25;

/** Within this share of what was expected, a weight is right as it is. */
const DEAD_BAND = 0.1;

export interface WeightRule {
  /** Where a memory whose move was 0 is taken to point. */
  readonly side: 1 | -1;
  readonly least: number;
  readonly most: number;
}

export const WEIGHT_RULES = {
  close: { side: 1, least: -2, most: 2 },
  high: { side: 1, least: 0, most: 2 },
  low: { side: -1, least: 0, most: 2 },
} as const satisfies Readonly<Record<string, WeightRule>>;

/**
 * The weight of a memory after a candle that it was alike to: a step up when the candle went further the way of the
 * remembered move than move × weight said, a step down when it fell short.
 * @param move - the remembered one, percent
 * @param actual - what came this time, percent
 */
export function adjustWeight(weight: number, move: number, actual: number, rule: WeightRule): number {
  const direction = move === 0 ? rule.side : Math.sign(move);
  const expected = direction * move * weight;
  const came = direction * actual;
  const band = DEAD_BAND * Math.abs(expected);
  if (came > expected + band) return Math.min(rule.most, weight + STEP);
  if (came < expected - band) return Math.max(rule.least, weight - STEP);
  return weight;
}
