import type { Timeframe } from "@powertrader/core/market";

/** `[open time in epoch ms, open, high, low, close, volume in base units]` */
export type CandleRow = readonly [
  timeMs: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

export interface PageRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Half-open range of open times that is wanted, at most `pageBars` bars long. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where candles are fetched from. A source hands over what the venue sent: rows in any order, twice, outside the
 * range or not closed yet are the pager's business.
 */
export interface CandleSource {
  /** `ccxt:<exchange>` or `synthetic:<generator>`; stands in the sidecars. */
  readonly name: string;
  /** The most bars that the venue sends at once. */
  readonly pageBars: number;
  /**
   * Checks that the venue trades a symbol and has such bars.
   * @throws PtError E_MARKET or E_TIMEFRAME
   */
  check(symbol: string, timeframe: Timeframe): Promise<void>;
  /**
   * Candles of the range, after bounded retries.
   * @throws PtError E_UPSTREAM, E_UPSTREAM_BODY, E_RATE_LIMIT, E_BANNED, E_MARKET, E_CANCELLED
   */
  fetchPage(request: PageRequest): Promise<readonly CandleRow[]>;
  close(): Promise<void>;
}
