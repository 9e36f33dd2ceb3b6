import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodeEquity, faultOf, RUN_FILES, readLines } from "@powertrader/core/files";
import { brokenFolder } from "./broken-folder.ts";

/** The rows of `equity.jsonl`: the start with the initial capital, then ticks. */
export interface EquityRows {
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  readonly length: number;
}

/** 10000-01-01, past every date a report can print. */
const END_OF_TIME_MS = 253_402_300_800_000;

/**
 * Reads `equity.jsonl` of a run folder.
 * @throws PtError E_EQUITY when times do not ascend, E_RUN_FOLDER when the file is missing, empty or damaged
 */
export function readEquity(folder: string): EquityRows {
  const path = join(folder, RUN_FILES.equity);
  const again = "The run folder is damaged; run the backtest again.";
  if (!existsSync(path)) throw brokenFolder(path, "is missing", again);
  const columns = [new GrowingColumn(), new GrowingColumn(), new GrowingColumn()] as const;
  const [timeMs, equity, cash] = columns;
  let before = -Infinity;
  for (const line of readLines(path)) {
    const row = timeMs.length;
    const at = `${path}:${row + 1}`;
    let point: ReturnType<typeof decodeEquity>;
    try {
      point = decodeEquity(JSON.parse(line));
    } catch (error) {
      throw brokenFolder(at, faultOf(error), again, error);
    }
    if (!(point.tsMs > before && point.tsMs < END_OF_TIME_MS)) {
      const what = point.tsMs === before ? "repeats the time of the row before" : "does not come after the row before";
      throw brokenFolder(at, `time ${point.tsMs / 1000} ${what}`, again, undefined, "E_EQUITY");
    }
    before = point.tsMs;
    timeMs.push(point.tsMs);
    equity.push(point.equity);
    cash.push(point.cash);
  }
  if (timeMs.length === 0) throw brokenFolder(path, "has no rows; the first should be the start of the run", again);
  return { timeMs: timeMs.values(), equity: equity.values(), cash: cash.values(), length: timeMs.length };
}

/** A Float64 column of unknown length. */
class GrowingColumn {
  length = 0;
  #values = new Float64Array(4096);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}
