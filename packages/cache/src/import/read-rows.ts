import type { SeriesRows } from "@powertrader/core/files";
import { type ImportInput, sniff } from "./open-input.ts";
import type { RawRows, ReadOptions } from "./raw-rows.ts";
import { readCsv } from "./read-csv.ts";
import { readJson } from "./read-json.ts";

/**
 * Reads a file of rows, whichever of the known formats it is.
 * @throws PtError E_IMPORT when it is none
 */
export async function readRows<R extends SeriesRows>(input: ImportInput, options: ReadOptions<R>): Promise<RawRows<R>> {
  const { kind, chunks } = await sniff(input);
  return kind === "json" ? readJson(chunks, options) : readCsv(chunks, options);
}
