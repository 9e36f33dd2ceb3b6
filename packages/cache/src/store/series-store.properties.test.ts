import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CANDLE_ROWS, encodeSegment, mergeSegments, readSeries, type Segment } from "@powertrader/core/files";
import { type CandleColumns, HOUR_MS, unionRanges } from "@powertrader/core/market";
import { type Arbitrary, array, assert, boolean, integer, property, record, shuffledSubarray, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { candles, hours, inHours, newFolder, prices, SERIES, T0 } from "../fixtures/candles.ts";
import { gapsIn } from "./gaps.ts";
import { sameRanges, subtractRanges } from "./ranges.ts";
import type { Batch } from "./series.ts";
import { SeriesStore } from "./series-store.ts";
import { tidyFolder } from "./tidy-folder.ts";

const RUNS = Number(process.env.PT_PROPERTY_RUNS ?? 60);
const HOURS = 24;
/** So few that segments fill up and are cut. */
const MAX_CANDLES = 7;

/** A fetch of some hours: which of them have a candle, what it costs, when it was fetched. */
interface Fetch {
  readonly from: number;
  readonly prices: readonly (number | undefined)[];
  readonly at: number;
  readonly source: string;
}

const fetches: Arbitrary<readonly Fetch[]> = array(
  record({
    from: integer({ min: 0, max: HOURS }),
    prices: array(
      tuple(integer({ min: 1, max: 3 }), boolean()).map(([price, there]) => (there ? price : undefined)),
      { minLength: 1, maxLength: 10 },
    ),
    source: integer({ min: 0, max: 1 }).map((n) => `import:${n}`),
  }),
  { minLength: 1, maxLength: 6 },
).map((list) => list.map((fetch, at) => ({ ...fetch, at })));

function batchOf({ from, prices: list, at, source }: Fetch): Batch {
  const rows = list.flatMap((price, i) => (price === undefined ? [] : [[from + i, price] as const]));
  const covers = [hours(from, from + list.length)];
  const columns = candles(...rows);
  return { columns, covers, askedEmpty: gapsIn(columns, HOUR_MS, covers), source, fetchedMs: T0 + at };
}

/** What a cache should hold after some fetches: of each hour the copy of the latest fetch that had one. */
function truth(list: readonly Fetch[]): readonly (readonly [number, number])[] {
  const byHour = new Map<number, number>();
  for (const fetch of [...list].sort((a, b) => a.at - b.at)) {
    fetch.prices.forEach((price, i) => {
      if (price !== undefined) byHour.set(fetch.from + i, price);
    });
  }
  return [...byHour].sort((a, b) => a[0] - b[0]);
}

interface Written {
  readonly cacheDir: string;
  readonly store: SeriesStore<CandleColumns>;
  readonly columns: CandleColumns | undefined;
  readonly coverage: readonly (readonly [number, number])[];
  readonly index: string;
}

/** Writes batches into a new cache and shows it to `check`. */
function afterWriting(batches: readonly Batch[], check: (written: Written) => void): void {
  const cacheDir = newFolder();
  try {
    const folder = join(cacheDir, "own");
    const store = new SeriesStore(folder, CANDLE_ROWS, tidyFolder(folder, CANDLE_ROWS, T0).segments, MAX_CANDLES);
    for (const batch of batches) store.write(SERIES, batch);
    const read = readSeries(cacheDir, "own", SERIES.symbol, SERIES.timeframe);
    const index = readFileSync(join(folder, "cache_index.json"), "utf8");
    check({ cacheDir, store, columns: read?.columns, coverage: inHours(read?.coverage ?? []), index });
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

describe("a store", () => {
  it("holds the latest copy of every candle, covers what was asked, and never overlaps itself", () => {
    assert(
      property(fetches, (list) => {
        const batches = list.map(batchOf);
        afterWriting(batches, ({ store, columns, coverage }) => {
          expect(prices(columns)).toEqual(truth(list));
          expect(coverage).toEqual(inHours(unionRanges(batches.flatMap((batch) => batch.covers))));
          const segments = store.segmentsOf(SERIES);
          expect(segments.every((one, i) => i === 0 || segments[i - 1]!.toMs <= one.fromMs)).toBe(true);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("keeps candles inside its coverage; what it knows to be empty has none", () => {
    assert(
      property(fetches, (list) => {
        afterWriting(list.map(batchOf), ({ store, columns }) => {
          const covered = store.coverage(SERIES);
          const candleRanges = Array.from(columns!.time, (fromMs) => ({ fromMs, toMs: fromMs + HOUR_MS }));
          expect(subtractRanges(candleRanges, covered)).toEqual([]);
          const empty = store.segments.flatMap(({ meta }) =>
            meta.asked_empty.map(([from, to]) => ({ fromMs: from * 1000, toMs: to * 1000 })),
          );
          // Every fetch here confirmed its holes, so the gaps are what is confirmed.
          expect(sameRanges(unionRanges(empty), gapsIn(columns!, HOUR_MS, covered))).toBe(true);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("is the same after a second writing of everything (D31)", () => {
    assert(
      property(fetches, (list) => {
        const batches = list.map(batchOf);
        afterWriting(batches, (once) => {
          afterWriting([...batches, ...batches], (twice) => {
            expect(prices(twice.columns)).toEqual(prices(once.columns));
            expect(twice.index).toBe(once.index);
          });
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("gives the same candles for two fetches in either order (D31)", () => {
    assert(
      property(fetches, (list) => {
        const [a, b] = [list[0]!, list.at(-1)!].map(batchOf) as [Batch, Batch];
        afterWriting([a, b], (forth) => {
          afterWriting([b, a], (back) => {
            expect(prices(back.columns)).toEqual(prices(forth.columns));
            expect(back.coverage).toEqual(forth.coverage);
          });
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("holds the whole whatever pieces of it come in whatever order, with overlaps (D32)", () => {
    const cuts = array(tuple(integer({ min: 0, max: HOURS - 1 }), integer({ min: 1, max: HOURS })), { maxLength: 5 });
    assert(
      property(
        cuts,
        integer({ min: 1, max: HOURS - 1 }),
        shuffledSubarray([0, 1, 2, 3, 4, 5, 6]),
        (pieces, half, order) => {
          const whole: Fetch = {
            from: 0,
            prices: Array.from({ length: HOURS }, (_, i) => (i % 5 === 3 ? undefined : 1 + (i % 7))),
            at: 0,
            source: "import:whole",
          };
          const cut = (from: number, to: number): Fetch => ({ ...whole, from, prices: whole.prices.slice(from, to) });
          const parts = [
            cut(0, half),
            cut(half, HOURS),
            ...pieces.map(([from, length]) => cut(from, Math.min(HOURS, from + length))),
          ];
          const shuffled = [...new Set([...order, ...parts.keys()])].flatMap((i) => parts[i] ?? []);
          afterWriting(shuffled.map(batchOf), ({ columns, coverage }) => {
            expect(prices(columns)).toEqual(truth([whole]));
            expect(coverage).toEqual([[0, HOURS]]);
          });
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("has the index that a rebuild from the sidecars gives (D35)", () => {
    assert(
      property(fetches, (list) => {
        afterWriting(list.map(batchOf), ({ cacheDir, index }) => {
          const folder = join(cacheDir, "own");
          rmSync(join(folder, "cache_index.json"));
          tidyFolder(folder, CANDLE_ROWS, T0);
          expect(readFileSync(join(folder, "cache_index.json"), "utf8")).toBe(index);
        });
      }),
      { numRuns: RUNS },
    );
  });
});

describe("the merge of segments", () => {
  it("does not depend on order or grouping (D31)", () => {
    const parts = fetches.map((list) =>
      list.map((fetch, i) => ({
        rows: batchOf(fetch).columns,
        segment: {
          meta: { fetched_at: Math.floor(i / 2), sha256: encodeSegment(batchOf(fetch).columns) } as Segment["meta"],
        },
      })),
    );
    assert(
      property(parts, shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (list, order) => {
        const shuffled = order.flatMap((i) => list[i] ?? []);
        expect(prices(mergeSegments(shuffled, CANDLE_ROWS))).toEqual(prices(mergeSegments(list, CANDLE_ROWS)));
        expect(prices(mergeSegments([...list, ...shuffled], CANDLE_ROWS))).toEqual(
          prices(mergeSegments(list, CANDLE_ROWS)),
        );
      }),
    );
  });
});
