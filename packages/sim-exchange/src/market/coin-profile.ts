import { createStream } from "@powertrader/core/random";

/** What makes one coin differ from another. Prices are in USDT. */
export interface CoinProfile {
  /** The price that the coin keeps coming back to. */
  readonly homePrice: number;
  /** How far the coin moves when the market moves by 1, in logarithms. */
  readonly beta: number;
  /** Standard deviation of a day of the coin's own movement, in the normal regime. */
  readonly ownDeviation: number;
  /** Money that changes hands in a usual hour. */
  readonly hourNotional: number;
}

const MILLION = 1e6;

const KNOWN: Readonly<Record<string, CoinProfile>> = {
  BTC: { homePrice: 25_000, beta: 1, ownDeviation: 0.009, hourNotional: 40 * MILLION },
  ETH: { homePrice: 1_600, beta: 1.15, ownDeviation: 0.016, hourNotional: 20 * MILLION },
  DOGE: { homePrice: 0.08, beta: 1.2, ownDeviation: 0.038, hourNotional: 6 * MILLION },
  SOL: { homePrice: 60, beta: 1.4, ownDeviation: 0.03, hourNotional: 8 * MILLION },
  XRP: { homePrice: 0.5, beta: 1, ownDeviation: 0.028, hourNotional: 7 * MILLION },
};

/** The coins that the exchange lists; it trades every other name as well. */
export const LISTED_COINS: readonly string[] = Object.keys(KNOWN);

/** The profile of any coin. A name that is not listed gets one from its hash, the same with every seed. */
export function profileOf(coin: string): CoinProfile {
  return Object.hasOwn(KNOWN, coin) ? KNOWN[coin]! : unlistedProfile(coin);
}

function unlistedProfile(coin: string): CoinProfile {
  const stream = createStream(0, `profile/${coin}`);
  const between = (low: number, high: number) => low + (high - low) * stream.uniform();
  return {
    homePrice: 10 ** between(-2, 2.5),
    beta: between(0.8, 1.5),
    ownDeviation: between(0.02, 0.045),
    hourNotional: between(4, 8) * MILLION,
  };
}

/** Significant digits below the leading one of the home price. */
const TICK_DIGITS = 5;

/** Decimals of the coin's prices: a tick is between a millionth and a hundred-thousandth of the home price. */
export function priceDecimals(profile: CoinProfile): number {
  return Math.max(0, TICK_DIGITS - Math.floor(Math.log10(profile.homePrice)));
}
