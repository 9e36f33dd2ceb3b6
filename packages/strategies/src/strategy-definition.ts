import type { Timeframe } from "@powertrader/core/market";
import type { SignalSource, TraderPolicy } from "@powertrader/core/strategy";
import type { z } from "zod";
import type { IndicatorHub } from "./indicators/indicator-hub.ts";
import type { ModelSettings } from "./pattern-memory/model-settings.ts";
import type { ModelSource } from "./pattern-memory/model-source.ts";

/** What a strategy is given to make its signal source of. */
export interface SourceContext {
  readonly indicators: IndicatorHub;
  /** The run's own, in whose bars `warmUpBars` counts. */
  readonly timeframe: Timeframe;
  /** Where strategies with `training` find their models; `undefined` for the others. */
  readonly models: ModelSource | undefined;
}

/** What a strategy is given to make its trader policy of. */
export interface PolicyContext {
  /** In `--coins` order. */
  readonly symbols: readonly string[];
  /** Where the policy may keep files of its own; `undefined` when nothing is to be written. */
  readonly folder: string | undefined;
}

/** How the models of a strategy are made. */
export interface TrainingPlan {
  readonly settings: ModelSettings;
  /** Closed candles that every timeframe needs. */
  readonly minCandles: number | undefined;
  /** Days after its cutoff for which a model is listened to. */
  readonly freshDays: number;
}

/** A strategy that can be chosen by name. */
export interface StrategyDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** As on the command line. */
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** Strict: unknown parameters are errors. Every parameter has a default and a description. */
  readonly params: Schema;
  /** Settings of the run that it wants where nobody says anything, by their key. */
  readonly runDefaults?: Readonly<Record<string, unknown>>;
  /** Longer timeframes that it looks at, so that they can be read beforehand; none when absent. */
  higher?(params: z.output<Schema>): readonly Timeframe[];
  /** Its models are trained before and while it decides; absent when it has none. */
  training?(params: z.output<Schema>): TrainingPlan;
  /** Makes the signal source of one run. */
  create(params: z.output<Schema>, context: SourceContext): SignalSource;
  /** Makes the trader policy of one run; the default policy when absent. */
  createPolicy?(params: z.output<Schema>, context: PolicyContext): TraderPolicy;
}
