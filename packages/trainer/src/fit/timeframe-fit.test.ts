import { allocateColumns, type CandleColumns, HOUR_MS } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import {
  encodeTimeframeFile,
  PatternMemory,
  predict,
  type TimeframeFile,
} from "@powertrader/strategies/pattern-memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adaptThreshold } from "./adapt-threshold.ts";
import { adjustWeight, WEIGHT_RULES } from "./adjust-weight.ts";
import { TimeframeFit } from "./timeframe-fit.ts";

type Bar = readonly [open: number, high: number, low: number, close: number];

function hourly(bars: readonly Bar[], skipped: readonly number[] = []): CandleColumns {
  const columns = allocateColumns(bars.length);
  let hour = 0;
  bars.forEach(([open, high, low, close], i) => {
    if (skipped.includes(i)) hour++;
    columns.time[i] = hour++ * HOUR_MS;
    columns.open[i] = open;
    columns.high[i] = high;
    columns.low[i] = low;
    columns.close[i] = close;
    columns.volume[i] = 1;
  });
  return columns;
}

/** A walk on a coarse grid, so that equal bodies, zero bodies and opposites are common. */
function walk(rows: number, seed: number): readonly Bar[] {
  const random = createStream(seed, "fit");
  let close = 100;
  return Array.from({ length: rows }, () => {
    const open = close;
    close = Math.max(50, open + random.integer(-3, 3));
    return [open, Math.max(open, close) + random.integer(0, 2), Math.min(open, close) - random.integer(0, 2), close];
  });
}

const LEARNED = { weights: "learned" } as const;

function fit(columns: CandleColumns, weights: "learned" | "frozen" = "learned"): TimeframeFile {
  const one = new TimeframeFit("1hour", columns, { weights });
  one.advance();
  return one.result();
}

/** One memory with the given moves, and where the threshold stands. */
function knowing(body: number, close: number, high: number, low: number): TimeframeFile {
  const record = { timeMs: 0, body, close, high, low, closeWeight: 1, highWeight: 1, lowWeight: 1 };
  return { timeframe: "1hour", threshold: 1, patterns: 1, memory: PatternMemory.of([record]) };
}

describe("TimeframeFit", () => {
  // Bodies of 1.00 and 5.00 on a close of 100; after both comes +1.0, +2.0, −0.3.
  const after: Bar = [100, 102, 99.7, 101];
  const bodyOne: Bar = [100 / 1.01, 100, 99, 100];
  const bodyFive: Bar = [100 / 1.05, 100, 95, 100];

  it("weighs the memory that was alike by what came", () => {
    const learnt = knowing(1.01, 0.8, 1.5, -0.6);
    const before = predict({ ...learnt, normalizeWeights: false }, 1, 100);
    expect(before.matches).toBe(1);
    expect([before.close, before.high, before.low].map((price) => Number(price.toFixed(9)))).toEqual([
      100.8, 101.5, 99.4,
    ]);

    const one = new TimeframeFit("1hour", hourly([bodyOne, after]), LEARNED, { learnt, candles: 1 });
    one.advance();
    const { threshold, patterns, memory } = one.result();
    expect({ threshold, patterns, memories: memory.length }).toEqual({ threshold: 1.01, patterns: 2, memories: 1 });
    expect(memory.at(0)).toMatchObject({ closeWeight: 1.25, highWeight: 1.25, lowWeight: 0.75 });
  });

  it("makes a memory of a pattern that is like none", () => {
    const learnt = knowing(1.01, 0.8, 1.5, -0.6);
    const one = new TimeframeFit("1hour", hourly([bodyFive, after]), LEARNED, { learnt, candles: 1 });
    one.advance();
    const { threshold, memory } = one.result();
    expect(threshold).toBe(1.01);
    expect(memory.at(0)).toMatchObject({ body: 1.01, closeWeight: 1, highWeight: 1, lowWeight: 1 });
    const { body, close, high, low, ...weights } = memory.at(1);
    expect([body, close, high, low].map((value) => Number(value.toFixed(9)))).toEqual([5, 1, 2, -0.3]);
    expect(weights).toEqual({ timeMs: 0, closeWeight: 1, highWeight: 1, lowWeight: 1 });
  });

  it("leaves frozen weights at 1 and finds the same memories and threshold", () => {
    const columns = hourly(walk(400, 3));
    const [learned, frozen] = [fit(columns), fit(columns, "frozen")];
    expect(frozen.threshold).toBe(learned.threshold);
    expect(frozen.memory.length).toBe(learned.memory.length);
    const weightsOf = ({ memory }: TimeframeFile) =>
      Array.from({ length: memory.length }, (_, row) => memory.at(row)).flatMap((one) => [
        ...[one.closeWeight, one.highWeight, one.lowWeight],
      ]);
    expect(new Set(weightsOf(frozen))).toEqual(new Set([1]));
    expect(new Set(weightsOf(learned)).size).toBeGreaterThan(3);
  });

  it("learns what a plain scan of all memories learns", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 300 }), (seed, rows) => {
        const bars = walk(rows, seed);
        expect(encodeTimeframeFile(fit(hourly(bars)))).toBe(encodeTimeframeFile(scanFit(bars)));
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same bytes when it stops anywhere and goes on", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.array(fc.integer({ min: 0, max: 300 })), (seed, stops) => {
        const columns = hourly(walk(300, seed), [40, 41, 200]);
        const whole = encodeTimeframeFile(fit(columns));
        let learnt: TimeframeFile | undefined;
        let candles = 0;
        for (const stop of [...new Set([...stops, 300])].sort((a, b) => a - b)) {
          const rows = { ...columns, length: stop };
          const one = new TimeframeFit("1hour", rows, LEARNED, learnt && { learnt, candles });
          while (one.left > 0) one.advance(7);
          learnt = one.result();
          candles = stop;
        }
        expect(encodeTimeframeFile(learnt!)).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });

  it("takes nothing from candles with a hole between them", () => {
    const bars = walk(50, 1);
    expect(fit(hourly(bars)).patterns).toBe(49);
    expect(fit(hourly(bars, [1, 20, 21, 49])).patterns).toBe(45);
  });

  it("learns nothing from less than two candles", () => {
    for (const rows of [0, 1]) expect(fit(hourly(walk(rows, 1)))).toMatchObject({ patterns: 0, threshold: 1 });
  });
});

