import { z } from "zod";
import type { StrategyDefinition } from "../strategy-definition.ts";

const params = z.strictObject({});

/** Long at the first bar, for good. */
export const buyAndHold: StrategyDefinition<typeof params> = {
  name: "buy-and-hold",
  summary: "buys at the first bar and keeps",
  params,
  create: () => ({
    name: "buy-and-hold",
    warmUpBars: 0,
    watch() {
      let bought = false;
      return () => {
        if (bought) return undefined;
        bought = true;
        return { direction: "long", reason: "first bar" };
      };
    },
  }),
};
