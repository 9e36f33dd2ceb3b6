import { createStream } from "@powertrader/core/random";
import { DailyWalk, type WalkCharacter } from "./daily-walk.ts";
import { type MinutePath, minutePath } from "./minute-path.ts";

/** A walk in daily steps together with the minutes inside its days. The same (`seed`, `label`) moves the same. */
export class Movement {
  readonly #seed: number;
  readonly #label: string;
  readonly #walk: DailyWalk;

  constructor(seed: number, label: string, character: WalkCharacter) {
    this.#seed = seed;
    this.#label = label;
    this.#walk = new DailyWalk(seed, label, character);
  }

  /** Level at the first moment of `day`. */
  levelAt(day: number): number {
    return this.#walk.levelAt(day);
  }

  /** The minutes of `day`, made anew at every call. */
  pathOn(day: number): MinutePath {
    const stream = createStream(this.#seed, `${this.#label}/minutes/${day}`);
    return minutePath(stream, this.levelAt(day + 1) - this.levelAt(day), this.#walk.deviationOn(day));
  }
}
