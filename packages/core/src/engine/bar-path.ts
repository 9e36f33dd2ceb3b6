import type { Candle } from "../market/candles.ts";
import type { IntrabarMode } from "./execution-model.ts";

/** Prices a bar is believed to have passed, in order; between two of them the price moves one way. */
export type BarPath = readonly [number, number, number, number];

/**
 * The path of a bar by its four prices. `ohlc-path`: a rising bar goes to its low first, a falling one to its high.
 * `nearest-extreme`: the extreme nearer to the open comes first, the low on a tie.
 */
export function barPath(bar: Candle, mode: IntrabarMode): BarPath {
  const { open, high, low, close } = bar;
  const isHighFirst = mode === "nearest-extreme" ? high - open < open - low : close < open;
  return isHighFirst ? [open, high, low, close] : [open, low, high, close];
}

/**
 * How far along its path a bar first trades at `price`: 0 at the open, whole numbers at the turns, 3 at the close;
 * `Infinity` when it never does.
 * @param from - looks from this point on
 */
export function pathPosition(path: BarPath, price: number, from = 0): number {
  for (let leg = Math.floor(from); leg < 3; leg++) {
    const start = path[leg]!;
    const end = path[leg + 1]!;
    if (price < Math.min(start, end) || price > Math.max(start, end)) continue;
    const position = leg + (start === end ? 0 : (price - start) / (end - start));
    if (position >= from) return position;
  }
  return Number.POSITIVE_INFINITY;
}
