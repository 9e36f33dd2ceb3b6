import { readFileSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { asSystemError } from "@powertrader/core/errors";
import {
  metaFileName,
  type RowFormat,
  type Segment,
  type SegmentMeta,
  type SegmentName,
  type SeriesRows,
  segmentFileName,
  sha256,
  writeFileAtomic,
} from "@powertrader/core/files";
import type { TimeRange } from "@powertrader/core/market";
import { toWire } from "./ranges.ts";

/** A segment as it is to be written. */
export interface SegmentDraft<R extends SeriesRows> extends SegmentName {
  readonly columns: R;
  readonly covers: readonly TimeRange[];
  readonly askedEmpty: readonly TimeRange[];
  readonly source: string;
  readonly fetchedMs: number;
  readonly revisions: number;
}

/**
 * Writes a segment and its sidecar, the sidecar first. A new segment is there from the moment its rows are in place
 * (a sidecar alone means nothing); when it replaces one of the same name, the sidecar names both hashes, so that
 * wherever the writer dies a matching pair is left.
 *
 * @param replaced - the committed segment of the same name, if there is one
 */
export function commitSegment<R extends SeriesRows>(
  folder: string,
  format: RowFormat<R>,
  draft: SegmentDraft<R>,
  replaced?: Segment,
): Segment {
  const file = segmentFileName(draft);
  const path = join(folder, file);
  const bytes = format.encode(draft.columns);
  const hash = sha256(bytes);
  const before = hashOnDisk(path);
  if (before !== undefined && replaced === undefined && before !== hash)
    setAside(folder, file, "replaced", draft.fetchedMs);
  const meta: SegmentMeta = {
    sha256: hash,
    ...(before !== undefined && before !== hash && replaced !== undefined ? { replaces: before } : {}),
    fetched_at: draft.fetchedMs / 1000,
    source: draft.source,
    covers: toWire(draft.covers),
    asked_empty: toWire(draft.askedEmpty),
    revisions: draft.revisions,
    candle_count: draft.columns.length,
  };
  writeMeta(folder, file, meta);
  try {
    if (before !== hash) writeFileAtomic(path, bytes);
  } catch (error) {
    takeBackMeta(folder, file, hash, replaced);
    throw error;
  }
  const { symbol, timeframe, fromMs, toMs } = draft;
  return { symbol, timeframe, fromMs, toMs, file, meta };
}

/** After a failure, unless the rows are in place all the same. A crash leaves it to the next writer to tidy. */
function takeBackMeta(folder: string, file: string, hash: string, replaced: Segment | undefined): void {
  try {
    if (hashOnDisk(join(folder, file)) === hash) return;
    if (replaced === undefined) remove(join(folder, metaFileName(file)));
    else writeMeta(folder, file, replaced.meta);
  } catch {
    // The failure that matters is the first one; the pair still matches.
  }
}

export function writeMeta(folder: string, segmentFile: string, meta: SegmentMeta): void {
  writeFileAtomic(join(folder, metaFileName(segmentFile)), `${JSON.stringify(meta)}\n`);
}

/** Removes a segment, its rows first: what a crash leaves then is a sidecar, which means nothing alone. */
export function deleteSegment(folder: string, file: string): void {
  remove(join(folder, file));
  remove(join(folder, metaFileName(file)));
}

/** Moves a file out of the way under a name that no reader takes for a segment. Returns the new name. */
export function setAside(folder: string, file: string, why: "corrupt" | "replaced", nowMs: number): string {
  const name = `${file}.${why}-${Math.floor(nowMs)}`;
  try {
    renameSync(join(folder, file), join(folder, name));
  } catch (error) {
    throw asSystemError(error, join(folder, file));
  }
  return name;
}

function hashOnDisk(path: string): string | undefined {
  try {
    return sha256(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw asSystemError(error, path);
  }
}

export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asSystemError(error, path);
  }
}
