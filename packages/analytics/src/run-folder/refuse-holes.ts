import { join } from "node:path";
import type { PtError } from "@powertrader/core/errors";
import { type Result, RUN_FILES } from "@powertrader/core/files";
import { formatMinute } from "@powertrader/core/format";
import { bucketOpen, isTimeframe, timeframeMs } from "@powertrader/core/market";
import { brokenFolder } from "./broken-folder.ts";
import type { SeriesBars } from "./read-bars.ts";
import type { EquityRows } from "./read-equity.ts";

/** What says which rows `equity.jsonl` must have. */
export interface EquityNeeds {
  readonly result: Result;
  /** `--equity-interval`: only the last tick of every interval has a row. */
  readonly interval: string | null;
  readonly bars: readonly SeriesBars[];
}

/**
 * Refuses equity with a row too few or too many. Which one is missing can be told as far as the folder keeps the bars;
 * without them rows inside of a thinned curve are not missed.
 * @throws PtError E_EQUITY naming the line at which a row is missing
 */
export function refuseHoles(folder: string, equity: EquityRows, needs: EquityNeeds): void {
  const { result, interval } = needs;
  const path = join(folder, RUN_FILES.equity);
  const hole = firstHole(equity, needs);
  if (hole !== undefined) {
    throw damaged(`${path}:${hole.row + 1}`, `the row of ${formatMinute(hole.timeMs)} UTC is missing`);
  }
  if (interval !== null || equity.length === result.bars + 1) return;
  throw damaged(path, `holds ${equity.length} rows, the start and ${result.bars} bars make ${result.bars + 1}`);
}

function damaged(where: string, what: string): PtError {
  return brokenFolder(where, what, "The run folder is damaged; run the backtest again.", undefined, "E_EQUITY");
}

interface Hole {
  /** The row that should have been the missing one. */
  readonly row: number;
  readonly timeMs: number;
}

/** The first moment that should have a row: the start, or a close of the run in whose interval there is none. */
function firstHole(equity: EquityRows, { result, interval, bars }: EquityNeeds): Hole | undefined {
  const startMs = Math.round(result.start_ts * 1000);
  if (equity.timeMs[0] !== startMs) return { row: 0, timeMs: startMs };
  const intervalOf = intervals(interval);
  if (intervalOf === undefined) return undefined;
  const holes = bars
    .filter((series) => series.isUnchanged)
    .flatMap((series) => holeIn(equity, series, result.end_ts * 1000, intervalOf) ?? []);
  return holes.reduce<Hole | undefined>((a, b) => (a !== undefined && a.timeMs <= b.timeMs ? a : b), undefined);
}

/** The interval a close belongs to, by a number: without thinning every close is one of its own. */
function intervals(interval: string | null): ((timeMs: number) => number) | undefined {
  if (interval === null) return (timeMs) => timeMs;
  if (!isTimeframe(interval)) return undefined;
  const lengthMs = timeframeMs(interval);
  return (timeMs) => bucketOpen(timeMs - 1, lengthMs);
}

/** The first close of a series, up to the end of the run, in whose interval no row lies. */
function holeIn(
  { timeMs: rows }: EquityRows,
  { columns, warmUpRows, timeframeMs: lengthMs }: SeriesBars,
  endMs: number,
  intervalOf: (timeMs: number) => number,
): Hole | undefined {
  let row = 1;
  for (let bar = warmUpRows; bar < columns.length; bar++) {
    const closeMs = columns.time[bar]! + lengthMs;
    if (closeMs > endMs) return undefined;
    const wanted = intervalOf(closeMs);
    while (row < rows.length && intervalOf(rows[row]!) < wanted) row++;
    if (row === rows.length || intervalOf(rows[row]!) !== wanted) return { row, timeMs: closeMs };
  }
  return undefined;
}
