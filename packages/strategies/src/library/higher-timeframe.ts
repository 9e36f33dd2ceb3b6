import { PtError } from "@powertrader/core/errors";
import { parseTimeframe, shortTimeframe, TIMEFRAMES, type Timeframe, timeframeMs } from "@powertrader/core/market";
import { z } from "zod";

/** A timeframe as strategies take it: `4h` or `4hour`. */
export const timeframeParam = z.string().transform((text, context): Timeframe => {
  try {
    return parseTimeframe(text);
  } catch {
    context.addIssue(`must be one of ${TIMEFRAMES.map(shortTimeframe).join(" ")}`);
    return z.NEVER;
  }
});

/** @throws PtError E_STRATEGY_PARAM when bars of `timeframe` are not made of whole bars of the run's own */
export function refuseNoMultiple(strategy: string, timeframe: Timeframe, base: Timeframe): void {
  if (timeframeMs(timeframe) % timeframeMs(base) === 0) return;
  throw new PtError(
    "E_STRATEGY_PARAM",
    `${strategy}: timeframe = ${shortTimeframe(timeframe)}: must be a multiple of the run's ${shortTimeframe(base)}`,
    { hint: "Choose a longer --param timeframe=, or run on a shorter --timeframe." },
  );
}
