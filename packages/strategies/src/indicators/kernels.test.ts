import fc from "fast-check";
import { SMA } from "technicalindicators";
import { describe, expect, it } from "vitest";
import { highestKernel, type Kernel, lowestKernel, smaKernel } from "./kernels.ts";

/** All rows at once. */
const columnOf = (make: (period: number) => Kernel) => (values: Float64Array, period: number) => {
  const out = new Float64Array(values.length);
  make(period).extend(values, out, 0);
  return out;
};
const smaColumn = columnOf(smaKernel);
const highestColumn = columnOf(highestKernel);
const lowestColumn = columnOf(lowestKernel);

/** The last `period` values up to each row, or none where there are not enough. */
const windows = (values: readonly number[], period: number) =>
  values.map((_, i) => (i >= period - 1 ? values.slice(i - period + 1, i + 1) : []));
const naive = (values: readonly number[], period: number, of: (window: readonly number[]) => number) =>
  windows(values, period).map((window) => (window.length === 0 ? Number.NaN : of(window)));
const mean = (window: readonly number[]) => window.reduce((sum, value) => sum + value, 0) / window.length;

/** Prices as they come: none a million times another. */
const prices = fc.array(fc.double({ min: 0.01, max: 10_000, noNaN: true }), { maxLength: 80 });
const period = fc.integer({ min: 1, max: 90 });

function expectClose(actual: Float64Array, expected: readonly number[], relative: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (Number.isNaN(value)) expect(actual[i]).toBeNaN();
    else expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(relative * value);
  });
}

describe("smaColumn", () => {
  it("is the mean of the last values, NaN before there are enough", () => {
    expect([...smaColumn(Float64Array.of(1, 2, 3, 4, 8), 3)]).toEqual([Number.NaN, Number.NaN, 2, 3, 5]);
  });

  it("equals the mean computed anew for each row", () => {
    fc.assert(
      fc.property(prices, period, (values, n) =>
        expectClose(smaColumn(Float64Array.from(values), n), naive(values, n, mean), 1e-9),
      ),
    );
  });

  it("agrees with technicalindicators", () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 40 }), (values, n) => {
        const theirs = SMA.calculate({ period: n, values });
        expectClose(smaColumn(Float64Array.from(values), n).subarray(n - 1), theirs, 1e-9);
      }),
    );
  });

  it("does not drift over a million rows", () => {
    const values = Float64Array.from(
      { length: 1_000_000 },
      (_, i) => 30_000 + 10_000 * Math.sin(i / 1000) + (i % 7) * 0.1,
    );
    const last = [...values.subarray(-200)];
    expect(Math.abs(smaColumn(values, 200).at(-1)! / mean(last) - 1)).toBeLessThan(1e-14);
  });
});

describe.each([
  ["highestColumn", highestColumn, Math.max],
  ["lowestColumn", lowestColumn, Math.min],
] as const)("%s", (_, column, extreme) => {
  it("equals the extreme computed anew for each row", () => {
    fc.assert(
      fc.property(prices, period, (values, n) => {
        expect([...column(Float64Array.from(values), n)]).toEqual(naive(values, n, (window) => extreme(...window)));
      }),
    );
  });

  it("holds among equal values and forgets those that have left", () => {
    const few = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 40 });
    fc.assert(
      fc.property(few, fc.integer({ min: 1, max: 6 }), (values, n) => {
        expect([...column(Float64Array.from(values), n)]).toEqual(naive(values, n, (window) => extreme(...window)));
      }),
    );
  });
});

describe.each([
  ["smaColumn", smaColumn],
  ["highestColumn", highestColumn],
  ["lowestColumn", lowestColumn],
])("%s", (_, column) => {
  it("does not look ahead: later rows change nothing", () => {
    fc.assert(
      fc.property(prices, prices, period, (past, future, n) => {
        const alone = column(Float64Array.from(past), n);
        expect(column(Float64Array.from([...past, ...future]), n).subarray(0, past.length)).toEqual(alone);
      }),
    );
  });

  it("is all NaN while the series is shorter than its period", () => {
    expect([...column(Float64Array.of(1, 2), 3)]).toEqual([Number.NaN, Number.NaN]);
    expect(column(new Float64Array(0), 3).length).toBe(0);
  });
});

it.each([
  ["sma", smaKernel],
  ["highest", highestKernel],
  ["lowest", lowestKernel],
] as const)("%s goes on where it stopped, to the last bit", (_, make) => {
  const steps = fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.boolean()), { minLength: 1 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 12 }), (rows, period) => {
      const values = Float64Array.from(rows, ([value]) => value);
      const kernel = make(period);
      const out = new Float64Array(values.length);
      let done = 0;
      rows.forEach(([, isStop], i) => {
        if (!isStop && i < rows.length - 1) return;
        kernel.extend(values.subarray(0, i + 1), out, done);
        done = i + 1;
      });
      expect([...out]).toEqual([...columnOf(make)(values, period)]);
    }),
  );
});
