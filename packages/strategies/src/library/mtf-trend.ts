import { barsForHigher } from "@powertrader/core/market";
import { z } from "zod";
import type { StrategyDefinition } from "../strategy-definition.ts";
import { allowed, directionParam } from "./direction.ts";
import { refuseNoMultiple, timeframeParam } from "./higher-timeframe.ts";

const params = z
  .strictObject({
    fast: z.int().min(1).max(100_000).default(10).describe("bars of the fast average"),
    slow: z.int().min(2).max(100_000).default(30).describe("bars of the slow average"),
    timeframe: timeframeParam.default("4hour").describe("longer timeframe that gives the trend"),
    trend: z.int().min(1).max(10_000).default(50).describe("bars of the trend's average, of the longer timeframe"),
    direction: directionParam,
  })
  .refine(({ fast, slow }) => fast < slow, {
    error: ({ input }) => {
      const { fast, slow } = input as { fast: number; slow: number };
      return `fast (${fast}) must be below slow (${slow})`;
    },
  });

/**
 * Follows the crossings of two averages that agree with a longer timeframe: up while its last close is above its
 * average, down while it is below. A crossing against it closes.
 */
export const mtfTrend: StrategyDefinition<typeof params> = {
  name: "mtf-trend",
  summary: "follows crossings of two moving averages in the direction of a longer timeframe",
  params,
  higher: ({ timeframe }) => [timeframe],
  create: ({ fast, slow, timeframe, trend, direction }, { indicators, timeframe: base }) => {
    refuseNoMultiple("mtf-trend", timeframe, base);
    return {
      name: "mtf-trend",
      warmUpBars: Math.max(slow, barsForHigher(base, timeframe, trend)),
      watch(history) {
        const fastAverage = indicators.sma(history, fast);
        const slowAverage = indicators.sma(history, slow);
        const higher = history.higher(timeframe);
        const trendAverage = indicators.sma(higher, trend);
        return () => {
          const before = fastAverage.at(1) - slowAverage.at(1);
          const now = fastAverage.at() - slowAverage.at();
          if (!((before < 0 && now > 0) || (before > 0 && now < 0))) return undefined;
          const close = higher.close();
          const isWithTrend = now > 0 ? close > trendAverage.at() : close < trendAverage.at();
          return {
            direction: isWithTrend ? allowed(now > 0 ? "long" : "short", direction) : "close",
            reason: `fast average crossed ${now > 0 ? "above" : "below"} the slow one, ${isWithTrend ? "with" : "against"} the trend`,
            data: { fast: fastAverage.at(), slow: slowAverage.at(), trend: trendAverage.at(), trend_close: close },
          };
        };
      },
    };
  },
};
