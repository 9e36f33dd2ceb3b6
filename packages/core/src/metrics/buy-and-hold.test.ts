import { describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns } from "../market/candles.ts";
import { buyAndHold } from "./buy-and-hold.ts";

/** Bars of one minute-long unit: bar `i` opens at `i × 10`. */
const TIMEFRAME = 10;
const bars = (rows: readonly [timeMs: number, open: number, close: number][]): CandleColumns => {
  const columns = allocateColumns(rows.length);
  rows.forEach(([timeMs, open, close], i) => {
    columns.time[i] = timeMs;
    columns.open[i] = open;
    columns.close[i] = close;
  });
  return columns;
};
const one = (columns: CandleColumns, firstDecisionMs: number | undefined) => ({
  columns,
  timeframeMs: TIMEFRAME,
  firstDecisionMs,
});
const hold = (
  series: Parameters<typeof one>[],
  ticks: readonly number[],
  fillAt: "next-open" | "close" = "next-open",
) => [
  ...buyAndHold({
    series: series.map((parts) => one(...parts)),
    timeMs: Float64Array.from(ticks),
    length: ticks.length,
    initialCapital: 1000,
    fillAt,
  }),
];

const rising = bars([
  [0, 100, 110],
  [10, 125, 150],
  [20, 150, 200],
]);

describe("buyAndHold", () => {
  it("buys at the open after the first decision and is worth its close from then on", () => {
    expect(hold([[rising, 10]], [0, 10, 20, 30])).toEqual([1000, 1000, 1200, 1600]); // 8 units at 125
  });

  it("buys at the close of the first decision's bar when orders fill there", () => {
    expect(hold([[rising, 20]], [0, 10, 20, 30], "close")).toEqual([
      1000,
      1000,
      1000,
      expect.closeTo((1000 / 150) * 200, 9),
    ]);
  });

  it("waits over a gap for the first open there is", () => {
    const gap = bars([
      [0, 100, 110],
      [50, 200, 300],
    ]);
    expect(hold([[gap, 10]], [0, 10, 60])).toEqual([1000, 1000, 1500]);
  });

  it("keeps the share of a coin that could never trade as cash", () => {
    expect(
      hold(
        [
          [rising, 10],
          [rising, undefined],
        ],
        [0, 10, 20, 30],
      ),
    ).toEqual([1000, 1000, 1100, 1300]); // 500 in 4 units, 500 in cash
  });

  it("marks a coin at its last close while another one ticks", () => {
    const sparse = bars([
      [0, 100, 100],
      [10, 100, 200],
      [40, 400, 400],
    ]);
    expect(
      hold(
        [
          [rising, 10],
          [sparse, 10],
        ],
        [0, 10, 20, 30, 50],
      ),
    ).toEqual([1000, 1000, 600 + 1000, 800 + 1000, 800 + 2000]);
  });

  it("stays cash when the decision came on the last bar", () => {
    expect(hold([[rising, 30]], [0, 10, 20, 30])).toEqual([1000, 1000, 1000, 1000]);
  });
});
