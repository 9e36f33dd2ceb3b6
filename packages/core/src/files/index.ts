export { type AtomicWriteOptions, writeFileAtomic, writeFileInBackground } from "./atomic-write.ts";
export { decodeCashFlow, encodeCashFlow } from "./cash-flows.ts";
export { BYTES_PER_ROW, decodeColumns, encodeColumns, hashColumns } from "./columns-file.ts";
export { decodeEquity, type EquityPoint, encodeEquity } from "./equity.ts";
export { faultOf } from "./fault.ts";
export {
  decodeFundingSegment,
  encodeFundingSegment,
  FUNDING_ROWS,
  type FundingColumns,
  fundingRateFault,
} from "./funding-rows.ts";
export { hashFile, sha256, sha256OfFile } from "./hash.ts";
export { isAlive } from "./is-alive.ts";
export { JsonlWriter, readJsonl, readLines } from "./jsonl.ts";
export { makeFolder } from "./make-folder.ts";
export { chainManifest, type Manifest, manifestSchema } from "./manifest.ts";
export { decodeOrderEvent, encodeOrderEvent } from "./order-events.ts";
export { readBytes } from "./read-bytes.ts";
export {
  type CachedSeries,
  listSegments,
  mergeSegments,
  type OpenedSeries,
  openSeries,
  readMerged,
  readRows,
  readSegment,
  readSeries,
  type Segment,
} from "./read-cache.ts";
export { type CachedFunding, readFunding } from "./read-funding.ts";
export { RESULT_SCHEMA_VERSION, type Result, resultSchema } from "./result.ts";
export { type RowFormat, type SeriesRows, sliceRows } from "./row-format.ts";
export { barsFile, HASHED_FILES, RUN_FILES } from "./run-folder.ts";
export {
  CANDLE_ROWS,
  decodeSegment,
  encodeSegment,
  MAX_SEGMENT_ROWS,
  metaFileName,
  parseSegmentFileName,
  type SegmentMeta,
  type SegmentName,
  segmentFileName,
  segmentMetaSchema,
  seriesKey,
} from "./segment.ts";
export {
  parseSeriesFolder,
  ROW_FORMATS,
  type RowsOfKind,
  SERIES_KINDS,
  type SeriesKind,
  seriesFolder,
} from "./series-kind.ts";
export { decodeSignal, encodeSignal } from "./signals.ts";
export { decodeSimFill, encodeSimFill } from "./sim-fills.ts";
export { decodeSimOrder, encodeSimOrder } from "./sim-orders.ts";
export { sweepTemporaries } from "./sweep-temporaries.ts";
export { decodeTrade, encodeTrade } from "./trades.ts";
