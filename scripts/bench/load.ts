import { rmSync } from "node:fs";
import { join } from "node:path";
import { readSeries } from "@powertrader/core/files";
import { makeCache, ROWS } from "./candle-cache.ts";
import { type BenchRow, median, row, timed } from "./row.ts";

/** Reading a million candles: from segments, and from the columns that the first time left. */
export async function loadBench(): Promise<readonly BenchRow[]> {
  const cacheDir = makeCache();
  const load = () => {
    const series = readSeries(cacheDir, "bench", "BTC-USDT", "1min");
    if (series?.columns.length !== ROWS) throw new Error("the cache did not give all rows");
  };
  try {
    const first: number[] = [];
    for (let i = 0; i < 3; i++) {
      rmSync(join(cacheDir, "bench/.columns"), { recursive: true, force: true });
      first.push(await timed(load));
    }
    const second: number[] = [];
    for (let i = 0; i < 9; i++) second.push(await timed(load));
    return [
      row("load 1M candles from columns, sha256 verified", median(second), "ms", { atMost: 80 }),
      row("load 1M candles from segments, columns written", median(first) / 1000, "s", { atMost: 2.5 }),
    ];
  } finally {
    rmSync(cacheDir, { recursive: true });
  }
}
