import { join } from "node:path";
import {
  faultOf,
  ROW_FORMATS,
  type RowFormat,
  readSegment,
  type Segment,
  type SeriesKind,
  type SeriesRows,
} from "@powertrader/core/files";
import { indexIsCurrent } from "../store/cache-index.ts";
import { fromWire, subtractRanges } from "../store/ranges.ts";
import { surveyFolder } from "../store/survey-folder.ts";
import { foldersIn, type SeriesFolder } from "./folders-in.ts";

/** Something in the cache that is not as it should be. */
export interface Finding {
  readonly exchange: string;
  /** Folder of the cache that holds the file. */
  readonly folder: string;
  readonly file: string;
  readonly kind: "segment" | "sidecar" | "uncommitted" | "lonely-sidecar" | "index";
  readonly reason: string;
}

export interface VerifyReport {
  readonly exchanges: number;
  readonly segments: number;
  /** Rows of all segments that can be read. */
  readonly rows: Readonly<Record<SeriesKind, number>>;
  /** Damage, exchange by exchange. */
  readonly findings: readonly Finding[];
  /** Damaged files that were moved aside earlier; nothing reads them. */
  readonly setAside: readonly string[];
}

/** Reads every segment of the cache against its sidecar and the rules of its rows, and the index against the sidecars. */
export function verifyCache(cacheDir: string, exchange?: string): VerifyReport {
  const folders = foldersIn(cacheDir, exchange);
  const reports = folders.map((folder) => verifyFolder(join(cacheDir, folder.name), folder));
  const rows = { candles: 0, mark: 0, funding: 0 };
  folders.forEach(({ kind }, i) => {
    rows[kind] += reports[i]!.rows;
  });
  return {
    exchanges: new Set(folders.map((folder) => folder.exchange)).size,
    segments: reports.reduce((sum, report) => sum + report.segments, 0),
    rows,
    findings: reports.flatMap((report) => report.findings),
    setAside: reports.flatMap((report) => report.setAside),
  };
}

interface FolderReport extends Pick<VerifyReport, "segments" | "findings" | "setAside"> {
  readonly rows: number;
}

function verifyFolder(folder: string, { exchange, kind: seriesKind, name }: SeriesFolder): FolderReport {
  const survey = surveyFolder(folder);
  const findings: Finding[] = [];
  const find = (kind: Finding["kind"], file: string, reason: string) =>
    findings.push({ exchange, folder: name, file, kind, reason });
  const format: RowFormat<SeriesRows> = ROW_FORMATS[seriesKind];
  let rows = 0;
  for (const segment of survey.segments) {
    try {
      const { length } = readSegment(folder, segment, format);
      rows += length;
      const fault = sidecarFault(segment, length);
      if (fault !== undefined) find("sidecar", segment.file, fault);
    } catch (error) {
      find("segment", segment.file, faultOf(error).replace(`${join(folder, segment.file)}: `, ""));
    }
  }
  for (const { file, reason } of survey.damagedSidecars) find("sidecar", file, reason);
  for (const file of survey.uncommitted) find("uncommitted", file, "no sidecar: readers pass it over");
  for (const file of survey.lonelySidecars) find("lonely-sidecar", file, "its segment is missing");
  if (!indexIsCurrent(folder, survey.segments)) {
    find("index", "cache_index.json", "it does not say what the sidecars say");
  }
  const setAside = survey.setAside.map((file) => join(folder, file));
  return { segments: survey.segments.length, rows, findings, setAside };
}

function sidecarFault({ meta, fromMs, toMs }: Segment, rows: number): string | undefined {
  const isHalfRewritten = meta.replaces !== undefined;
  if (meta.candle_count !== undefined && meta.candle_count !== rows && !isHalfRewritten) {
    return `candle_count is ${meta.candle_count}, the segment holds ${rows}`;
  }
  const outside = subtractRanges(fromWire(meta.covers), [{ fromMs, toMs }]);
  return outside.length > 0 ? "covers more than the range in the file name" : undefined;
}
