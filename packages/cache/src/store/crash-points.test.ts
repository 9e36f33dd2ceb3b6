import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readSeries } from "@powertrader/core/files";
import { describe, expect, it } from "vitest";
import { candles, hours, newFolder, prices, SERIES, stretch, T0 } from "../fixtures/candles.ts";
import { Crash, withFailingChange } from "../fixtures/failing-fs.ts";
import { CandleStore } from "./candle-store.ts";
import { commitSegment } from "./commit-segment.ts";
import { overlapping } from "./resolve-overlaps.ts";
import type { CandleBatch } from "./series.ts";
import { tidyFolder } from "./tidy-folder.ts";

const MAX_CANDLES = 6;

type Rows = readonly (readonly [hour: number, price: number])[];
type Change = (cacheDir: string) => void;

function write(columns: CandleBatch["columns"], from: number, to: number, fetchedMs = T0): Change {
  const batch = { columns, covers: [hours(from, to)], askedEmpty: [], source: "import:a.csv", fetchedMs };
  return (cacheDir) => open(cacheDir).write(SERIES, batch);
}

/** A segment that another program put there, its sidecar included, without regard for the others. */
function foreign(columns: CandleBatch["columns"], from: number, to: number, fetchedMs: number): Change {
  const range = hours(from, to);
  const rest = { covers: [range], askedEmpty: [], source: "ccxt:kucoin", fetchedMs, revisions: 0 };
  return (cacheDir) => {
    mkdirSync(join(cacheDir, "own"), { recursive: true });
    commitSegment(join(cacheDir, "own"), { ...SERIES, ...range, columns, ...rest });
  };
}

const everyOther = candles(...Array.from({ length: MAX_CANDLES }, (_, i) => [2 * i, 1] as const));

/** Changes of every kind there is. */
const SCENARIOS: readonly (readonly [name: string, before: readonly Change[], change: Change])[] = [
  ["a first segment", [], write(stretch(0, 4), 0, 4)],
  ["a longer last segment", [write(stretch(0, 2), 0, 2)], write(stretch(2, 6), 2, 6, T0 + 1)],
  ["a rewrite in place", [write(stretch(0, 4), 0, 4)], write(stretch(1, 3, 7), 1, 3, T0 + 1)],
  [
    "revised candles and more behind them",
    [write(stretch(0, 4), 0, 4), write(stretch(6, 8), 6, 8)],
    write(stretch(2, 10, 7), 2, 10, T0 + 1),
  ],
  ["a segment cut in two", [write(everyOther, 0, 12)], write(candles([1, 7], [2, 7]), 1, 3)],
  [
    "overlapping segments that become one of the same name",
    [
      foreign(stretch(0, 6, 1), 0, 6, T0),
      foreign(stretch(1, 3, 2), 1, 3, T0 + 2),
      foreign(stretch(2, 5, 3), 2, 5, T0 + 1),
    ],
    open,
  ],
  [
    "overlapping segments that become one of another name",
    [
      foreign(stretch(0, 4, 1), 0, 4, T0 + 2),
      foreign(stretch(2, 5, 2), 2, 5, T0),
      foreign(stretch(3, 6, 3), 3, 6, T0 + 1),
    ],
    open,
  ],
];

describe.each(SCENARIOS)("%s", (_name, before, change) => {
  it.each([
    ["a crash", undefined],
    ["a full disk", "ENOSPC"],
    ["a broken disk", "EIO"],
  ])("survives %s at any step", (_fault, errno) => {
    const base = newFolder();
    try {
      const original = join(base, "original");
      mkdirSync(original);
      for (const one of before) one(original);
      const old = read(original);
      const copy = (name: string) => {
        cpSync(original, join(base, name), { recursive: true, preserveTimestamps: true });
        return join(base, name);
      };
      const done = copy("done");
      change(done);
      const fresh = read(done);

      let steps = 0;
      for (let error: unknown = "none yet"; error !== undefined; steps++) {
        const cacheDir = copy(`failed-at-${steps + 1}`);
        error = withFailingChange(steps + 1, errno, () => change(cacheDir));
        expectFault(error, errno);
        expectOldOrNew(read(cacheDir), old, fresh);

        const segments = open(cacheDir).segmentsOf(SERIES);
        expect(overlapping(segments)).toEqual([]);
        expect(readdirSync(join(cacheDir, "own")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
        expectOldOrNew(read(cacheDir), old, fresh);

        change(cacheDir);
        expect(read(cacheDir)).toEqual(fresh);
        expectIndexOfARebuild(cacheDir);
        rmSync(cacheDir, { recursive: true });
      }
      expect(steps).toBeGreaterThan(8);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});

function open(cacheDir: string): CandleStore {
  const folder = join(cacheDir, "own");
  return new CandleStore(folder, tidyFolder(folder, T0).segments, MAX_CANDLES);
}

function read(cacheDir: string): Rows {
  return prices(readSeries(cacheDir, "own", SERIES.symbol, SERIES.timeframe)?.columns);
}

function expectFault(error: unknown, errno: string | undefined): void {
  if (error === undefined) return;
  if (errno === undefined) expect(error).toBeInstanceOf(Crash);
  else expect(error).toMatchObject({ code: errno === "ENOSPC" ? "E_DISK_FULL" : "E_IO" });
}

/** Every candle of before is there, as it was or as it should become; nothing else is. */
function expectOldOrNew(found: Rows, old: Rows, fresh: Rows): void {
  const [oldByHour, freshByHour, foundByHour] = [new Map(old), new Map(fresh), new Map(found)];
  const lost = old.filter(([hour]) => !foundByHour.has(hour));
  const strange = found.filter(([hour, price]) => oldByHour.get(hour) !== price && freshByHour.get(hour) !== price);
  expect({ lost, strange }).toEqual({ lost: [], strange: [] });
}

function expectIndexOfARebuild(cacheDir: string): void {
  const file = join(cacheDir, "own", "cache_index.json");
  const index = readFileSync(file, "utf8");
  rmSync(file);
  open(cacheDir);
  expect(readFileSync(file, "utf8")).toBe(index);
}
