import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Segment, writeFileAtomic } from "@powertrader/core/files";
import { groupBySeries } from "./series.ts";

export const INDEX_FILE = "cache_index.json";

/**
 * The text of `cache_index.json`, derived from the sidecars alone: the same segments give the same bytes.
 * Series by name, segments by their range, times in seconds.
 */
export function encodeIndex(segments: readonly Segment[]): string {
  const lines = [...groupBySeries(segments)].map(([key, group]) => {
    const entries = group.map((segment) => `  ${JSON.stringify(entryOf(segment))}`);
    return `${JSON.stringify(key)}:[\n${entries.join(",\n")}\n]`;
  });
  return lines.length === 0 ? "{}\n" : `{\n${lines.join(",\n")}\n}\n`;
}

function entryOf({ file, fromMs, toMs, meta }: Segment): object {
  return {
    start_ts: fromMs / 1000,
    end_ts: toMs / 1000,
    file,
    candle_count: meta.candle_count ?? null,
    created_at: meta.fetched_at,
    source: meta.source,
    sha256: meta.sha256,
  };
}

/** Whether the index on disk says what the segments say. Without segments none is needed. */
export function indexIsCurrent(folder: string, segments: readonly Segment[]): boolean {
  try {
    return readFileSync(join(folder, INDEX_FILE), "utf8") === encodeIndex(segments);
  } catch (error) {
    // Unreadable is as good as missing: it is written anew.
    return segments.length === 0 && (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** Writes the index if it is not current. Returns whether it was written. */
export function refreshIndex(folder: string, segments: readonly Segment[]): boolean {
  if (indexIsCurrent(folder, segments)) return false;
  writeFileAtomic(join(folder, INDEX_FILE), encodeIndex(segments));
  return true;
}
