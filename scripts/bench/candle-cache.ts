import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeSegment,
  MAX_SEGMENT_ROWS,
  metaFileName,
  segmentFileName,
  sha256,
  writeFileAtomic,
} from "@powertrader/core/files";
import { type CandleColumns, sliceColumns, type Timeframe, timeframeMs } from "@powertrader/core/market";
import { candles } from "./baseline.mjs";

export const ROWS = 1_000_000;
/** When the first of the baseline's candles opens. */
export const START = "2020-01-01";

/** A cache folder with a million one-minute candles of BTC-USDT on the exchange `bench`, as segments. */
export function makeCache(): string {
  const cacheDir = mkdtempSync(join(tmpdir(), "pt-bench-"));
  writeSegments(cacheDir, "BTC-USDT", "1min", { length: ROWS, ...candles(ROWS) });
  return cacheDir;
}

/** A cache folder with hourly candles of several coins from `fromMs` on, each a walk of its own. */
export function makeHourlyCache(coins: readonly string[], fromMs: number, rows: number): string {
  const cacheDir = mkdtempSync(join(tmpdir(), "pt-bench-"));
  coins.forEach((coin, i) => {
    const columns = { length: rows, ...candles(rows, i + 1) };
    for (let row = 0; row < rows; row++) columns.time[row] = fromMs + row * timeframeMs("1hour");
    writeSegments(cacheDir, `${coin}-USDT`, "1hour", columns);
  });
  return cacheDir;
}

function writeSegments(cacheDir: string, symbol: string, timeframe: Timeframe, columns: CandleColumns): void {
  for (let from = 0; from < columns.length; from += MAX_SEGMENT_ROWS) {
    const part = sliceColumns(columns, from, Math.min(columns.length, from + MAX_SEGMENT_ROWS));
    writeSegment(join(cacheDir, "bench"), symbol, timeframe, part);
  }
}

function writeSegment(folder: string, symbol: string, timeframe: Timeframe, part: CandleColumns): void {
  const fromMs = part.time[0]!;
  const toMs = part.time[part.length - 1]! + timeframeMs(timeframe);
  const file = segmentFileName({ symbol, timeframe, fromMs, toMs });
  const text = encodeSegment(part);
  const meta = {
    sha256: sha256(text),
    fetched_at: 1,
    candle_count: part.length,
    source: "synthetic:bench",
    covers: [[fromMs / 1000, toMs / 1000]],
    asked_empty: [],
    revisions: 0,
  };
  writeFileAtomic(join(folder, file), text, { durable: false });
  writeFileAtomic(join(folder, metaFileName(file)), JSON.stringify(meta), { durable: false });
}
