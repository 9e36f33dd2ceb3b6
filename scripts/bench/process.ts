import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCache, START } from "./candle-cache.ts";
import { BINS, type Measured, measure } from "./child.ts";
import { type BenchRow, median, row } from "./row.ts";

const SMA = "--size 0.001 --min-notional 0 --strategy sma-crossover --param fast=10 --param slow=30";

const CASES = [
  { name: "breakout", flags: "--strategy breakout --param lookback=2000 --equity-interval 1h", atMost: 0.5 },
  {
    name: "sma 10/30 long",
    flags: `${SMA} --param direction=long --equity-interval 1h`,
    atMost: 0.9,
  },
  {
    name: "sma 10/30 both directions",
    flags: `${SMA} --equity-interval 1h`,
    atMost: 1.3,
  },
  {
    name: "sma 10/30 long, every tick in equity.jsonl",
    flags: `${SMA} --param direction=long`,
    atMost: 1.6,
  },
] as const;

/** `pt-replay` as a whole process on a million candles that lie in the cache, all files written. */
export async function processBench(): Promise<readonly BenchRow[]> {
  const cacheDir = makeCache();
  const results = mkdtempSync(join(tmpdir(), "pt-bench-runs-"));
  let runs = 0;
  const replay = (flags: string, withMemory = false) => {
    const common = `--exchange bench --coins BTC --timeframe 1m --start-date ${START} --cache-dir ${cacheDir} --quiet`;
    const out = join(results, String(++runs));
    return measure([BINS["pt-replay"], ...common.split(" "), ...flags.split(" "), "--output-dir", out], withMemory);
  };
  const rows: BenchRow[] = [];
  try {
    await replay(CASES[0].flags);
    const bare = await seconds(() => measure(["-e", "0"]));
    rows.push(row("node -e 0", bare, "s"));
    for (const { name, flags, atMost } of CASES) {
      const whole = await seconds(() => replay(flags));
      rows.push(row(`1M candles, ${name}`, whole, "s", { atMost }));
      rows.push(row(`1M candles, ${name} ÷ node -e 0`, whole / bare, "×"));
      rows.push(row(`1M candles, ${name}, peak memory`, (await replay(flags, true)).peakMb, "MB", { atMost: 300 }));
    }
    return rows;
  } finally {
    rmSync(cacheDir, { recursive: true });
    rmSync(results, { recursive: true });
  }
}

/** Median of five. */
async function seconds(run: () => Promise<Measured>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push((await run()).seconds);
  return median(times);
}
