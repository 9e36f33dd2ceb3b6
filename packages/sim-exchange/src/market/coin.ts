import type { CandleColumns } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { dayOpenMs } from "./calendar.ts";
import { type CoinProfile, priceDecimals, profileOf } from "./coin-profile.ts";
import { dayCandles } from "./day-candles.ts";
import { FACTOR_CHARACTER, type Factor } from "./factor.ts";
import { MINUTES_PER_DAY, type MinutePath } from "./minute-path.ts";
import { Movement } from "./movement.ts";

/** One coin: the market's movement times its beta, plus a movement of its own around its home price. */
export class Coin {
  readonly #seed: number;
  readonly #name: string;
  readonly #profile: CoinProfile;
  readonly #factor: Factor;
  readonly #own: Movement;

  constructor(seed: number, name: string, factor: Factor) {
    this.#seed = seed;
    this.#name = name;
    this.#profile = profileOf(name);
    this.#factor = factor;
    const { ownDeviation } = this.#profile;
    this.#own = new Movement(seed, `coin/${name}`, {
      dayDeviation: ownDeviation,
      driftDeviation: ownDeviation / 8,
      pull: 0.004,
    });
  }

  /** The 1-minute candles of `day`, made anew at every call. */
  candlesOn(day: number): CandleColumns {
    const { beta, ownDeviation, hourNotional } = this.#profile;
    const usualDay = (beta * FACTOR_CHARACTER.dayDeviation) ** 2 + ownDeviation ** 2;
    const plan = {
      openMs: dayOpenMs(day),
      openLog: this.#logAt(day),
      closeLog: this.#logAt(day + 1),
      path: combine(this.#factor.pathOn(day), beta, this.#own.pathOn(day)),
      ticksPerUnit: 10 ** priceDecimals(this.#profile),
      usualVariance: usualDay / MINUTES_PER_DAY,
      usualNotional: hourNotional / 60,
    };
    return dayCandles(plan, createStream(this.#seed, `coin/${this.#name}/candles/${day}`));
  }

  /** Natural logarithm of the price at the first moment of `day`. */
  #logAt(day: number): number {
    const { homePrice, beta } = this.#profile;
    return Math.log(homePrice) + beta * this.#factor.levelAt(day) + this.#own.levelAt(day);
  }
}

/** The path of `beta` times the market plus `own`, which do not depend on each other. */
function combine(market: MinutePath, beta: number, own: MinutePath): MinutePath {
  const changes = new Float64Array(MINUTES_PER_DAY);
  for (let i = 0; i < MINUTES_PER_DAY; i++) changes[i] = beta * market.changes[i]! + own.changes[i]!;
  const variances = own.variances.map((variance, hour) => beta ** 2 * market.variances[hour]! + variance);
  return { changes, variances };
}
