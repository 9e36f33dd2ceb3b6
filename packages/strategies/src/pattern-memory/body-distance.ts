/** The pattern of a candle: how far its close is from its open, in percent of the open. */
export function bodyOf(open: number, close: number): number {
  return (100 * (close - open)) / open;
}

/**
 * How different two bodies are: their difference in percent of their mean. Bodies of opposite signs, and a zero beside
 * anything else, are never alike; two zeros are the same.
 */
export function bodyDistance(a: number, b: number): number {
  if (a === b) return 0;
  if (Math.sign(a) !== Math.sign(b)) return Number.POSITIVE_INFINITY;
  return (200 * Math.abs(a - b)) / Math.abs(a + b);
}