/** The same by the book: a list in order of arrival, looked through from end to end. */
function scanFit(bars: readonly Bar[]): TimeframeFile {
  const list: Record<
    "timeMs" | "body" | "close" | "high" | "low" | "closeWeight" | "highWeight" | "lowWeight",
    number
  >[] = [];
  let threshold = 1;
  bars.slice(0, -1).forEach(([open, , , price], i) => {
    const body = (100 * (price - open)) / open;
    const [, nextHigh, nextLow, nextClose] = bars[i + 1]!;
    const [close, high, low] = [nextClose, nextHigh, nextLow].map((one) => (100 * (one - price)) / price) as [
      number,
      number,
      number,
    ];
    const isAlike = (m: number) =>
      m === body || (m * body > 0 && (200 * Math.abs(body - m)) / Math.abs(body + m) <= threshold);
    const alike = list.filter((one) => isAlike(one.body));
    for (const one of alike) {
      one.closeWeight = adjustWeight(one.closeWeight, one.close, close, WEIGHT_RULES.close);
      one.highWeight = adjustWeight(one.highWeight, one.high, high, WEIGHT_RULES.high);
      one.lowWeight = adjustWeight(one.lowWeight, one.low, low, WEIGHT_RULES.low);
    }
    if (alike.length === 0) {
      list.push({ timeMs: i * HOUR_MS, body, close, high, low, closeWeight: 1, highWeight: 1, lowWeight: 1 });
    }
    threshold = adaptThreshold(threshold, alike.length);
  });
  return { timeframe: "1hour", threshold, patterns: Math.max(0, bars.length - 1), memory: PatternMemory.of(list) };
}

describe("adaptThreshold", () => {
  it.each([
    [1, 0, 1.01],
    [1, 20, 1.01],
    [1, 21, 0.99],
    [0.05, 5, 0.051],
    [0.05, 50, 0.049],
    [0.1, 5, 0.11],
    [0, 50, 0],
    [100, 0, 100],
  ])("makes %d of itself after %i matches: %d", (threshold, matches, next) => {
    expect(adaptThreshold(threshold, matches)).toBeCloseTo(next, 12);
  });
});

describe("adjustWeight", () => {
  it.each([
    ["high", 1, 1.5, 2, 1.25],
    ["high", 1, 1.5, 1.6, 1],
    ["high", 1, 1.5, 1.4, 1],
    ["high", 1, 1.5, 1.3, 0.75],
    ["high", 2, 1.5, 9, 2],
    ["high", 0, 1.5, -1, 0],
    ["low", 1, -0.6, -0.3, 0.75],
    ["low", 1, -0.6, -0.55, 1],
    ["low", 1, -0.6, -0.65, 1],
    ["low", 1, -0.6, -0.7, 1.25],
    ["close", 1, 0.8, 1, 1.25],
    ["close", 1, -0.8, -1, 1.25],
    ["close", 1, -0.8, -0.85, 1],
    ["close", 1, -0.8, 0.5, 0.75],
    ["close", -1.9, 0.8, -9, -2],
    ["close", 0, 0.8, -0.1, -0.25],
    // A next high below the close: falling further is what it says.
    ["high", 1, -0.5, -1, 1.25],
    ["high", 1, -0.5, 0.4, 0.75],
    ["high", 1, 0, 0.1, 1.25],
    ["low", 1, 0, -0.1, 1.25],
    ["low", 1, 0, 0, 1],
  ] as const)("of a %s weighing %d whose move was %d and now is %d gives %d", (name, weight, move, actual, next) => {
    expect(adjustWeight(weight, move, actual, WEIGHT_RULES[name])).toBe(next);
  });
});
