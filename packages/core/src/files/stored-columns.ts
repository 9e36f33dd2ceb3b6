import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { asSystemError } from "../errors/index.ts";
import type { CandleColumns } from "../market/index.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { decodeVerified, encodeColumns, hashColumns } from "./columns-file.ts";
import { readBytes } from "./read-bytes.ts";
import type { SegmentMeta } from "./segment.ts";

/** Names, sizes and modification times of the segments: when they are the same, so are the candles. */
export function identityOf(
  folder: string,
  segments: readonly { readonly file: string; readonly meta: SegmentMeta }[],
): string {
  return segments
    .map((segment) => {
      const { size, mtimeMs } = statOf(join(folder, segment.file));
      return `${segment.file}:${size}:${mtimeMs}:${segment.meta.fetched_at}`;
    })
    .join("\n");
}

function statOf(path: string): { readonly size: number; readonly mtimeMs: number } {
  try {
    return statSync(path);
  } catch (error) {
    throw asSystemError(error, path);
  }
}

const storedSchema = z.object({ identity: z.string(), rows: z.number(), sha256: z.string() });

/** The columns kept at `path` for these segments, or `undefined` when there are none or they are not what was written. */
export function readStoredColumns(path: string, identity: string): CandleColumns | undefined {
  try {
    const stored = storedSchema.parse(JSON.parse(readFileSync(`${path}.json`, "utf8")));
    if (stored.identity !== identity) return undefined;
    const columns = decodeVerified(readBytes(`${path}.f64`), stored.sha256);
    return columns?.length === stored.rows ? columns : undefined;
  } catch {
    // A cache of the cache: whatever is wrong with it, the segments are the truth.
    return undefined;
  }
}

/** Keeps columns at `path`, if the folder can be written. */
export function storeColumns(path: string, identity: string, columns: CandleColumns): void {
  try {
    writeFileAtomic(`${path}.f64`, encodeColumns(columns), { durable: false });
    const stored = { identity, rows: columns.length, sha256: hashColumns(columns) };
    writeFileAtomic(`${path}.json`, `${JSON.stringify(stored)}\n`, { durable: false });
  } catch {
    // A read-only cache folder still serves its segments.
  }
}
