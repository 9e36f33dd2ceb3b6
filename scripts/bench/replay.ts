import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeframeMs } from "@powertrader/core/market";
import { makeHourlyCache } from "./candle-cache.ts";
import { BINS, type Measured, measure } from "./child.ts";
import { type BenchRow, median, row } from "./row.ts";

const COINS = ["BTC", "ETH", "DOGE"];
/** Two years before the replay begins, as much as hints of training propose to fetch. */
const CACHED_FROM_MS = Date.UTC(2022, 0, 1);
const END_MS = Date.UTC(2024, 6, 1);

export const MODES = [
  { name: "in process", flags: [], atMost: 5 },
  { name: "processes", flags: ["--processes"], atMost: 15 },
] as const;

/**
 * `pt-replay` as a whole process: six months of hourly bars through PowerTrader, all trainings, all files written.
 * @param passes - measured, after one that is not
 */
export async function replayBench(
  passes = 5,
  modes: readonly (typeof MODES)[number][] = MODES,
): Promise<readonly BenchRow[]> {
  const cacheDir = makeHourlyCache(COINS, CACHED_FROM_MS, (END_MS - CACHED_FROM_MS) / timeframeMs("1hour"));
  const results = mkdtempSync(join(tmpdir(), "pt-bench-runs-"));
  let runs = 0;
  const replay = (flags: readonly string[]) => {
    const range = "--start-date 2024-01-01 --end-date 2024-07-01 --exchange bench --quiet".split(" ");
    const places = ["--cache-dir", cacheDir, "--output-dir", join(results, String(++runs))];
    return measure([BINS["pt-replay"], "--coins", COINS.join(","), ...range, ...places, ...flags], true);
  };
  const rows: BenchRow[] = [];
  try {
    for (const { name, flags, atMost } of modes) {
      const what = `six months, ${COINS.length} coins, 1h, PowerTrader, 26 trainings each, ${name}`;
      await replay(flags);
      const measured: Measured[] = [];
      while (measured.length < passes) measured.push(await replay(flags));
      const peakMb = Math.max(...measured.map((one) => one.peakMb));
      rows.push(row(what, median(measured.map(({ seconds }) => seconds)), "s", { atMost }));
      rows.push(row(`${what}, peak memory`, peakMb, "MB", { atMost: 400 }));
    }
    return rows;
  } finally {
    rmSync(cacheDir, { recursive: true });
    rmSync(results, { recursive: true });
  }
}
