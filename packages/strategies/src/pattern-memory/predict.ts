import type { TimeframeModel } from "./timeframe-model.ts";

/** Where the next candle is expected to close, and to reach up and down to. */
export interface PredictedLines {
  /** Whether anything alike is remembered. If not, all lines are the price itself. */
  readonly isActive: boolean;
  readonly close: number;
  readonly high: number;
  readonly low: number;
  /** Memories that were alike. */
  readonly matches: number;
}

/**
 * The candle after one that has closed with this `body` at this `price`: the mean of what followed the memories that are
 * alike, each move times its weight. A weight of 0 takes its memory out of the mean, the divisor included. Where one of
 * the three means has nothing left, there is no prediction.
 *
 * @param body - of the last closed candle, see `bodyOf`
 * @param price - its close
 */
export function predict(model: TimeframeModel, body: number, price: number): PredictedLines {
  const { memory, normalizeWeights } = model;
  const rows = memory.matches(body, model.threshold);
  const close = meanMove(rows, memory.close, memory.closeWeight, normalizeWeights);
  const high = meanMove(rows, memory.high, memory.highWeight, normalizeWeights);
  const low = meanMove(rows, memory.low, memory.lowWeight, normalizeWeights);
  const matches = rows.length;
  if (Number.isNaN(close) || Number.isNaN(high) || Number.isNaN(low)) {
    return { isActive: false, close: price, high: price, low: price, matches };
  }
  return {
    isActive: true,
    close: price * (1 + close / 100),
    high: price * (1 + high / 100),
    low: price * (1 + low / 100),
    matches,
  };
}

/** Weighted mean of moves, percent; NaN when no weight is left. */
function meanMove(rows: Uint32Array, moves: Float64Array, weights: Float64Array, normalizeWeights: boolean): number {
  let sum = 0;
  let divisor = 0;
  for (let i = 0; i < rows.length; i++) {
    const weight = weights[rows[i]!]!;
    if (weight === 0) continue;
    sum += moves[rows[i]!]! * weight;
    divisor += normalizeWeights ? Math.abs(weight) : 1;
  }
  return divisor === 0 ? Number.NaN : sum / divisor;
}
