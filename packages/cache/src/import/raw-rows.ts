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
