import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asSystemError } from "@powertrader/core/errors";
import { faultOf, metaFileName, parseSegmentFileName, type Segment, segmentMetaSchema } from "@powertrader/core/files";

export interface DamagedFile {
  readonly file: string;
  readonly reason: string;
}

/** The files of an exchange's folder by what they are. Unlike the reader it goes on past damage. */
export interface FolderSurvey {
  /** Segments with a readable sidecar, by name. Their candles are not looked at. */
  readonly segments: readonly Segment[];
  /** Segment files without a sidecar: written by other programs. */
  readonly uncommitted: readonly string[];
  /** Sidecars without a segment: what a writer that died left, or someone deleted the segment. */
  readonly lonelySidecars: readonly string[];
  readonly damagedSidecars: readonly DamagedFile[];
  /** What was moved out of the way earlier. */
  readonly setAside: readonly string[];
}

const SET_ASIDE = /\.json\.(corrupt|replaced)-\d+$/;

/** A folder that is not there holds nothing. */
export function surveyFolder(folder: string): FolderSurvey {
  const names = namesIn(folder);
  const there = new Set(names);
  const survey = {
    segments: [] as Segment[],
    uncommitted: [] as string[],
    lonelySidecars: [] as string[],
    damagedSidecars: [] as DamagedFile[],
    setAside: names.filter((name) => SET_ASIDE.test(name)),
  };
  for (const file of names) {
    const ofSegment = segmentOfMeta(file);
    if (ofSegment !== file && parseSegmentFileName(ofSegment) !== undefined && !there.has(ofSegment)) {
      survey.lonelySidecars.push(file);
    }
    const name = parseSegmentFileName(file);
    if (name === undefined) continue;
    const sidecar = metaFileName(file);
    if (!there.has(sidecar)) {
      survey.uncommitted.push(file);
      continue;
    }
    try {
      const meta = segmentMetaSchema.parse(JSON.parse(readFileSync(join(folder, sidecar), "utf8")));
      survey.segments.push({ ...name, file, meta });
    } catch (error) {
      survey.damagedSidecars.push({ file: sidecar, reason: faultOf(error) });
    }
  }
  return survey;
}

/** `BTC-USDT_1hour_….meta.json` → `BTC-USDT_1hour_….json` */
export function segmentOfMeta(sidecar: string): string {
  return sidecar.replace(/\.meta\.json$/, ".json");
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asSystemError(error, folder);
  }
}
