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
import { type CandleColumns, MINUTE_MS, sliceColumns } from "@powertrader/core/market";
import { candles } from "./baseline.mjs";

export const ROWS = 1_000_000;
/** When the first of the baseline's candles opens. */
export const START = "2020-01-01";

/** A cache folder with a million one-minute candles of BTC-USDT on the exchange `bench`, as segments. */
export function makeCache(): string {
  const cacheDir = mkdtempSync(join(tmpdir(), "pt-bench-"));
  const columns: CandleColumns = { length: ROWS, ...candles(ROWS) };
  for (let from = 0; from < ROWS; from += MAX_SEGMENT_ROWS) {
    writeSegment(join(cacheDir, "bench"), sliceColumns(columns, from, Math.min(ROWS, from + MAX_SEGMENT_ROWS)));
  }
  return cacheDir;
}

function writeSegment(folder: string, part: CandleColumns): void {
  const fromMs = part.time[0]!;
  const toMs = part.time[part.length - 1]! + MINUTE_MS;
  const file = segmentFileName({ symbol: "BTC-USDT", timeframe: "1min", fromMs, toMs });
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
