import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missingRanges, type TimeRange, unionRanges } from "./ranges.ts";

const range = (fromMs: number, toMs: number): TimeRange => ({ fromMs, toMs });
/** Ranges in a short stretch of time, empty and inverted ones among them. */
const anyRange = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }))
  .map(([a, b]) => range(a, b));
const anyRanges = fc.array(anyRange, { maxLength: 8 });

/** The moments 0..29 that lie in a set of ranges. */
const moments = (ranges: readonly TimeRange[]) =>
  Array.from({ length: 30 }, (_, t) => t).filter((t) => ranges.some(({ fromMs, toMs }) => fromMs <= t && t < toMs));

function expectDisjointAscending(ranges: readonly TimeRange[]): void {
  ranges.forEach(({ fromMs, toMs }, i) => {
    expect(fromMs).toBeLessThan(toMs);
    if (i > 0) expect(fromMs).toBeGreaterThan(ranges[i - 1]!.toMs); // touching ones are one
  });
}

describe("unionRanges", () => {
  it("joins ranges that overlap or touch and drops empty ones", () => {
    expect(unionRanges([range(5, 7), range(0, 2), range(2, 3), range(6, 9), range(4, 4)])).toEqual([
      range(0, 3),
      range(5, 9),
    ]);
  });

  it("keeps a range whole that holds a later one", () => {
    expect(unionRanges([range(0, 10), range(2, 3)])).toEqual([range(0, 10)]);
  });

  it("holds the same moments, as disjoint ascending ranges", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const union = unionRanges(ranges);
        expectDisjointAscending(union);
        expect(moments(union)).toEqual(moments(ranges));
      }),
    );
  });

  it("does not depend on order, and a union is its own union", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        expect(unionRanges(ranges.toReversed())).toEqual(unionRanges(ranges));
        expect(unionRanges(unionRanges(ranges))).toEqual(unionRanges(ranges));
      }),
    );
  });

  it("leaves its argument alone", () => {
    const ranges = [range(3, 5), range(0, 4)];
    unionRanges(ranges);
    expect(ranges).toEqual([range(3, 5), range(0, 4)]);
  });
});

describe("missingRanges", () => {
  it("names the head, the hole and the tail", () => {
    expect(missingRanges(range(0, 10), [range(2, 4), range(6, 8)])).toEqual([range(0, 2), range(4, 6), range(8, 10)]);
  });

  it("is everything without coverage and nothing under full coverage", () => {
    expect(missingRanges(range(3, 9), [])).toEqual([range(3, 9)]);
    expect(missingRanges(range(3, 9), [range(0, 5), range(5, 20)])).toEqual([]);
  });

  it("is what is wanted minus what is covered", () => {
    fc.assert(
      fc.property(anyRange, anyRanges, (wanted, covered) => {
        const missing = missingRanges(wanted, covered);
        expectDisjointAscending(missing);
        const there = new Set(moments(covered));
        expect(moments(missing)).toEqual(moments([wanted]).filter((t) => !there.has(t)));
      }),
    );
  });
});
