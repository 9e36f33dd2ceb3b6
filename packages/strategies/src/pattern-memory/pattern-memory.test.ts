import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyDistance, bodyOf } from "./body-distance.ts";
import { type MemoryRecord, PatternMemory } from "./pattern-memory.ts";

function recordOf(body: number, timeMs = 0): MemoryRecord {
  return { timeMs, body, close: 0, high: 0, low: 0, closeWeight: 1, highWeight: 1, lowWeight: 1 };
}

/** What a scan of all memories finds: times of those alike, by body, then by arrival. */
function scan(records: readonly MemoryRecord[], body: number, threshold: number): readonly number[] {
  return records
    .filter((one) => bodyDistance(body, one.body) <= threshold)
    .sort((a, b) => a.body - b.body)
    .map((one) => one.timeMs);
}

function found(memory: PatternMemory, body: number, threshold: number): readonly number[] {
  return [...memory.matches(body, threshold)].map((row) => memory.at(row).timeMs);
}

/** A double so many steps away. */
function stepped(value: number, steps: number): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = bits[0]! + BigInt(steps);
  return new Float64Array(bits.buffer)[0]!;
}

describe("bodyOf and bodyDistance", () => {
  it("are percent of the open, and percent of the mean", () => {
    expect(bodyOf(200, 205)).toBe(2.5);
    expect(bodyOf(200, 200)).toBe(0);
    expect(bodyDistance(1, 1.01)).toBeCloseTo(0.9950248756, 10);
    expect(bodyDistance(199, 201)).toBe(1);
    expect(bodyDistance(5, 1.01)).toBeCloseTo(132.77870216, 8);
  });

  it("never takes opposite signs, or a zero beside anything else, for alike", () => {
    for (const [a, b] of [
      [1, -1],
      [-2, 2],
      [0, 1e-300],
      [-1e-9, 0],
      [1e-200, -1e-200],
    ] as const) {
      expect(bodyDistance(a, b)).toBe(Number.POSITIVE_INFINITY);
    }
    expect(bodyDistance(0, 0)).toBe(0);
    expect(bodyDistance(0, -0)).toBe(0);
  });

  it("is the same in both directions and on both sides of zero", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (a, b) => {
          expect(bodyDistance(a, b)).toBe(bodyDistance(b, a));
          expect(bodyDistance(-a, -b)).toBe(bodyDistance(a, b));
        },
      ),
    );
  });
});

describe("PatternMemory", () => {
  const cents = fc.integer({ min: -300, max: 300 }).map((n) => n / 100);
  const any = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  /** Bodies that lie on the edge of a threshold of another, and the doubles right beside it. */
  const edges = fc
    .tuple(cents, fc.constantFrom(0.5, 1, 10, 100), fc.integer({ min: -3, max: 3 }), fc.boolean())
    .map(([body, threshold, steps, upwards]) => {
      const ratio = (200 + threshold) / (200 - threshold);
      return body === 0 ? 0 : stepped(upwards ? body * ratio : body / ratio, steps);
    });
  const bodies = fc.array(fc.oneof(cents, any, edges, fc.constant(0), fc.constant(-0)), { maxLength: 150 });
  const thresholds = fc.oneof(fc.constantFrom(0, 0.5, 1, 10, 100), fc.double({ min: 0, max: 100, noNaN: true }));

  it("finds what a scan finds, in the same order: ties, zeros and edges included", () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.tuple(fc.oneof(cents, any), thresholds)), (given, queries) => {
        const records = given.map((body, i) => recordOf(body, i));
        const added = new PatternMemory();
        for (const one of records) added.add(one);
        const made = PatternMemory.of(records);
        for (const [body, threshold] of [...queries, ...given.map((one) => [one, 1] as const)]) {
          const expected = scan(records, body, threshold);
          expect(found(added, body, threshold)).toEqual(expected);
          expect(found(made, body, threshold)).toEqual(expected);
        }
      }),
      { numRuns: Number(process.env.PT_PROPERTY_RUNS ?? 300) },
    );
  });

  it("matches exactly at the threshold and not beyond it", () => {
    const memory = PatternMemory.of([recordOf(199, 1), recordOf(stepped(199, -200), 2)]);
    expect(found(memory, 201, 1)).toEqual([1]);
  });

  it("keeps to the sign of zero bodies and of opposites", () => {
    const memory = PatternMemory.of([recordOf(-2, 1), recordOf(0, 2), recordOf(2, 3)]);
    expect(found(memory, 0, 100)).toEqual([2]);
    expect(found(memory, -2, 100)).toEqual([1]);
    expect(found(memory, 2, 0)).toEqual([3]);
  });

  it("grows, moves all columns together, and lets weights change in place", () => {
    const memory = new PatternMemory();
    for (let i = 0; i < 1000; i++) {
      const body = ((i * 619) % 1000) + 1;
      memory.add({
        timeMs: body,
        body,
        close: body + 1,
        high: body + 2,
        low: -body,
        closeWeight: 1,
        highWeight: 1,
        lowWeight: 1,
      });
    }
    expect(memory.length).toBe(1000);
    for (const [row, body] of [
      [0, 1],
      [499, 500],
      [999, 1000],
    ] as const) {
      const { timeMs, close, high, low } = memory.at(row);
      expect({ timeMs, close, high, low }).toEqual({ timeMs: body, close: body + 1, high: body + 2, low: -body });
    }
    memory.highWeight[499] = 1.25;
    memory.add(recordOf(0.5));
    expect(memory.at(500)).toMatchObject({ body: 500, highWeight: 1.25, lowWeight: 1 });
  });
});
