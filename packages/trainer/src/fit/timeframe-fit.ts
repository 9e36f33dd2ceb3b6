import { type CandleColumns, timeframeMs } from "@powertrader/core/market";
import {
  bodyOf,
  type ModelSettings,
  PatternMemory,
  type PatternTimeframe,
  type TimeframeFile,
} from "@powertrader/strategies/pattern-memory";
import { adaptThreshold, FIRST_THRESHOLD } from "./adapt-threshold.ts";
import { adjustWeight, WEIGHT_RULES } from "./adjust-weight.ts";

/** Where an earlier training of the same candles stopped. */
export interface EarlierFit {
  /** Continued in place. */
  readonly learnt: TimeframeFile;
  /** Rows that had closed then: the last one has been a label, but no pattern yet. */
  readonly candles: number;
}

/**
 * One chronological pass over the closed candles of a timeframe, in as many parts as the caller likes. Each candle is a
 * pattern, the one after it says what came: memories that are alike are weighed by it; where there is none, it becomes a
 * memory. Candles with a hole between them teach nothing about each other.
 */
export class TimeframeFit {
  readonly #timeframe: PatternTimeframe;
  readonly #columns: CandleColumns;
  readonly #memory: PatternMemory;
  readonly #isLearning: boolean;
  #threshold: number;
  #patterns: number;
  #row: number;

  /** @param columns - candles that had closed by the cutoff, and no others */
  constructor(
    timeframe: PatternTimeframe,
    columns: CandleColumns,
    settings: Pick<ModelSettings, "weights">,
    earlier?: EarlierFit,
  ) {
    this.#timeframe = timeframe;
    this.#columns = columns;
    this.#isLearning = settings.weights === "learned";
    this.#memory = earlier?.learnt.memory ?? new PatternMemory();
    this.#threshold = earlier?.learnt.threshold ?? FIRST_THRESHOLD;
    this.#patterns = earlier?.learnt.patterns ?? 0;
    this.#row = Math.max(0, (earlier?.candles ?? 0) - 1);
  }

  /** Candles that are still to be looked at. */
  get left(): number {
    return Math.max(0, this.#columns.length - 1 - this.#row);
  }

  /** Looks at the next `count` candles, or at all that are left. */
  advance(count = Number.POSITIVE_INFINITY): void {
    const { time } = this.#columns;
    const lengthMs = timeframeMs(this.#timeframe);
    const end = this.#row + Math.min(count, this.left);
    for (; this.#row < end; this.#row++) {
      if (time[this.#row + 1]! - time[this.#row]! === lengthMs) this.#learn(this.#row);
    }
  }

  /** What has been learnt so far. */
  result(): TimeframeFile {
    return {
      timeframe: this.#timeframe,
      threshold: this.#threshold,
      patterns: this.#patterns,
      memory: this.#memory,
    };
  }

  #learn(row: number): void {
    const { time, open, high, low, close } = this.#columns;
    const price = close[row]!;
    const body = bodyOf(open[row]!, price);
    const closeMove = bodyOf(price, close[row + 1]!);
    const highMove = bodyOf(price, high[row + 1]!);
    const lowMove = bodyOf(price, low[row + 1]!);

    const alike = this.#memory.matches(body, this.#threshold);
    if (this.#isLearning) this.#weigh(alike, closeMove, highMove, lowMove);
    this.#threshold = adaptThreshold(this.#threshold, alike.length);
    this.#patterns++;
    if (alike.length > 0) return;
    const moves = { close: closeMove, high: highMove, low: lowMove };
    this.#memory.add({ timeMs: time[row]!, body, ...moves, closeWeight: 1, highWeight: 1, lowWeight: 1 });
  }

  #weigh(alike: Uint32Array, closeMove: number, highMove: number, lowMove: number): void {
    const { close, high, low, closeWeight, highWeight, lowWeight } = this.#memory;
    for (let i = 0; i < alike.length; i++) {
      const row = alike[i]!;
      closeWeight[row] = adjustWeight(closeWeight[row]!, close[row]!, closeMove, WEIGHT_RULES.close);
      highWeight[row] = adjustWeight(highWeight[row]!, high[row]!, highMove, WEIGHT_RULES.high);
      lowWeight[row] = adjustWeight(lowWeight[row]!, low[row]!, lowMove, WEIGHT_RULES.low);
    }
  }
}
