/** A half-open stretch of time, epoch milliseconds. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same set of moments as disjoint, ascending ranges; touching ranges become one, empty ones go. */
export function unionRanges(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const sorted = ranges.filter((range) => range.fromMs < range.toMs).sort((a, b) => a.fromMs - b.fromMs);
  const union: { fromMs: number; toMs: number }[] = [];
  for (const range of sorted) {
    const last = union.at(-1);
    if (last !== undefined && range.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, range.toMs);
    else union.push({ ...range });
  }
  return union;
}

/** The parts of `wanted` that no range of `covered` holds, ascending. */
export function missingRanges(wanted: TimeRange, covered: readonly TimeRange[]): readonly TimeRange[] {
  const missing: TimeRange[] = [];
  let fromMs = wanted.fromMs;
  for (const range of unionRanges(covered)) {
    if (range.toMs <= fromMs) continue;
    if (range.fromMs >= wanted.toMs) break;
    if (range.fromMs > fromMs) missing.push({ fromMs, toMs: range.fromMs });
    fromMs = range.toMs;
  }
  if (fromMs < wanted.toMs) missing.push({ fromMs, toMs: wanted.toMs });
  return missing;
}
