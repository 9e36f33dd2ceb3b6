import type { Timeframe } from "@powertrader/core/market";
import type { SignalSource } from "@powertrader/core/strategy";
import type { z } from "zod";
import type { IndicatorHub } from "./indicators/indicator-hub.ts";

/** A strategy that can be chosen by name. */
export interface StrategyDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** As on the command line. */
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** Strict: unknown parameters are errors. Every parameter has a default and a description. */
  readonly params: Schema;
  /** Longer timeframes that it looks at, so that they can be read beforehand; none when absent. */
  higher?(params: z.output<Schema>): readonly Timeframe[];
  /**
   * Makes the signal source of one run.
   * @param timeframe - the run's own, in whose bars `warmUpBars` counts
   */
  create(params: z.output<Schema>, indicators: IndicatorHub, timeframe: Timeframe): SignalSource;
}
