import { PtError } from "@powertrader/core/errors";
import type { SeriesRows } from "@powertrader/core/files";
import { shortTimeframe, TIMEFRAMES, type Timeframe, timeframeMs } from "@powertrader/core/market";
import type { RawRows } from "./raw-rows.ts";
import type { Rejection } from "./rejections.ts";
import type { SortedRows } from "./sort-rows.ts";

/** What a file held. */
export interface RowsReport {
  /** Rows met in the file. */
  readonly read: number;
  /** Rows that repeat another one. */
  readonly duplicates: number;
  /** Rows that say something else of a bar than the row that was taken. */
  readonly conflicting: number;
  /** The first of them. */
  readonly conflicts: readonly Rejection[];
  readonly rejected: number;
  /** The first rejected rows. */
  readonly rejections: readonly Rejection[];
  /** What the numbers of conflicts and rejections count. */
  readonly unit: "line" | "element";
}

const LISTED = 100;

/** What became of the rows of the file before the cache saw them. */
export function reportRows(
  { read, rejections, unit }: RawRows<SeriesRows>,
  { duplicates, conflicts }: SortedRows<SeriesRows>,
): RowsReport {
  return {
    read,
    duplicates,
    conflicting: conflicts.count,
    conflicts: conflicts.first(LISTED),
    rejected: rejections.count,
    rejections: rejections.first(LISTED),
    unit,
  };
}

/** What the rows should be. */
export interface AskedSeries {
  readonly timeframe: Timeframe;
  /** `candle` */
  readonly noun: string;
}

/** The timeframe that most neighbouring rows are apart, unless it is `asked`. */
export function suggestTimeframe({ buffer }: RawRows<SeriesRows>, asked: Timeframe): Timeframe | undefined {
  const { time, length } = buffer.rows;
  const counts = new Map<number, number>();
  for (let i = 1; i < Math.min(length, 2000); i++) {
    const apartMs = Math.abs(time[i]! - time[i - 1]!);
    counts.set(apartMs, (counts.get(apartMs) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  const found = most === undefined ? undefined : TIMEFRAMES.find((timeframe) => timeframeMs(timeframe) === most[0]);
  return found === asked ? undefined : found;
}

/** @throws PtError E_IMPORT unless more than half of the rows are good */
export function refuseBadRows(
  name: string,
  rows: RowsReport,
  { timeframe, noun }: AskedSeries,
  looksLike: Timeframe | undefined,
): void {
  if (rows.read === 0) {
    throw new PtError("E_IMPORT", `${name} holds no rows`, { hint: "Check that it is the file you mean, and whole." });
  }
  const good = rows.read - rows.rejected - rows.conflicting;
  if (good * 2 > rows.read) return;
  const what = good === 0 ? "none of its rows" : `only ${good} of ${rows.read} rows`;
  const [first] = [...rows.rejections, ...rows.conflicts];
  const why = first === undefined ? "" : ` (${rows.unit} ${first.line}: ${first.reason})`;
  const hint =
    looksLike === undefined
      ? "Check --timeframe, --columns and --calendar against the file, and that it holds one series only."
      : `The rows are ${shortTimeframe(looksLike)} apart: is --timeframe ${shortTimeframe(looksLike)} meant?`;
  throw new PtError("E_IMPORT", `${name}: ${what} can be stored as ${shortTimeframe(timeframe)} ${noun}s${why}`, {
    hint,
    details: { ...rows },
  });
}

/**
 * Bars that are longer than asked for would be stored as short ones with gaps between them.
 * @throws PtError E_IMPORT when most rows are the longer timeframe `looksLike` apart, and none closer
 */
export function refuseLongerBars(
  name: string,
  { time, length }: SeriesRows,
  { timeframe, noun }: AskedSeries,
  looksLike: Timeframe | undefined,
): void {
  if (looksLike === undefined || length < 3) return;
  const foundMs = timeframeMs(looksLike);
  if (foundMs < timeframeMs(timeframe) || time.some((openMs, i) => i > 0 && openMs - time[i - 1]! < foundMs)) return;
  const [found, asked] = [shortTimeframe(looksLike), shortTimeframe(timeframe)];
  throw new PtError(
    "E_IMPORT",
    `${name} holds ${found} ${noun}s, not ${asked}: no two rows are less than ${found} apart`,
    {
      hint: `Give --timeframe ${found}; if most ${asked} ${noun}s are meant to be missing, add --calendar as-is.`,
      details: { timeframe, looks_like: looksLike },
    },
  );
}
