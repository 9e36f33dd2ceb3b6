import { MAX_SEGMENT_CANDLES } from "@powertrader/core/files";
import { sliceColumns, timeframeMs } from "@powertrader/core/market";
import type { SegmentDraft } from "./commit-segment.ts";
import { intersectRanges } from "./ranges.ts";

/**
 * Cuts a draft into segments of at most `maxCandles`, at the open of a candle. Its range grows where the last
 * candle of a piece closes later (bars of a session need not end on a boundary).
 */
export function splitDraft(draft: SegmentDraft, maxCandles = MAX_SEGMENT_CANDLES): readonly SegmentDraft[] {
  const { columns } = draft;
  const lengthMs = timeframeMs(draft.timeframe);
  const pieces = Math.max(1, Math.ceil(columns.length / maxCandles));
  return Array.from({ length: pieces }, (_, piece) => {
    const from = piece * maxCandles;
    const to = Math.min(columns.length, from + maxCandles);
    const fromMs = piece === 0 ? draft.fromMs : columns.time[from]!;
    const endMs = piece === pieces - 1 ? draft.toMs : columns.time[to]!;
    const toMs = to === from ? endMs : Math.max(endMs, columns.time[to - 1]! + lengthMs);
    return {
      ...draft,
      fromMs,
      toMs,
      columns: sliceColumns(columns, from, to),
      covers: intersectRanges(draft.covers, [{ fromMs, toMs }]),
      askedEmpty: intersectRanges(draft.askedEmpty, [{ fromMs, toMs }]),
      revisions: piece === 0 ? draft.revisions : 0,
    };
  });
}
