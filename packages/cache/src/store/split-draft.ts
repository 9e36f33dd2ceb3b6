import { MAX_SEGMENT_ROWS, type RowFormat, type SeriesRows, sliceRows } from "@powertrader/core/files";
import { timeframeMs } from "@powertrader/core/market";
import type { SegmentDraft } from "./commit-segment.ts";
import { intersectRanges } from "./ranges.ts";

/**
 * Cuts a draft into segments of at most `maxRows`, at the time of a row. Its range grows where the last
 * bar of a piece closes later (bars of a session need not end on a boundary).
 */
export function splitDraft<R extends SeriesRows>(
  format: RowFormat<R>,
  draft: SegmentDraft<R>,
  maxRows = MAX_SEGMENT_ROWS,
): readonly SegmentDraft<R>[] {
  const { columns } = draft;
  const lengthMs = timeframeMs(draft.timeframe);
  const pieces = Math.max(1, Math.ceil(columns.length / maxRows));
  return Array.from({ length: pieces }, (_, piece) => {
    const from = piece * maxRows;
    const to = Math.min(columns.length, from + maxRows);
    const fromMs = piece === 0 ? draft.fromMs : columns.time[from]!;
    const endMs = piece === pieces - 1 ? draft.toMs : columns.time[to]!;
    const toMs = to === from ? endMs : Math.max(endMs, columns.time[to - 1]! + lengthMs);
    return {
      ...draft,
      fromMs,
      toMs,
      columns: sliceRows(format, columns, from, to),
      covers: intersectRanges(draft.covers, [{ fromMs, toMs }]),
      askedEmpty: intersectRanges(draft.askedEmpty, [{ fromMs, toMs }]),
      revisions: piece === 0 ? draft.revisions : 0,
    };
  });
}
