import { type ImportInput, sniff } from "./open-input.ts";
import type { RawRows, ReadOptions } from "./raw-rows.ts";
import { readCsv } from "./read-csv.ts";
import { readJson } from "./read-json.ts";

/**
 * Reads a file of candles, whichever of the known formats it is.
 * @throws PtError E_IMPORT when it is none
 */
export async function readCandles(input: ImportInput, options: ReadOptions): Promise<RawRows> {
  const { kind, chunks } = await sniff(input);
  return kind === "json" ? readJson(chunks, options) : readCsv(chunks, options);
}
