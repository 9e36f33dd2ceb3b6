import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeTrade, readJsonl, resultSchema } from "@powertrader/core/files";
import { shortTimeframe, timeframeMs } from "@powertrader/core/market";
import { loadModel, PATTERN_TIMEFRAMES } from "@powertrader/strategies/pattern-memory";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram as createCache } from "../../packages/cache/src/commands/program.ts";
import { createProgram as createReplay } from "../../packages/replay/src/commands/program.ts";
import { newFolder, SHARED } from "../fixtures/bin.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const fileOf = (timeframe: string) => join(SHARED, `data/kucoin_BTCUSDT_${timeframe}.csv.gz`);
const FILES = PATTERN_TIMEFRAMES.map(shortTimeframe);
const isThere = FILES.every((timeframe) => existsSync(fileOf(timeframe)));
if (!isThere) console.warn(`skipped: real candles are not at ${SHARED}`);

const folder = newFolder();
const cacheDir = join(folder, "cache");
const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

async function replay(name: string, ...flags: readonly string[]): Promise<string> {
  const run = join(folder, name);
  const range = ["--start-date", "2022-03-01", "--end-date", "2022-05-01"];
  await runInProcess(createReplay, [
    ...["--cache-dir", cacheDir, "--exchange", "kucoin", "--coins", "BTC", ...range],
    ...["--output-dir", run, "--quiet", ...flags],
  ]);
  return run;
}

describe.skipIf(!isThere)("PowerTrader on BTC of KuCoin in seven timeframes (skipped without ../shared)", () => {
  beforeAll(async () => {
    for (const timeframe of FILES) {
      const series = ["--exchange", "kucoin", "--symbol", "BTC-USDT", "--timeframe", timeframe];
      await runInProcess(createCache, ["import", fileOf(timeframe), ...series, "--cache-dir", cacheDir, "--quiet"]);
    }
  });

  it.each([
    ["aggregate", "1hour"],
    ["stored", "venue"],
  ])("learns every week from what had closed, with longer candles of one kind: %s", async (kind, madeOf) => {
    const run = await replay(kind, "--higher-timeframes", kind);
    const models = join(run, "models/BTC");
    const cutoffs = readdirSync(models).filter((name) => name.startsWith("2022"));
    expect(cutoffs).toHaveLength(9);
    for (const cutoff of cutoffs) {
      const { manifest, cutoffMs } = loadModel(join(models, cutoff));
      for (const { timeframe, last_candle_ts, made_of } of manifest.timeframes) {
        const closedMs = last_candle_ts * 1000 + timeframeMs(timeframe);
        expect(closedMs).toBeLessThanOrEqual(cutoffMs);
        expect(closedMs).toBeGreaterThan(cutoffMs - 2 * timeframeMs(timeframe));
        expect(made_of).toBe(timeframe === "1hour" ? "venue" : madeOf);
      }
    }
  });

  it("keeps books that agree with each other, and says what the capital at work made", async () => {
    const run = join(folder, "aggregate");
    const result = resultSchema.parse(json(join(run, "result.json")));
    const trades = readJsonl(join(run, "trades.jsonl"), decodeTrade);
    const hub = json(join(run, "hub_data/pnl_ledger.json"));
    expect(trades.length).toBeGreaterThan(3);
    expect(hub.total_realized_profit_usd).toBeCloseTo(
      trades.reduce((sum, { pnl }) => sum + pnl, 0),
      9,
    );
    const status = json(join(run, "hub_data/trader_status.json"));
    expect(status.account.total_account_value).toBeCloseTo(result.final_equity, 9);
    expect(status.timestamp).toBe(result.end_ts);
    const { peak_deployed: peak, return_on_deployed: gain } = result.metrics;
    expect(peak).toBeGreaterThan(0.5);
    expect(gain).toBeCloseTo((result.final_equity - result.initial_capital) / peak!, 12);
  });

  it("says nothing any more once its model is two weeks old", async () => {
    const run = await replay("once", "--no-walk-forward");
    const lines = readFileSync(join(run, "signals.jsonl"), "utf8").trim().split("\n");
    const { ts, data } = JSON.parse(lines.at(-1)!);
    expect(ts).toBeLessThanOrEqual(Date.UTC(2022, 2, 15, 1) / 1000);
    expect(ts).toBeGreaterThan(Date.UTC(2022, 2, 14) / 1000);
    expect(data).toMatchObject({ long_level: 0, short_level: 0 });
    expect(readdirSync(join(run, "models/BTC"))).toContain("2022-03-01");
  });
});
