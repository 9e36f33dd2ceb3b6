import { PtError } from "@powertrader/core/errors";
import type { SeriesRows } from "@powertrader/core/files";
import { COLUMN_NAMES } from "@powertrader/core/market";
import type { RowSchema } from "./row-schema.ts";

/** At which place of a row each column stands. */
export type RowLayout = Readonly<Record<string, number>>;

/** Rows without names: the columns one after another, then whatever else. */
export function defaultLayout({ columns }: RowSchema<SeriesRows>): RowLayout {
  return Object.fromEntries(columns.map((column, place) => [column, place]));
}

/** The places of a layout in the order of the schema's columns. */
export function placesOf({ columns }: RowSchema<SeriesRows>, layout: RowLayout): readonly number[] {
  return columns.map((column) => layout[column]!);
}

/**
 * The layout that a header names, or `undefined` when the names are no header.
 * @param symbol - its base coin tells `Volume BTC` from `Volume USDT`
 * @throws PtError E_IMPORT for a header that lacks a column
 */
export function layoutOfHeader(
  fields: readonly string[],
  symbol: string,
  { columns, names: known, header }: RowSchema<SeriesRows>,
): RowLayout | undefined {
  const names = fields.map((field) =>
    field
      .replace(/^\uFEFF/, "")
      .trim()
      .toLowerCase()
      .replace(/[_\s-]+/g, " "),
  );
  const found = new Map<string, number>();
  for (const column of columns) {
    const at = known[column]!.map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (at !== undefined && (column !== "time" || names[at] !== "" || at === 0)) found.set(column, at);
  }
  if (columns.includes("volume") && !found.has("volume")) {
    const at = baseVolume(names, symbol.toLowerCase());
    if (at >= 0) found.set("volume", at);
  }
  if (header.of.filter((column) => found.has(column)).length < header.atLeast) return undefined;
  const missing = columns.filter((column) => !found.has(column));
  if (missing.length === 0) return Object.fromEntries(found);
  throw new PtError(
    "E_IMPORT",
    `the header names no column for ${missing.join(", ")}: ${names.join(",").slice(0, 120)}`,
    {
      hint: `Say which columns to take, - for those to skip, e.g. --columns ${columns.join(",")}.`,
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
 * @param columns - those that must be named
 * @throws PtError E_USAGE when one of them is missing or named twice
 */
export function parseColumns(text: string, columns: readonly string[] = COLUMN_NAMES): RowLayout {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const layout: RowLayout = Object.fromEntries(columns.map((column) => [column, names.indexOf(column)]));
  for (const column of columns) {
    if (layout[column]! >= 0 && names.lastIndexOf(column) === layout[column]) continue;
    throw new PtError("E_USAGE", `--columns must name ${column} exactly once`, {
      hint: `Name the place of each column, - for those to skip: --columns ${columns.join(",")}.`,
    });
  }
  return layout;
}
