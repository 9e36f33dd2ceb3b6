import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { faultOf, parseSegmentFileName, type RowFormat, type SeriesRows, sha256 } from "@powertrader/core/files";
import { setAside, writeMeta } from "./commit-segment.ts";
import { type DamagedFile, segmentOfMeta, surveyFolder } from "./survey-folder.ts";

export interface AdoptReport {
  /** Segments that got a sidecar. */
  readonly adopted: readonly string[];
  /** Segments that cannot be read or hold no rows; they stay where they are, outside the index. */
  readonly refused: readonly DamagedFile[];
}

/**
 * Gives segments of other programs (the same format, no sidecar) a sidecar, so that readers take them. Their fetch time
 * is the file's modification time. A sidecar that cannot be read is moved aside first, its segment treated as one
 * without. Only for the holder of the lock, before `tidyFolder`.
 */
export function adoptSegments(folder: string, format: RowFormat<SeriesRows>, nowMs: number): AdoptReport {
  const { damagedSidecars, uncommitted } = surveyFolder(folder);
  for (const { file } of damagedSidecars) setAside(folder, file, "corrupt", nowMs);
  const orphaned = damagedSidecars.map(({ file }) => segmentOfMeta(file));
  const adopted: string[] = [];
  const refused: DamagedFile[] = [];
  for (const file of [...uncommitted, ...orphaned].sort()) {
    try {
      adopt(folder, format, file);
      adopted.push(file);
    } catch (error) {
      if (error instanceof PtError) throw error;
      refused.push({ file, reason: faultOf(error) });
    }
  }
  return { adopted, refused };
}

function adopt(folder: string, format: RowFormat<SeriesRows>, file: string): void {
  const name = parseSegmentFileName(file)!;
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const rows = format.decode(bytes.toString("utf8"), name);
  // It would say of its whole range that there is nothing, which only who asked for it can know.
  if (rows.length === 0) throw new Error("it holds no rows");
  writeMeta(folder, file, {
    sha256: sha256(bytes),
    fetched_at: Math.floor(statSync(path).mtimeMs) / 1000,
    source: `import:${file}`,
    covers: [[name.fromMs / 1000, name.toMs / 1000]],
    asked_empty: [],
    revisions: 0,
    candle_count: rows.length,
  });
}
