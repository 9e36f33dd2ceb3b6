import { z } from "zod";
import type { StrategyDefinition } from "../strategy-definition.ts";
import { allowed, directionParam } from "./direction.ts";

const params = z.strictObject({
  lookback: z.int().min(1).max(1_000_000).default(20).describe("bars whose range has to be left"),
  direction: directionParam,
});

/** Long when a bar closes above the high of the bars before it, short when it closes below their low (Donchian). */
export const breakout: StrategyDefinition<typeof params> = {
  name: "breakout",
  summary: "follows a close outside the range of the last bars",
  params,
  create: ({ lookback, direction }, { indicators }) => ({
    name: "breakout",
    warmUpBars: lookback,
    watch(history) {
      const highest = indicators.highest(history, lookback);
      const lowest = indicators.lowest(history, lookback);
      let last: "long" | "short" | undefined;
      return () => {
        const close = history.close();
        const broken = close > highest.at(1) ? "long" : close < lowest.at(1) ? "short" : undefined;
        if (broken === undefined || broken === last) return undefined;
        last = broken;
        return {
          direction: allowed(broken, direction),
          reason: `closed ${broken === "long" ? "above the high" : "below the low"} of the last ${lookback} bars`,
          data: { close, level: broken === "long" ? highest.at(1) : lowest.at(1) },
        };
      };
    },
  }),
};
