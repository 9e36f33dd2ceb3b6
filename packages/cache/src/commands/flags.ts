import { existsSync } from "node:fs";
import { addGlobalFlags } from "@powertrader/core/cli";
import { didYouMean, PtError } from "@powertrader/core/errors";
import { SERIES_KINDS, type SeriesKind } from "@powertrader/core/files";
import { parseExchange, printable } from "@powertrader/core/market";
import { parseNumber } from "@powertrader/core/settings";
import type { Command } from "commander";
import type { SeriesFolder } from "../survey/folders-in.ts";

const DEFAULT_CACHE_DIR = "backtest_cache";

/** Flags that every command takes. */
export function addCommonFlags(command: Command): Command {
  return addGlobalFlags(
    command.option(
      "--cache-dir <path>",
      `folder of the candle cache (default: PT_CACHE_DIR, else ${DEFAULT_CACHE_DIR})`,
    ),
  );
}

/** The flag of commands that write. */
export function addLockFlag(command: Command): Command {
  return command.option("--lock-wait <seconds>", "wait that long for another writer", "0");
}

/** The cache folder: flag, then `PT_CACHE_DIR`, then `backtest_cache`. */
export function cacheDirOf(flags: { readonly cacheDir?: string }): string {
  if (flags.cacheDir !== undefined) {
    if (isPath(flags.cacheDir)) return flags.cacheDir;
    throw new PtError("E_USAGE", "--cache-dir must be a path");
  }
  const variable = process.env.PT_CACHE_DIR;
  if (variable === undefined) return DEFAULT_CACHE_DIR;
  if (isPath(variable)) return variable;
  throw new PtError("E_ENV", "PT_CACHE_DIR is set but empty or broken over lines", {
    hint: "Give it a value or unset it.",
  });
}

/**
 * The cache folder, of commands that need one.
 * @throws PtError E_CACHE_MISS when it is not there
 */
export function existingCacheDirOf(flags: { readonly cacheDir?: string }): string {
  const cacheDir = cacheDirOf(flags);
  if (existsSync(cacheDir)) return cacheDir;
  throw new PtError("E_CACHE_MISS", `there is no cache folder ${printable(cacheDir)}`, {
    hint: "Check --cache-dir and PT_CACHE_DIR; pt-cache warm and import make the folder.",
    details: { path: cacheDir },
  });
}

/** `--cache-dir …` for commands that are suggested, where this one was told a folder. */
export function cacheDirFlag(flags: { readonly cacheDir?: string }): string {
  return flags.cacheDir === undefined ? "" : ` --cache-dir ${flags.cacheDir}`;
}

function isPath(text: string): boolean {
  return text.trim() !== "" && !/\p{Cc}/u.test(text);
}

/** @throws PtError E_NUMBER for anything but a number of seconds from 0 to a day */
export function parseLockWait(text: string): number {
  const seconds = parseNumber(text, "--lock-wait");
  if (seconds >= 0 && seconds <= 86_400) return seconds;
  throw new PtError("E_NUMBER", `--lock-wait: ${printable(text)} is not between 0 and 86400 seconds`);
}

/**
 * The folders to look at: those of the exchange that is named, or all.
 * @throws PtError E_CACHE_MISS when the named one has no folder
 */
export async function foldersOf(cacheDir: string, exchange: string | undefined): Promise<readonly SeriesFolder[]> {
  const { exchangesIn, foldersIn } = await import("../survey/folders-in.ts");
  if (exchange === undefined) return foldersIn(cacheDir);
  const name = parseExchange(exchange);
  const known = exchangesIn(cacheDir);
  if (known.includes(name)) return foldersIn(cacheDir, name);
  const there = known.length === 0 ? "it is empty" : `it holds ${known.join(", ")}`;
  throw new PtError("E_CACHE_MISS", `${cacheDir} has nothing of ${name}${didYouMean(name, known)}: ${there}`, {
    hint: `Fetch some: npx --no -- pt-cache warm --exchange ${name} --coins BTC --start-date 2024-01-01.`,
    details: { exchange: name, known },
  });
}

/** @throws PtError E_USAGE for anything but candles, mark and funding */
export function parseKind(text: string): SeriesKind {
  const kind = SERIES_KINDS.find((one) => one === text.trim());
  if (kind !== undefined) return kind;
  throw new PtError("E_USAGE", `--kind: "${printable(text)}" is no kind of series${didYouMean(text, SERIES_KINDS)}`, {
    hint: `Use one of ${SERIES_KINDS.join(", ")}.`,
  });
}
