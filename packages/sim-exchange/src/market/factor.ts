import type { WalkCharacter } from "./daily-walk.ts";
import { Lru } from "./lru.ts";
import type { MinutePath } from "./minute-path.ts";
import { Movement } from "./movement.ts";

export const FACTOR_CHARACTER: WalkCharacter = { dayDeviation: 0.021, driftDeviation: 0.004, pull: 0.002 };

/** 23 kB each. */
const KEPT_PATHS = 256;

/** The movement of the market as a whole, which every coin follows; its paths are kept because coins share them. */
export class Factor {
  readonly #movement: Movement;
  readonly #paths = new Lru<MinutePath>(KEPT_PATHS);

  constructor(seed: number) {
    this.#movement = new Movement(seed, "market", FACTOR_CHARACTER);
  }

  levelAt(day: number): number {
    return this.#movement.levelAt(day);
  }

  pathOn(day: number): MinutePath {
    return this.#paths.get(`${day}`, () => this.#movement.pathOn(day));
  }
}
