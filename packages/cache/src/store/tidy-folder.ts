import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { type RowFormat, type Segment, type SeriesRows, sha256, sweepTemporaries } from "@powertrader/core/files";
import { refreshIndex } from "./cache-index.ts";
import { deleteSegment, remove, setAside, writeMeta } from "./commit-segment.ts";
import { overlapping, resolveOverlap } from "./resolve-overlaps.ts";
import { groupBySeries } from "./series.ts";
import { surveyFolder } from "./survey-folder.ts";

/** What a writer that died had left, and what was done about it. */
export interface TidyReport {
  /** Committed segments, none overlapping another of its series. */
  readonly segments: readonly Segment[];
  readonly temporaries: number;
  readonly lonelySidecars: number;
  /** Damaged files moved aside because they stood in the way of a merge. */
  readonly setAside: readonly string[];
  readonly indexWritten: boolean;
}

/**
 * Brings an exchange's folder into the state that writers start from: no temporaries of dead writers, no sidecar
 * without a segment, no half-done rewrite, no overlap, a current index. Only for the holder of the lock.
 * Segments without a sidecar belong to other programs and stay as they are.
 */
export function tidyFolder<R extends SeriesRows>(folder: string, format: RowFormat<R>, nowMs: number): TidyReport {
  const temporaries = sweepTemporaries(folder).length + sweepTemporaries(join(folder, ".columns")).length;
  const survey = surveyFolder(folder);
  for (const sidecar of survey.lonelySidecars) remove(join(folder, sidecar));
  const settled = survey.segments.map((segment) => settle(folder, format, segment));
  const { segments, aside } = separate(folder, format, settled, nowMs);
  const indexWritten = refreshIndex(folder, segments);
  return { segments, temporaries, lonelySidecars: survey.lonelySidecars.length, setAside: aside, indexWritten };
}

/**
 * Makes a sidecar say what its segment holds, where a rewrite was cut short or another program left out the count.
 * Damage is left to those who need the rows.
 */
function settle(folder: string, format: RowFormat<SeriesRows>, segment: Segment): Segment {
  const { replaces, ...meta } = segment.meta;
  if (replaces === undefined && meta.candle_count !== undefined) return segment;
  const bytes = readFileSync(join(folder, segment.file));
  const hash = sha256(bytes);
  if (hash !== meta.sha256 && hash !== replaces) return segment;
  try {
    const count = format.decode(bytes.toString("utf8"), segment).length;
    const settled = { ...meta, sha256: hash, candle_count: count };
    writeMeta(folder, segment.file, settled);
    return { ...segment, meta: settled };
  } catch (error) {
    if (error instanceof PtError) throw error;
    return segment;
  }
}

function separate<R extends SeriesRows>(
  folder: string,
  format: RowFormat<R>,
  segments: readonly Segment[],
  nowMs: number,
): { readonly segments: readonly Segment[]; readonly aside: readonly string[] } {
  const result: Segment[] = [];
  const aside: string[] = [];
  for (const series of groupBySeries(segments).values()) {
    let left = series;
    for (let group = overlapping(left)[0]; group !== undefined; group = overlapping(left)[0]) {
      const members = new Set(group);
      const rest = left.filter((segment) => !members.has(segment));
      const merged = resolveReadable(folder, format, group, nowMs, aside);
      left = [...rest, ...merged].sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
    }
    result.push(...left);
  }
  return { segments: result, aside };
}

/** Resolves an overlap; members that turn out to be damaged are moved aside first. */
function resolveReadable<R extends SeriesRows>(
  folder: string,
  format: RowFormat<R>,
  group: readonly Segment[],
  nowMs: number,
  aside: string[],
): readonly Segment[] {
  try {
    return resolveOverlap(folder, format, group);
  } catch (error) {
    const damaged = group.find((segment) => (error as PtError).details?.file === join(folder, segment.file));
    if (!(error instanceof PtError) || error.code !== "E_CACHE_CORRUPT" || damaged === undefined) throw error;
    aside.push(setAside(folder, damaged.file, "corrupt", nowMs));
    deleteSegment(folder, damaged.file);
    return group.filter((segment) => segment !== damaged);
  }
}
