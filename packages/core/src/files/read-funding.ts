import type { FundingRates } from "../funding/index.ts";
import type { TimeRange } from "../market/index.ts";
import { FUNDING_ROWS } from "./funding-rows.ts";
import { readRows } from "./read-cache.ts";
import { seriesFolder } from "./series-kind.ts";

/** The funding rates of a symbol as the cache has them. */
export interface CachedFunding extends FundingRates {
  /**
   * What was asked for and answered, disjoint and ascending, half-open: up to one interval after the last settlement, where
   * the next one is due. A moment outside may have had a settlement.
   */
  readonly coverage: readonly TimeRange[];
  /** Where the rates came from, each once. */
  readonly sources: readonly string[];
}

/**
 * All settlements of a symbol, oldest first, whatever interval their files are named after: venues change it. Where two
 * files differ on a settlement, the later fetch is right.
 *
 * @returns `undefined` when the cache has no committed funding segment of the symbol
 * @throws PtError E_CACHE_CORRUPT naming the file
 */
export function readFunding(cacheDir: string, exchange: string, symbol: string): CachedFunding | undefined {
  const cached = readRows(cacheDir, seriesFolder(exchange, "funding"), { symbol }, FUNDING_ROWS);
  if (cached === undefined) return undefined;
  const { rows, coverage, sources } = cached;
  return { timeMs: rows.time, rate: rows.rate, coverage, sources };
}
