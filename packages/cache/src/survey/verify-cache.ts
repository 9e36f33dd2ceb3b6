import { join } from "node:path";
import { faultOf, readSegment, type Segment } from "@powertrader/core/files";
import { indexIsCurrent } from "../store/cache-index.ts";
import { fromWire, subtractRanges } from "../store/ranges.ts";
import { surveyFolder } from "../store/survey-folder.ts";
import { exchangesIn } from "./exchanges-in.ts";

/** Something in the cache that is not as it should be. */
export interface Finding {
  readonly exchange: string;
  readonly file: string;
  readonly kind: "segment" | "sidecar" | "uncommitted" | "lonely-sidecar" | "index";
  readonly reason: string;
}

export interface VerifyReport {
  readonly exchanges: number;
  readonly segments: number;
  readonly candles: number;
  /** Damage, exchange by exchange. */
  readonly findings: readonly Finding[];
  /** Damaged files that were moved aside earlier; nothing reads them. */
  readonly setAside: readonly string[];
}

/** Reads every segment of the cache against its sidecar and the rules of candles, and the index against the sidecars. */
export function verifyCache(cacheDir: string, exchange?: string): VerifyReport {
  const exchanges = exchange === undefined ? exchangesIn(cacheDir) : [exchange];
  const reports = exchanges.map((name) => verifyFolder(join(cacheDir, name), name));
  return {
    exchanges: exchanges.length,
    segments: reports.reduce((sum, report) => sum + report.segments, 0),
    candles: reports.reduce((sum, report) => sum + report.candles, 0),
    findings: reports.flatMap((report) => report.findings),
    setAside: reports.flatMap((report) => report.setAside),
  };
}

function verifyFolder(folder: string, exchange: string): Omit<VerifyReport, "exchanges"> {
  const survey = surveyFolder(folder);
  const findings: Finding[] = [];
  const find = (kind: Finding["kind"], file: string, reason: string) => findings.push({ exchange, file, kind, reason });
  let candles = 0;
  for (const segment of survey.segments) {
    try {
      const { length } = readSegment(folder, segment);
      candles += length;
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
  return { segments: survey.segments.length, candles, findings, setAside };
}

function sidecarFault({ meta, fromMs, toMs }: Segment, candles: number): string | undefined {
  const isHalfRewritten = meta.replaces !== undefined;
  if (meta.candle_count !== undefined && meta.candle_count !== candles && !isHalfRewritten) {
    return `candle_count is ${meta.candle_count}, the segment holds ${candles}`;
  }
  const outside = subtractRanges(fromWire(meta.covers), [{ fromMs, toMs }]);
  return outside.length > 0 ? "covers more than the range in the file name" : undefined;
}
