import { ROW_FORMATS, type SeriesKind } from "@powertrader/core/files";
import { type AdoptReport, adoptSegments } from "../store/adopt-segments.ts";
import { type CachePlace, type LockOptions, withCacheLock } from "../store/cache-lock.ts";
import { groupBySeries } from "../store/series.ts";

export interface RebuildReport extends AdoptReport {
  readonly exchange: string;
  readonly kind: SeriesKind;
  readonly series: number;
  readonly segments: number;
  /** Whether the index on disk had to change. */
  readonly written: boolean;
}

/**
 * Derives the index of a folder of the cache from its sidecars, after giving one to segments that other programs have written.
 * @throws PtError E_LOCKED, E_DISK_FULL, E_PERM
 */
export async function rebuildIndex(place: CachePlace, options: LockOptions = {}): Promise<RebuildReport> {
  const { exchange, kind = "candles" } = place;
  let report: AdoptReport = { adopted: [], refused: [] };
  const prepare = (folder: string, nowMs: number) => {
    report = adoptSegments(folder, ROW_FORMATS[kind], nowMs);
  };
  return withCacheLock(place, { ...options, prepare }, (store, tidied) => ({
    exchange,
    kind,
    ...report,
    series: groupBySeries(store.segments).size,
    segments: store.segments.length,
    written: tidied.indexWritten,
  }));
}
