import { describe, expect, it } from "vitest";
import { allocateColumns } from "../market/candles.ts";
import { HOUR_MS } from "../market/timeframe.ts";
import { HistoryView } from "../strategy/history-view.ts";
import { correlation, realisedVolatility } from "./returns-of-closes.ts";

/** Closes at whole hours, `undefined` for a bar that does not exist; all but the last `hidden` rows have closed. */
function viewOf(closes: readonly (number | undefined)[], hidden = 0): HistoryView {
  const rows = closes.flatMap((close, hour) => (close === undefined ? [] : [[hour * HOUR_MS, close] as const]));
  const columns = allocateColumns(rows.length);
  rows.forEach(([time, close], row) => {
    columns.time[row] = time;
    columns.close[row] = close;
  });
  return new HistoryView("A-USDT", "1hour", columns, { row: rows.length - 1 - hidden });
}

describe("realisedVolatility", () => {
  it("annualises the sample deviation of log returns with the bars of a year", () => {
    const returns = [Math.log(110 / 100), Math.log(99 / 110), Math.log(103 / 99)];
    const mean = (returns[0]! + returns[1]! + returns[2]!) / 3;
    const variance = returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 2;
    expect(realisedVolatility(viewOf([7, 100, 110, 99, 103]), 4)).toBeCloseTo(Math.sqrt(variance * 24 * 365), 12);
  });

  it("sees closed bars only", () => {
    expect(realisedVolatility(viewOf([100, 110, 99, 5_000], 1), 3)).toBe(realisedVolatility(viewOf([100, 110, 99]), 3));
  });

  it.each([
    ["fewer closes than asked for", [100, 110, 99], 4],
    ["prices that stand still", [100, 100, 100, 100], 4],
    ["steady growth, which differs by rounding only", [1, 1.1, 1.1 ** 2, 1.1 ** 3, 1.1 ** 4], 5],
    ["a single return", [100, 110], 2],
  ])("does not exist for %s", (_case, closes, bars) => {
    expect(realisedVolatility(viewOf(closes), bars)).toBeUndefined();
  });
});

describe("correlation", () => {
  const prices = [100, 104, 101, 107, 103, 110];

  it("is 1 for prices in proportion and −1 for their inverse", () => {
    const double = prices.map((price) => price * 2);
    const inverse = prices.map((price) => 1 / price);
    expect(correlation(viewOf(prices), viewOf(double), 6)).toBeCloseTo(1, 12);
    expect(correlation(viewOf(prices), viewOf(inverse), 6)).toBeCloseTo(-1, 12);
  });

  it("is Pearson's of the log returns", () => {
    // numpy.corrcoef(numpy.diff(numpy.log(a)), numpy.diff(numpy.log(b)))[0, 1]
    expect(correlation(viewOf([10, 11, 10, 12, 13]), viewOf([20, 21, 22, 20, 23]), 5)).toBeCloseTo(
      -0.4468084488791633,
      12,
    );
  });

  it("takes the last bars that both have, holes left out", () => {
    const one = viewOf([1, 100, undefined, 104, 101, 107, 50]);
    const other = viewOf([9, 100, 3, 104, 101, 107]);
    expect(correlation(one, other, 4)).toBeCloseTo(1, 12);
  });

  it.each([
    ["too few common bars", [1, 2, undefined, 3], [1, undefined, 2, 3], 3],
    ["a series that stands still", [1, 2, 1, 2], [5, 5, 5, 5], 4],
    ["a single return", [1, 2], [1, 2], 2],
  ])("does not exist for %s", (_case, one, other, bars) => {
    expect(correlation(viewOf(one), viewOf(other), bars)).toBeUndefined();
  });
});
