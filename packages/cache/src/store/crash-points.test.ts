import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  CANDLE_ROWS,
  FUNDING_ROWS,
  type RowFormat,
  readFunding,
  readSeries,
  type SeriesRows,
} from "@powertrader/core/files";
import { type CandleColumns, HOUR_MS } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { candles, hours, newFolder, prices, SERIES, stretch, T0 } from "../fixtures/candles.ts";
import { Crash, withFailingChange } from "../fixtures/failing-fs.ts";
import { commitSegment } from "./commit-segment.ts";
import { overlapping } from "./resolve-overlaps.ts";
import { SeriesStore } from "./series-store.ts";
import { tidyFolder } from "./tidy-folder.ts";

const MAX_ROWS = 6;

type Rows = readonly (readonly [hour: number, price: number])[];

/** How rows of a format are made from flat candles, and what the cache holds of them, told in the same way. */
interface Kind<R extends SeriesRows = SeriesRows> {
  readonly format: RowFormat<R>;
  readonly folder: string;
  of(columns: CandleColumns): R;
  read(cacheDir: string): Rows;
}

const CANDLES: Kind<CandleColumns> = {
  format: CANDLE_ROWS,
  folder: "own",
  of: (columns) => columns,
  read: (cacheDir) => prices(readSeries(cacheDir, "own", SERIES.symbol, SERIES.timeframe)?.columns),
};

const FUNDING: Kind = {
  format: FUNDING_ROWS,
  folder: "own.funding",
  of: ({ length, time, close }: CandleColumns) => ({ length, time, rate: close.map((price) => price / 1024) }),
  read(cacheDir) {
    const { timeMs, rate } = readFunding(cacheDir, "own", SERIES.symbol) ?? { timeMs: [], rate: [] };
    return Array.from(timeMs, (time, i) => [(time - T0) / HOUR_MS, rate[i]! * 1024] as const);
  },
};

type Change = (cacheDir: string, kind: Kind) => void;

function write(columns: CandleColumns, from: number, to: number, fetchedMs = T0): Change {
  const batch = { covers: [hours(from, to)], askedEmpty: [], source: "import:a.csv", fetchedMs };
  return (cacheDir, kind) => open(cacheDir, kind).write(SERIES, { ...batch, columns: kind.of(columns) });
}

/** A segment that another program put there, its sidecar included, without regard for the others. */
function foreign(columns: CandleColumns, from: number, to: number, fetchedMs: number): Change {
  const range = hours(from, to);
  const rest = { covers: [range], askedEmpty: [], source: "ccxt:kucoin", fetchedMs, revisions: 0 };
  return (cacheDir, kind) => {
    const folder = join(cacheDir, kind.folder);
    mkdirSync(folder, { recursive: true });
    commitSegment(folder, kind.format, { ...SERIES, ...range, columns: kind.of(columns), ...rest });
  };
}

const everyOther = candles(...Array.from({ length: MAX_ROWS }, (_, i) => [2 * i, 1] as const));

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

/** One store writes every kind of row; the changes that replace files stand for all of them with the second kind. */
const REPLACING = SCENARIOS.filter(([name]) => name === "a rewrite in place" || name.endsWith("of another name"));

const CASES = [
  ...SCENARIOS.map(([name, before, change]) => [`candles: ${name}`, CANDLES, before, change] as const),
  ...REPLACING.map(([name, before, change]) => [`funding: ${name}`, FUNDING, before, change] as const),
];

describe.each(CASES)("%s", (_name, kind, before, change) => {
  const read = (cacheDir: string) => kind.read(cacheDir);

  it.each([
    ["a crash", undefined],
    ["a full disk", "ENOSPC"],
    ["a broken disk", "EIO"],
  ])("survives %s at any step", (_fault, errno) => {
    const base = newFolder();
    try {
      const original = join(base, "original");
      mkdirSync(original);
      for (const one of before) one(original, kind);
      const old = read(original);
      const copy = (name: string) => {
        cpSync(original, join(base, name), { recursive: true, preserveTimestamps: true });
        return join(base, name);
      };
      const done = copy("done");
      change(done, kind);
      const fresh = read(done);

      let steps = 0;
      for (let error: unknown = "none yet"; error !== undefined; steps++) {
        const cacheDir = copy(`failed-at-${steps + 1}`);
        error = withFailingChange(steps + 1, errno, () => change(cacheDir, kind));
        expectFault(error, errno);
        expectOldOrNew(read(cacheDir), old, fresh);

        const segments = open(cacheDir, kind).segmentsOf(SERIES);
        expect(overlapping(segments)).toEqual([]);
        expect(readdirSync(join(cacheDir, kind.folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
        expectOldOrNew(read(cacheDir), old, fresh);

        change(cacheDir, kind);
        expect(read(cacheDir)).toEqual(fresh);
        expectIndexOfARebuild(cacheDir, kind);
        rmSync(cacheDir, { recursive: true });
      }
      expect(steps).toBeGreaterThan(8);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});

function open(cacheDir: string, { format, folder }: Kind): SeriesStore<SeriesRows> {
  const path = join(cacheDir, folder);
  return new SeriesStore(path, format, tidyFolder(path, format, T0).segments, MAX_ROWS);
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

function expectIndexOfARebuild(cacheDir: string, kind: Kind): void {
  const file = join(cacheDir, kind.folder, "cache_index.json");
  const index = readFileSync(file, "utf8");
  rmSync(file);
  open(cacheDir, kind);
  expect(readFileSync(file, "utf8")).toBe(index);
}
