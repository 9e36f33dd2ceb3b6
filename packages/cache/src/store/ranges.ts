import { missingRanges, type TimeRange, unionRanges } from "@powertrader/core/market";

/** The moments that lie in both sets of ranges, disjoint and ascending. */
export function intersectRanges(left: readonly TimeRange[], right: readonly TimeRange[]): readonly TimeRange[] {
  const [a, b] = [unionRanges(left), unionRanges(right)];
  const both: TimeRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const fromMs = Math.max(a[i]!.fromMs, b[j]!.fromMs);
    const toMs = Math.min(a[i]!.toMs, b[j]!.toMs);
    if (fromMs < toMs) both.push({ fromMs, toMs });
    if (a[i]!.toMs < b[j]!.toMs) i++;
    else j++;
  }
  return both;
}

/** The moments of `left` that lie in no range of `right`, disjoint and ascending. */
export function subtractRanges(left: readonly TimeRange[], right: readonly TimeRange[]): readonly TimeRange[] {
  return unionRanges(left).flatMap((range) => missingRanges(range, right));
}

export function sameRanges(left: readonly TimeRange[], right: readonly TimeRange[]): boolean {
  return (
    left.length === right.length &&
    left.every((range, i) => range.fromMs === right[i]!.fromMs && range.toMs === right[i]!.toMs)
  );
}

/** Pairs of seconds, as sidecars hold them. */
export function toWire(ranges: readonly TimeRange[]): [number, number][] {
  return ranges.map(({ fromMs, toMs }) => [fromMs / 1000, toMs / 1000]);
}

export function fromWire(pairs: readonly (readonly [number, number])[]): readonly TimeRange[] {
  return unionRanges(pairs.map(([from, to]) => ({ fromMs: from * 1000, toMs: to * 1000 })));
}
