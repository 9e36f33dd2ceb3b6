import { PtError } from "../errors/index.ts";
import { type CandleColumns, parseExchange } from "../market/index.ts";
import { FUNDING_ROWS, type FundingColumns } from "./funding-rows.ts";
import type { RowFormat } from "./row-format.ts";
import { CANDLE_ROWS } from "./segment.ts";

/** What the rows of a series are, in memory. */
export interface RowsOfKind {
  /** What was traded. */
  readonly candles: CandleColumns;
  /** Prices that a venue of futures values positions at. */
  readonly mark: CandleColumns;
  /** Funding rates. */
  readonly funding: FundingColumns;
}

export type SeriesKind = keyof RowsOfKind;

export const ROW_FORMATS: { readonly [K in SeriesKind]: RowFormat<RowsOfKind[K]> } = {
  candles: CANDLE_ROWS,
  mark: CANDLE_ROWS,
  funding: FUNDING_ROWS,
};

export const SERIES_KINDS = Object.keys(ROW_FORMATS) as readonly SeriesKind[];

/**
 * The folder of the cache that holds the series of one kind: `binance`, `binance.mark`, `binance.funding`. No exchange has
 * a dot in its name, so that what was never traded cannot be taken for candles.
 */
export function seriesFolder(exchange: string, kind: SeriesKind = "candles"): string {
  return kind === "candles" ? exchange : `${exchange}.${kind}`;
}

/** Reads the name of a folder of the cache; `undefined` when it is none. */
export function parseSeriesFolder(name: string): { readonly exchange: string; readonly kind: SeriesKind } | undefined {
  const [exchange, suffix, ...rest] = name.split(".");
  const kind = suffix === undefined ? "candles" : SERIES_KINDS.find((one) => one === suffix);
  if (kind === undefined || rest.length > 0 || seriesFolder(exchange!, kind) !== name) return undefined;
  return isExchange(exchange!) ? { exchange: exchange!, kind } : undefined;
}

function isExchange(name: string): boolean {
  try {
    return parseExchange(name) === name;
  } catch (error) {
    if (error instanceof PtError) return false;
    throw error;
  }
}
