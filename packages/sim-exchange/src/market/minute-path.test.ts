import { createStream } from "@powertrader/core/random";
import { describe, expect, it } from "vitest";
import { MINUTES_PER_DAY, minutePath } from "./minute-path.ts";

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

describe("minutePath", () => {
  it.each([0, 0.3, -0.5])("moves by %s over the day", (change) => {
    for (let day = 0; day < 20; day++) {
      const path = minutePath(createStream(1, `${day}`), change, 0.03);
      expect(path.changes).toHaveLength(MINUTES_PER_DAY);
      expect(sum(path.changes)).toBeCloseTo(change, 10);
    }
  });

  it("spreads the variance of the day over its minutes, unevenly", () => {
    const { variances } = minutePath(createStream(1, "day"), 0.01, 0.03);
    expect(60 * sum(variances)).toBeCloseTo(0.03 ** 2, 12);
    expect(Math.max(...variances) / Math.min(...variances)).toBeGreaterThan(2);
  });

  it("jumps on some days, in one minute", () => {
    const jumps = Array.from({ length: 200 }, (_, day) => {
      const { changes } = minutePath(createStream(1, `${day}`), 0, 0.03);
      return changes.filter((change) => Math.abs(change) > 0.006).length; // 0.2 of a day in one minute
    });
    expect(Math.max(...jumps)).toBe(1);
    const days = jumps.filter((count) => count === 1).length;
    expect(days).toBeGreaterThan(20);
    expect(days).toBeLessThan(60);
  });
});
