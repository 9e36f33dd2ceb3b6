import { PtError } from "@powertrader/core/errors";
import { COLUMN_NAMES } from "@powertrader/core/market";

export type ColumnName = (typeof COLUMN_NAMES)[number];

/** At which place of a row each value stands. */
export type RowLayout = Readonly<Record<ColumnName, number>>;

/** Rows without names: time, open, high, low, close, volume, then whatever else. */
export const DEFAULT_LAYOUT: RowLayout = { time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 };

/** What files call the columns, the surer names first. */
const NAMES: Readonly<Record<ColumnName, readonly string[]>> = {
  time: [
    "time",
    "ts",
    "timestamp",
    "unix",
    "unix timestamp",
    "unix time",
    "ts unix seconds",
    "open time",
    "opentime",
    "start",
    "datetime",
    "date",
    "",
  ],
  open: ["open", "o", "open price"],
  high: ["high", "h", "high price"],
  low: ["low", "l", "low price"],
  close: ["close", "c", "close price"],
  volume: ["volume", "vol", "v", "base volume", "volume base"],
};

/**
 * The layout that a header names, or `undefined` when the names are no header.
 * @param symbol - its base coin tells `Volume BTC` from `Volume USDT`
 * @throws PtError E_IMPORT for a header that lacks a column
 */
export function layoutOfHeader(fields: readonly string[], symbol: string): RowLayout | undefined {
  const names = fields.map((field) =>
    field
      .replace(/^\uFEFF/, "")
      .trim()
      .toLowerCase()
      .replace(/[_\s-]+/g, " "),
  );
  const found = new Map<ColumnName, number>();
  for (const column of COLUMN_NAMES) {
    const at = NAMES[column].map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (at !== undefined && (column !== "time" || names[at] !== "" || at === 0)) found.set(column, at);
  }
  if (!found.has("volume")) {
    const at = baseVolume(names, symbol.toLowerCase());
    if (at >= 0) found.set("volume", at);
  }
  const prices = ["open", "high", "low", "close"].filter((name) => found.has(name as ColumnName));
  if (prices.length < 3) return undefined;
  const missing = COLUMN_NAMES.filter((column) => !found.has(column));
  if (missing.length === 0) return Object.fromEntries(found) as RowLayout;
  throw new PtError(
    "E_IMPORT",
    `the header names no column for ${missing.join(", ")}: ${names.join(",").slice(0, 120)}`,
    {
      hint: "Say which columns to take, e.g. --columns time,open,high,low,close,-,volume.",
      details: { missing },
    },
  );
}

/** `volume btc`, `volume (btc)`; with no base coin named, any volume that is not the quote coin's. */
function baseVolume(names: readonly string[], symbol: string): number {
  const [base, quote] = symbol.split("-");
  const units = names.map((name) => /^(?:volume|vol)[ (]+([a-z0-9]+)\)?$/.exec(name)?.[1]);
  const named = units.indexOf(base);
  return named >= 0 ? named : units.findIndex((unit) => unit !== undefined && unit !== quote);
}

/**
 * Reads `--columns time,open,high,low,close,-,volume`: the name of each place, anything else is passed over.
 * @throws PtError E_USAGE when one of the six is missing or named twice
 */
export function parseColumns(text: string): RowLayout {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const layout = Object.fromEntries(COLUMN_NAMES.map((column) => [column, names.indexOf(column)])) as RowLayout;
  for (const column of COLUMN_NAMES) {
    if (layout[column] >= 0 && names.lastIndexOf(column) === layout[column]) continue;
    throw new PtError("E_USAGE", `--columns must name ${column} exactly once`, {
      hint: "Name the place of each column, - for those to skip: --columns time,open,high,low,close,volume.",
    });
  }
  return layout;
}
