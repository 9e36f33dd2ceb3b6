import { PATTERN_TIMEFRAMES } from "../pattern-memory/timeframe-model.ts";
import type { MaybeLines } from "./expected-lines.ts";

/** Prices beyond which a timeframe is long or short, in the order of `PATTERN_TIMEFRAMES`; NaN where it is inactive. */
export interface Bounds {
  readonly lows: readonly number[];
  readonly highs: readonly number[];
}

const NONE = PATTERN_TIMEFRAMES.map(() => Number.NaN);

/** All timeframes inactive. */
export const NO_BOUNDS: Bounds = { lows: NONE, highs: NONE };

/** Share by which a bound lies outside its line. */
const DISTANCE = 0.005;

/** Percent of their mean that the first two bounds lie apart at least; the next two twice as much, and so on. */
const GAP_PCT = 0.25;

/** Factors that push a bound outwards until it is far enough from the one before. */
const PUSH = { down: 0.9995, up: 1.0005 } as const;

/**
 * The bounds around the lines: half a percent outside, then pushed apart so that the lows, from the highest down, and the
 * highs, from the lowest up, lie further from each other with every step. PowerTrader's order and spacing; each bound stays
 * with its own timeframe, whichever others are inactive.
 */
export function boundsOf(lines: readonly MaybeLines[]): Bounds {
  return {
    lows: spaced(
      lines.map((one) => (one === undefined ? Number.NaN : one.low * (1 - DISTANCE))),
      "down",
    ),
    highs: spaced(
      lines.map((one) => (one === undefined ? Number.NaN : one.high * (1 + DISTANCE))),
      "up",
    ),
  };
}

function spaced(bounds: readonly number[], outwards: "down" | "up"): readonly number[] {
  const moved = [...bounds];
  const order = inOrder(bounds, outwards);
  for (let k = 0; k + 1 < order.length; k++) {
    const before = moved[order[k]!]!;
    let bound = moved[order[k + 1]!]!;
    while (isTooNear(before, bound, GAP_PCT * (k + 1), outwards)) bound *= PUSH[outwards];
    moved[order[k + 1]!] = bound;
  }
  return moved;
}

/** Indices of the active bounds, the innermost first. */
function inOrder(bounds: readonly number[], outwards: "down" | "up"): readonly number[] {
  const active = [...bounds.keys()].filter((index) => !Number.isNaN(bounds[index]!));
  return active.sort((a, b) => (outwards === "up" ? bounds[a]! - bounds[b]! : bounds[b]! - bounds[a]!));
}

function isTooNear(before: number, bound: number, gapPct: number, outwards: "down" | "up"): boolean {
  const isInside = outwards === "up" ? bound < before : bound > before;
  return isInside || (200 * Math.abs(before - bound)) / (before + bound) < gapPct;
}

/** The bounds for readers: innermost first, `null` for those that are not there. */
export function listBounds(bounds: readonly number[], outwards: "down" | "up"): readonly (number | null)[] {
  const order = inOrder(bounds, outwards);
  return bounds.map((_, k) => (k < order.length ? bounds[order[k]!]! : null));
}
