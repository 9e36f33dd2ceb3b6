import { realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { asSystemError } from "@powertrader/core/errors";
import { BYTES_PER_ROW, decodeColumns, readBytes, sha256 } from "@powertrader/core/files";
import { type CandleColumns, isTimeframe, timeframeMs } from "@powertrader/core/market";
import { brokenFolder } from "./broken-folder.ts";
import type { RecordedSeries } from "./recorded-config.ts";

/** The bars of one series as the run folder keeps them. */
export interface SeriesBars {
  readonly symbol: string;
  readonly timeframe: string;
  readonly timeframeMs: number;
  /** Warm-up rows first, then the rows that were traded. */
  readonly columns: CandleColumns;
  readonly warmUpRows: number;
  /** Whether the bytes are those that the run recorded. */
  readonly isUnchanged: boolean;
}

const BARS_FILE = /^bars\/[A-Za-z0-9][A-Za-z0-9_.-]*\.f64$/;

/**
 * The bars of a series, or `undefined` when the run kept none.
 * @throws PtError E_RUN_FOLDER when the file is named outside of the folder or has not the recorded number of rows
 */
export function readBars(folder: string, series: RecordedSeries): SeriesBars | undefined {
  const path = join(folder, series.file);
  const hint = "The run folder is damaged or was edited; run the backtest again.";
  if (!BARS_FILE.test(series.file)) {
    throw brokenFolder(join(folder, "config.json"), "names bars outside of the run folder", hint);
  }
  if (!isTimeframe(series.timeframe)) {
    throw brokenFolder(join(folder, "config.json"), "records bars of an unknown timeframe", hint);
  }
  let bytes: ArrayBuffer;
  try {
    if (!realpathSync(path).startsWith(`${realpathSync(folder)}${sep}`)) {
      throw brokenFolder(path, "leads out of the run folder", hint);
    }
    bytes = readBytes(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw asSystemError(error, path);
  }
  const columns = decodeColumns(bytes);
  if (columns?.length !== series.rows) {
    const rows = bytes.byteLength / BYTES_PER_ROW;
    throw brokenFolder(path, `holds ${rows} rows, config.json records ${series.rows}`, hint);
  }
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    timeframeMs: timeframeMs(series.timeframe),
    columns,
    warmUpRows: Math.min(series.warm_up_rows, series.rows),
    isUnchanged: sha256(new Uint8Array(bytes)) === series.sha256,
  };
}
