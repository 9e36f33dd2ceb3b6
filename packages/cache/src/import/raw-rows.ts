import type { SeriesRows } from "@powertrader/core/files";
import type { Rejections } from "./rejections.ts";
import type { RowBuffer } from "./row-buffer.ts";
import type { RowLayout } from "./row-layout.ts";
import type { RowSchema } from "./row-schema.ts";

export interface ReadOptions<R extends SeriesRows> {
  readonly schema: RowSchema<R>;
  /** `BTC-USDT`; tells which of several volumes is meant. */
  readonly symbol: string;
  /** Places of the columns where no header says. */
  readonly columns?: RowLayout | undefined;
  /** Called now and then with the number of rows read. */
  readonly onRows?: (rows: number) => void;
}

/** Rows of a file in its order, each sound by itself. */
export interface RawRows<R extends SeriesRows> {
  readonly buffer: RowBuffer<R>;
  readonly rejections: Rejections;
  /** Rows met, sound or not. */
  readonly read: number;
  /** What the numbers of rejections count. */
  readonly unit: "line" | "element";
}
