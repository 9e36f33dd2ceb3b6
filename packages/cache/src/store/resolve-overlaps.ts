import { type RowFormat, readMerged, type Segment, type SeriesRows, segmentFileName } from "@powertrader/core/files";
import { timeframeMs, unionRanges } from "@powertrader/core/market";
import { commitSegment, deleteSegment, type SegmentDraft } from "./commit-segment.ts";
import { gapsIn } from "./gaps.ts";
import { fromWire, intersectRanges } from "./ranges.ts";
import { joinSources } from "./series.ts";
import { splitDraft } from "./split-draft.ts";

/**
 * Groups segments of one series, ascending, that share at least a bar's length of their ranges. A bar that opens
 * before the end of its segment and closes after it is no overlap.
 */
export function overlapping(segments: readonly Segment[]): readonly (readonly Segment[])[] {
  const groups: Segment[][] = [];
  let endMs = -Infinity;
  for (const segment of segments) {
    if (groups.length > 0 && endMs - segment.fromMs >= timeframeMs(segment.timeframe)) groups.at(-1)!.push(segment);
    else groups.push([segment]);
    endMs = Math.max(endMs, segment.toMs);
  }
  return groups.filter((group) => group.length > 1);
}

/**
 * Merges overlapping segments into ones that do not overlap. Readers get the same rows before, between and after
 * its steps: a segment that keeps its name keeps its fetch time, so that it never outranks a newer one that is still
 * there, and the old ones go in the order in which they lose.
 *
 * @throws PtError E_CACHE_CORRUPT when one of them cannot be read
 */
export function resolveOverlap<R extends SeriesRows>(
  folder: string,
  format: RowFormat<R>,
  group: readonly Segment[],
): readonly Segment[] {
  const columns = readMerged(folder, group, format);
  const { symbol, timeframe, fromMs } = group[0]!;
  const covers = unionRanges(group.flatMap((segment) => fromWire(segment.meta.covers)));
  const empty = unionRanges(group.flatMap((segment) => fromWire(segment.meta.asked_empty)));
  const draft: SegmentDraft<R> = {
    symbol,
    timeframe,
    fromMs,
    toMs: Math.max(...group.map((segment) => segment.toMs)),
    columns,
    covers,
    askedEmpty: intersectRanges(empty, gapsIn(columns, timeframeMs(timeframe), covers)),
    source: joinSources(group.map((segment) => segment.meta.source)),
    fetchedMs: Math.max(...group.map((segment) => segment.meta.fetched_at * 1000)),
    revisions: Math.max(...group.map((segment) => segment.meta.revisions)),
  };
  const merged = splitDraft(format, draft).map((piece) => {
    const namesake = group.find((segment) => segment.file === segmentFileName(piece));
    const fetchedMs = namesake === undefined ? piece.fetchedMs : namesake.meta.fetched_at * 1000;
    return commitSegment(folder, format, { ...piece, fetchedMs }, namesake);
  });
  const kept = new Set(merged.map((segment) => segment.file));
  const losersFirst = [...group].sort((a, b) => a.meta.fetched_at - b.meta.fetched_at);
  for (const { file } of losersFirst) if (!kept.has(file)) deleteSegment(folder, file);
  return merged;
}
