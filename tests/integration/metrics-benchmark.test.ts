import { buyAndHold } from "@powertrader/core/metrics";
import { describe, expect, it } from "vitest";
import { walk } from "../fixtures/candle-cache.ts";
import { runScripted, START_MS } from "../fixtures/scripted-run.ts";

describe.each(["next-open", "close"] as const)(
  "the benchmark beside a strategy that buys and holds, filling at %s",
  (fillAt) => {
    it.each([1, 2, 3, 4, 5])("draws the same curve bit for bit (walk %i)", async (seed) => {
      const columns = walk(START_MS, "1hour", 400, seed);
      columns.volume.fill(1e12);
      const { run, equity } = await runScripted({
        coins: { "BTC-USDT": { symbol: "BTC-USDT", timeframe: "1hour", columns, warmUpRows: 7 } },
        script: () => "long",
        warmUpBars: 20,
        model: { fill_at: fillAt },
        initialCapital: 12_345.67,
      });
      const { timeMs, length } = run.curve.toColumns();
      const benchmark = buyAndHold({
        series: run.markets.map((market) => ({
          columns: market.columns,
          timeframeMs: market.timeframeMs,
          firstDecisionMs: market.firstDecisionMs,
        })),
        timeMs,
        length,
        initialCapital: 12_345.67,
        fillAt,
      });
      expect([...benchmark]).toEqual(equity);
      expect(new Set(equity).size).toBeGreaterThan(300);
    });
  },
);
