import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleRows } from "./sample-rows.ts";

describe("sampleRows", () => {
  it("keeps all rows when there are few", () => {
    expect([...sampleRows(5, [new Float64Array(5)], 10)]).toEqual([0, 1, 2, 3, 4]);
  });

  it("keeps ends and extremes, in order, without repetition, however long the curves are", () => {
    const curve = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(curve, fc.integer({ min: 1, max: 9 }), (values, buckets) => {
        const columns = [Float64Array.from(values), Float64Array.from(values, (value, i) => value * Math.sin(i))];
        const rows = [...sampleRows(values.length, columns, buckets)];
        expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
        expect([rows[0], rows.at(-1)]).toEqual([0, values.length - 1]);
        expect(rows.length).toBeLessThanOrEqual(buckets * 6);
        for (const column of columns) {
          const shown = rows.map((row) => column[row]!);
          expect(Math.min(...shown)).toBe(Math.min(...column));
          expect(Math.max(...shown)).toBe(Math.max(...column));
        }
      }),
    );
  });
});
