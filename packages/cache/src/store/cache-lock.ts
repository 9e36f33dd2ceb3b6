import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { makeFolder, ROW_FORMATS, type RowsOfKind, type SeriesKind, seriesFolder } from "@powertrader/core/files";
import type { Clock } from "@powertrader/core/time";
import { formatTime, systemClock } from "@powertrader/core/time";
import { SeriesStore } from "./series-store.ts";
import { type TidyReport, tidyFolder } from "./tidy-folder.ts";

const LOCK_FILE = ".lock.db";
/** Who holds the lock, for the message to others; the lock itself is the system's. */
const HOLDER_FILE = ".lock.json";
const POLL_MS = 50;

export interface LockOptions {
  /** How long to wait for another writer; 0 (the default) fails at once. */
  readonly waitSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Work to do on the folder before it is tidied. */
  readonly prepare?: (folder: string, nowMs: number) => void;
}

/** A folder of the cache. */
export interface CachePlace<K extends SeriesKind = SeriesKind> {
  readonly cacheDir: string;
  readonly exchange: string;
  /** `candles` where nothing is said. */
  readonly kind?: K | undefined;
}

/**
 * Runs `task` as the only writer of an exchange's folder, on a store that starts from a tidy state. The lock is one of
 * the operating system (an exclusive transaction on a database file), so it goes with its holder however that ends.
 *
 * @throws PtError E_LOCKED naming the holder, E_CANCELLED while waiting, E_PERM, E_DISK_FULL
 */
export async function withCacheLock<T, K extends SeriesKind = "candles">(
  place: CachePlace<K>,
  options: LockOptions,
  task: (store: SeriesStore<RowsOfKind[K]>, tidied: TidyReport) => Promise<T> | T,
): Promise<T> {
  const kind = place.kind ?? ("candles" as K);
  const name = seriesFolder(place.exchange, kind);
  const folder = join(place.cacheDir, name);
  const format = ROW_FORMATS[kind];
  const nowMs = (options.clock ?? systemClock).nowMs();
  try {
    makeFolder(folder);
  } catch (error) {
    throw asSystemError(error, folder);
  }
  const release = await acquire(folder, name, options);
  try {
    sayHolder(folder, nowMs);
    options.prepare?.(folder, nowMs);
    const tidied = tidyFolder(folder, format, nowMs);
    return await task(new SeriesStore(folder, format, tidied.segments), tidied);
  } finally {
    forgetHolder(folder);
    release();
  }
}

/** Returns the function that frees the lock. */
async function acquire(folder: string, exchange: string, options: LockOptions): Promise<() => void> {
  const Database = await loadSqlite();
  const deadline = performance.now() + (options.waitSeconds ?? 0) * 1000;
  for (;;) {
    const database = tryLock(Database, join(folder, LOCK_FILE));
    if (database !== undefined) return () => database.close();
    if (options.signal?.aborted) throw new PtError("E_CANCELLED", "stopped while waiting for another writer");
    if (performance.now() >= deadline) throw lockedError(folder, exchange);
    await sleep(POLL_MS);
  }
}

type Sqlite = typeof import("better-sqlite3");

async function loadSqlite(): Promise<Sqlite> {
  const { default: Database } = await import("better-sqlite3");
  return Database;
}

/** The open database that holds the lock, or `undefined` when someone else does. */
function tryLock(Database: Sqlite, path: string): import("better-sqlite3").Database | undefined {
  let database: import("better-sqlite3").Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    const code = String((error as { code?: unknown }).code ?? "");
    if (code.startsWith("SQLITE_BUSY")) return undefined;
    throw asLockError(error, code, path);
  }
}

function asLockError(error: unknown, code: string, path: string): unknown {
  const details = { path, errno: code };
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_PERM")) {
    return new PtError("E_PERM", `cannot lock ${path} (${code})`, {
      hint: "Check the owner and mode of the cache folder, or choose another one with --cache-dir.",
      details,
      cause: error,
    });
  }
  if (code === "SQLITE_FULL") {
    return new PtError("E_DISK_FULL", `no space left while locking ${path}`, { hint: "Free some space.", details });
  }
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT") || code.startsWith("SQLITE_IOERR")) {
    return new PtError("E_IO", `${path} cannot be used as a lock (${code})`, {
      hint: "It holds nothing: delete it while no pt-cache runs, and try again.",
      details,
      cause: error,
    });
  }
  if (String((error as Error).message).includes("bindings file")) {
    return new PtError("E_NOT_BUILT", "better-sqlite3 has no compiled addon", {
      hint: "Run npm run setup.",
      cause: error,
    });
  }
  return asSystemError(error, path);
}

function sayHolder(folder: string, nowMs: number): void {
  const holder = { pid: process.pid, host: hostname(), since: formatTime(nowMs) };
  try {
    writeFileSync(join(folder, HOLDER_FILE), `${JSON.stringify(holder)}\n`);
  } catch {
    // Only a courtesy: the others will hear of "another process".
  }
}

function forgetHolder(folder: string): void {
  try {
    unlinkSync(join(folder, HOLDER_FILE));
  } catch {
    // It may never have been written.
  }
}

function lockedError(folder: string, exchange: string): PtError {
  const holder = readHolder(folder);
  const who =
    holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new PtError("E_LOCKED", `the cache of ${exchange} is being written by ${who}`, {
    hint: "Wait for it, or give --lock-wait <seconds>.",
    details: { exchange, holder: holder ?? null },
  });
}

function readHolder(folder: string): { pid: number; host: string; since: string } | undefined {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(join(folder, HOLDER_FILE), "utf8"));
    return { pid: Number(pid), host: String(host), since: String(since) };
  } catch {
    return undefined;
  }
}
