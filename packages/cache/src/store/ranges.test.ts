import type { TimeRange } from "@powertrader/core/market";
import { array, assert, integer, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { fromWire, intersectRanges, sameRanges, subtractRanges, toWire } from "./ranges.ts";

const END = 30;
const ranges = array(tuple(integer({ min: 0, max: END }), integer({ min: 0, max: 8 }))).map((pairs) =>
  pairs.map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length })),
);
const moments = Array.from({ length: END + 10 }, (_, i) => i);
const holds = (set: readonly TimeRange[], moment: number) =>
  set.some(({ fromMs, toMs }) => fromMs <= moment && moment < toMs);
const isTidy = (set: readonly TimeRange[]) =>
  set.every((range, i) => range.fromMs < range.toMs && (i === 0 || set[i - 1]!.toMs < range.fromMs));

describe("ranges", () => {
  it("intersects moment by moment", () => {
    assert(
      property(ranges, ranges, (left, right) => {
        const both = intersectRanges(left, right);
        expect(isTidy(both)).toBe(true);
        for (const moment of moments) expect(holds(both, moment)).toBe(holds(left, moment) && holds(right, moment));
      }),
    );
  });

  it("subtracts moment by moment", () => {
    assert(
      property(ranges, ranges, (left, right) => {
        const rest = subtractRanges(left, right);
        expect(isTidy(rest)).toBe(true);
        for (const moment of moments) expect(holds(rest, moment)).toBe(holds(left, moment) && !holds(right, moment));
      }),
    );
  });

  it("goes to seconds and back", () => {
    const set = [
      { fromMs: 1000, toMs: 2500 },
      { fromMs: 4000, toMs: 5000 },
    ];
    expect(toWire(set)).toEqual([
      [1, 2.5],
      [4, 5],
    ]);
    expect(sameRanges(fromWire(toWire(set)), set)).toBe(true);
    expect(sameRanges(set, set.slice(1))).toBe(false);
    expect(sameRanges(set, [set[0]!, { fromMs: 4000, toMs: 5001 }])).toBe(false);
  });
});
