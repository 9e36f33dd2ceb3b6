import { describe, expect, it } from "vitest";
import { allocateColumns, candleAt, candleFault, columnsOver, firstRowAt, sliceColumns } from "./candles.ts";

const sound = { open: 10, high: 12, low: 9, close: 11, volume: 5 };
const faultOf = (change: Partial<typeof sound>) => {
  const { open, high, low, close, volume } = { ...sound, ...change };
  return candleFault(open, high, low, close, volume);
};

describe("candleFault", () => {
  it.each([
    {},
    { volume: 0 },
    { open: 10, high: 10, low: 10, close: 10 },
    { open: 12, close: 9 },
    { open: 1e-12, low: 1e-12 },
  ])("finds nothing wrong with %j", (change) => {
    expect(faultOf(change)).toBeUndefined();
  });

  it.each([
    [{ open: 0 }, "zero or negative"],
    [{ low: -1 }, "zero or negative"],
    [{ close: Number.NaN }, "missing"],
    [{ high: Infinity }, "infinite"],
    [{ high: 8 }, "high is below"],
    [{ high: 10.5 }, "high is below"], // under the close
    [{ low: 10.5 }, "low is above"], // over the open
    [{ low: 13 }, "high is below"],
    [{ volume: -0.1 }, "volume"],
    [{ volume: Number.NaN }, "volume"],
    [{ volume: Infinity }, "volume"],
  ])("says what is wrong with %j", (change, fault) => {
    expect(faultOf(change)).toContain(fault);
  });
});

describe("columns", () => {
  const columns = allocateColumns(4);
  [100, 200, 300, 400].forEach((timeMs, i) => {
    columns.time[i] = timeMs;
    columns.close[i] = i;
  });

  it("lie one after another in the order of the column file", () => {
    const values = Float64Array.from({ length: 12 }, (_, i) => i);
    const two = columnsOver(values.buffer, 2);
    expect([two.time, two.open, two.high, two.low, two.close, two.volume].map((column) => [...column])).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
      [10, 11],
    ]);
    expect(candleAt(two, 1)).toEqual({ open: 3, high: 5, low: 7, close: 9, volume: 11 });
  });

  it.each([
    [0, 0],
    [100, 0],
    [101, 1],
    [400, 3],
    [401, 4],
  ])("the first row at or after %i is row %i", (timeMs, row) => {
    expect(firstRowAt(columns, timeMs)).toBe(row);
  });

  it("are sliced as views on the same memory", () => {
    const middle = sliceColumns(columns, 1, 3);
    expect(middle.length).toBe(2);
    expect([...middle.time]).toEqual([200, 300]);
    expect(middle.close.buffer).toBe(columns.close.buffer);
  });
});
