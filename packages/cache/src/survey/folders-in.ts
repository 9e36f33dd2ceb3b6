import { readdirSync } from "node:fs";
import { asSystemError } from "@powertrader/core/errors";
import { parseSeriesFolder, SERIES_KINDS, type SeriesKind } from "@powertrader/core/files";

/** A folder of the cache: the series of one kind of one exchange. */
export interface SeriesFolder {
  readonly exchange: string;
  readonly kind: SeriesKind;
  /** `binance`, `binance.mark` */
  readonly name: string;
}

/**
 * The folders of the cache, by exchange and kind. A cache that is not there has none.
 * @param exchange - only those of this one
 */
export function foldersIn(cacheDir: string, exchange?: string): readonly SeriesFolder[] {
  return namesIn(cacheDir)
    .flatMap((name) => {
      const folder = parseSeriesFolder(name);
      return folder === undefined ? [] : [{ ...folder, name }];
    })
    .filter((folder) => exchange === undefined || folder.exchange === exchange)
    .sort((a, b) =>
      a.exchange === b.exchange
        ? SERIES_KINDS.indexOf(a.kind) - SERIES_KINDS.indexOf(b.kind)
        : a.exchange < b.exchange
          ? -1
          : 1,
    );
}

/** The exchanges that have a folder in the cache, by name. */
export function exchangesIn(cacheDir: string): readonly string[] {
  return [...new Set(foldersIn(cacheDir).map(({ exchange }) => exchange))];
}

function namesIn(cacheDir: string): readonly string[] {
  try {
    const entries = readdirSync(cacheDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asSystemError(error, cacheDir);
  }
}
