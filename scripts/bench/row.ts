/** One figure of a bench: what was measured, and what it should reach. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** As in `≤ 16`; `null` for figures that only inform. */
  readonly target: string | null;
  readonly ok: boolean | null;
}

export function row(
  name: string,
  value: number,
  unit: string,
  target?: { readonly atMost?: number; readonly atLeast?: number },
): BenchRow {
  const rounded = Number(value.toPrecision(4));
  if (target?.atMost !== undefined)
    return { name, value: rounded, unit, target: `≤ ${target.atMost}`, ok: value <= target.atMost };
  if (target?.atLeast !== undefined)
    return { name, value: rounded, unit, target: `≥ ${target.atLeast}`, ok: value >= target.atLeast };
  return { name, value: rounded, unit, target: null, ok: null };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Median of `work ÷ baseline` over interleaved pairs, after one warm-up of each. */
export async function pairRatio(baseline: () => unknown, work: () => unknown, pairs = 7): Promise<number> {
  await baseline();
  await work();
  const ratios: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const baseMs = await timed(baseline);
    ratios.push((await timed(work)) / baseMs);
  }
  return median(ratios);
}
