import type { HistoryView } from "@powertrader/core/strategy";
import { bodyOf } from "../pattern-memory/body-distance.ts";
import type { ModelSource } from "../pattern-memory/model-source.ts";
import { predict } from "../pattern-memory/predict.ts";
import { PATTERN_TIMEFRAMES, type TimeframeModel } from "../pattern-memory/timeframe-model.ts";

/** How far up and down a candle that is forming is expected to reach. */
export interface Lines {
  readonly high: number;
  readonly low: number;
}

/** What a timeframe expects; `undefined` while it is inactive: nothing alike is remembered, or no model or candle is there. */
export type MaybeLines = Lines | undefined;

type Model = NonNullable<ReturnType<ModelSource["modelAt"]>>;

/** What is expected of one coin on every timeframe. Found anew only where a candle has closed or the model is another. */
export class ExpectedLines {
  /** In the order of `PATTERN_TIMEFRAMES`. */
  readonly lines: MaybeLines[] = PATTERN_TIMEFRAMES.map(() => undefined);
  readonly #views: readonly HistoryView[];
  readonly #candleMs: number[] = PATTERN_TIMEFRAMES.map(() => Number.NaN);
  #models: Model["timeframes"] | undefined;

  constructor(history: HistoryView) {
    this.#views = PATTERN_TIMEFRAMES.map((timeframe) => history.higher(timeframe));
  }

  /**
   * Brings the lines up to the last closed candles. Returns whether any may have changed.
   * @param model - `undefined` for none, which expects nothing
   */
  update(model: Model | undefined): boolean {
    const isSameModel = model?.timeframes === this.#models;
    this.#models = model?.timeframes;
    let isChanged = false;
    for (let i = 0; i < this.#views.length; i++) {
      const candleMs = this.#views[i]!.time();
      if (isSameModel && Object.is(candleMs, this.#candleMs[i])) continue;
      this.#candleMs[i] = candleMs;
      this.lines[i] = linesAfter(this.#views[i]!, model?.timeframes[PATTERN_TIMEFRAMES[i]!]);
      isChanged = true;
    }
    return isChanged;
  }
}

/** What a model expects after the last closed candle. Weights can carry a line below 0, where no price is: nothing then. */
function linesAfter(view: HistoryView, model: TimeframeModel | undefined): MaybeLines {
  if (model === undefined || view.length === 0) return undefined;
  const { isActive, high, low } = predict(model, bodyOf(view.open(), view.close()), view.close());
  return isActive && high > 0 && low > 0 ? { high, low } : undefined;
}
