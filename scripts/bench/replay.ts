import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeHourlyCache } from "./candle-cache.ts";
import { BINS, measure } from "./child.ts";
import { type BenchRow, median, row } from "./row.ts";

const COINS = ["BTC", "ETH", "DOGE"];
/** Two years before the replay begins, as much as hints of training propose to fetch. */
const CACHED_FROM_MS = Date.UTC(2022, 0, 1);
const END_MS = Date.UTC(2024, 6, 1);

const MODES = [{ name: "in process", flags: [], atMost: 5 }] as const;

/** `pt-replay` as a whole process: six months of hourly bars through PowerTrader, all trainings, all files written. */
export async function replayBench(): Promise<readonly BenchRow[]> {
  const cacheDir = makeHourlyCache(COINS, CACHED_FROM_MS, (END_MS - CACHED_FROM_MS) / 3_600_000);
  const results = mkdtempSync(join(tmpdir(), "pt-bench-runs-"));
  let runs = 0;
  const replay = (flags: readonly string[], withMemory = false) => {
    const range = "--start-date 2024-01-01 --end-date 2024-07-01 --exchange bench --quiet".split(" ");
    const places = ["--cache-dir", cacheDir, "--output-dir", join(results, String(++runs))];
    return measure([BINS["pt-replay"], "--coins", COINS.join(","), ...range, ...places, ...flags], withMemory);
  };
  const rows: BenchRow[] = [];
  try {
    for (const { name, flags, atMost } of MODES) {
      const what = `six months, ${COINS.length} coins, 1h, PowerTrader, 26 trainings each, ${name}`;
      await replay(flags);
      const times: number[] = [];
      for (let i = 0; i < 5; i++) times.push((await replay(flags)).seconds);
      rows.push(row(what, median(times), "s", { atMost }));
      rows.push(row(`${what}, peak memory`, (await replay(flags, true)).peakMb, "MB", { atMost: 400 }));
    }
    return rows;
  } finally {
    rmSync(cacheDir, { recursive: true });
    rmSync(results, { recursive: true });
  }
}
