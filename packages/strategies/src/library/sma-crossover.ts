import { z } from "zod";
import type { StrategyDefinition } from "../strategy-definition.ts";
import { allowed, directionParam } from "./direction.ts";

const params = z
  .strictObject({
    fast: z.int().min(1).max(100_000).default(50).describe("bars of the fast average"),
    slow: z.int().min(2).max(100_000).default(200).describe("bars of the slow average"),
    direction: directionParam,
  })
  .refine(({ fast, slow }) => fast < slow, {
    error: ({ input }) => {
      const { fast, slow } = input as { fast: number; slow: number };
      return `fast (${fast}) must be below slow (${slow})`;
    },
  });

/** Long when the fast average of closes crosses above the slow one, short when it crosses below. */
export const smaCrossover: StrategyDefinition<typeof params> = {
  name: "sma-crossover",
  summary: "follows the crossing of a fast and a slow moving average",
  params,
  create: ({ fast, slow, direction }, { indicators }) => ({
    name: "sma-crossover",
    warmUpBars: slow,
    watch(history) {
      const fastAverage = indicators.sma(history, fast);
      const slowAverage = indicators.sma(history, slow);
      // Kept from bar to bar: looking it up again costs a tenth of a whole run.
      let last: number | undefined;
      return () => {
        const before = last ?? sideOf(fastAverage.at(1) - slowAverage.at(1));
        const now = sideOf(fastAverage.at() - slowAverage.at());
        last = now;
        if (before === now || before === 0 || now === 0) return undefined;
        return {
          direction: allowed(now > 0 ? "long" : "short", direction),
          reason: now > 0 ? "fast average crossed above the slow one" : "fast average crossed below the slow one",
          data: { fast: fastAverage.at(), slow: slowAverage.at() },
        };
      };
    },
  }),
};

/** 1 above, −1 below, 0 on the line or where there is none. */
function sideOf(distance: number): 1 | 0 | -1 {
  if (distance > 0) return 1;
  return distance < 0 ? -1 : 0;
}
