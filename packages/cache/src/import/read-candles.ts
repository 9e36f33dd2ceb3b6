import { type ImportInput, sniff } from "./open-input.ts";
import { readCsv } from "./read-csv.ts";
import { readJson } from "./read-json.ts";
import type { Rejections } from "./rejections.ts";
import type { RowBuffer } from "./row-buffer.ts";
import type { RowLayout } from "./row-layout.ts";

export interface ReadOptions {
  /** `BTC-USDT`; tells which of several volumes is meant. */
  readonly symbol: string;
  /** Places of the columns where no header says. */
  readonly columns?: RowLayout | undefined;
  /** Called now and then with the number of rows read. */
  readonly onRows?: (rows: number) => void;
}

/** Rows of a file in its order, each a sound candle by itself. */
export interface RawRows {
  readonly buffer: RowBuffer;
  readonly rejections: Rejections;
  /** Rows met, sound or not. */
  readonly read: number;
  /** What the numbers of rejections count. */
  readonly unit: "line" | "element";
}

/**
 * Reads a file of candles, whichever of the known formats it is.
 * @throws PtError E_IMPORT when it is none
 */
export async function readCandles(input: ImportInput, options: ReadOptions): Promise<RawRows> {
  const { kind, chunks } = await sniff(input);
  return kind === "json" ? readJson(chunks, options) : readCsv(chunks, options);
}
