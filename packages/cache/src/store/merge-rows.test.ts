import { CANDLE_ROWS } from "@powertrader/core/files";
import { describe, expect, it } from "vitest";
import { candles, prices, stretch } from "../fixtures/candles.ts";
import { concatRows, mergeRows } from "./merge-rows.ts";

describe("mergeRows", () => {
  it("interleaves by open time and counts what is new", () => {
    const merged = mergeRows(CANDLE_ROWS, candles([0, 1], [2, 1]), candles([1, 1], [2, 1], [3, 1]), true);
    expect(prices(merged.rows).map(([hour]) => hour)).toEqual([0, 1, 2, 3]);
    expect(merged).toMatchObject({ added: 2, revised: 0, outdated: 0 });
  });

  it("lets the winner's copy stand and counts the difference", () => {
    const [old, fresh] = [candles([0, 1], [1, 1]), candles([0, 1], [1, 2])];
    expect(mergeRows(CANDLE_ROWS, old, fresh, true)).toMatchObject({ added: 0, revised: 1, outdated: 0 });
    expect(prices(mergeRows(CANDLE_ROWS, old, fresh, true).rows)[1]).toEqual([1, 2]);
    expect(mergeRows(CANDLE_ROWS, old, fresh, false)).toMatchObject({ added: 0, revised: 0, outdated: 1 });
    expect(prices(mergeRows(CANDLE_ROWS, old, fresh, false).rows)[1]).toEqual([1, 1]);
  });

  it("takes a change of any column for a difference", () => {
    const old = candles([0, 10]);
    for (const name of ["open", "high", "low", "close", "volume"] as const) {
      const other = candles([0, 10]);
      other[name][0] = 11;
      expect(mergeRows(CANDLE_ROWS, old, other, true).revised).toBe(1);
    }
  });
});

it("concatenates", () => {
  expect(prices(concatRows(CANDLE_ROWS, stretch(0, 2, 1), stretch(2, 3, 2)))).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
  ]);
});
