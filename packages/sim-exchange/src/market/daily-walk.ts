import { createStream } from "@powertrader/core/random";
import { createRegimes } from "./regimes.ts";
import { createTrends } from "./trends.ts";

/** How a walk moves, in logarithms of price. */
export interface WalkCharacter {
  /** Standard deviation of one day in the normal regime. */
  readonly dayDeviation: number;
  /** Standard deviation of the drift that a trend adds per day. */
  readonly driftDeviation: number;
  /** Share of the distance from 0 that is pulled back per day. */
  readonly pull: number;
}

/** Where a walk starts, in standard deviations of one day. */
const START_DEVIATIONS = 10;

/**
 * A walk around 0 in daily steps from day 0: regimes of volatility, trends, and a pull home that grows with the
 * cube of the distance, so that no walk runs away. Days are made in order and kept (16 bytes each).
 */
export class DailyWalk {
  readonly #levels: number[];
  readonly #deviations: number[] = [];
  readonly #step: (level: number) => { readonly change: number; readonly deviation: number };

  constructor(seed: number, label: string, character: WalkCharacter) {
    const stream = createStream(seed, `${label}/days`);
    const nextFactor = createRegimes(createStream(seed, `${label}/regimes`));
    const nextTrend = createTrends(createStream(seed, `${label}/trends`));
    this.#levels = [START_DEVIATIONS * character.dayDeviation * stream.normal()];
    this.#step = (level) => {
      const deviation = character.dayDeviation * nextFactor();
      const home = -character.pull * level * (1 + level * level);
      return { change: home + character.driftDeviation * nextTrend() + deviation * stream.normal(), deviation };
    };
  }

  /** Level at the first moment of `day`. */
  levelAt(day: number): number {
    this.#walkTo(day);
    return this.#levels[day]!;
  }

  /** Standard deviation of the change over `day`. */
  deviationOn(day: number): number {
    this.#walkTo(day + 1);
    return this.#deviations[day]!;
  }

  #walkTo(day: number): void {
    while (this.#levels.length <= day) {
      const level = this.#levels.at(-1)!;
      const { change, deviation } = this.#step(level);
      this.#levels.push(level + change);
      this.#deviations.push(deviation);
    }
  }
}
