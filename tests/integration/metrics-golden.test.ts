import { computeMetrics, tradingCosts } from "@powertrader/core/metrics";
import { describe, expect, it } from "vitest";
import curves from "../fixtures/metrics-golden.json" with { type: "json" };

/** Answers of `tests/fixtures/metrics-golden.py`, which shares nothing with the kernels but the conventions. */
describe("metrics against an implementation of their own", () => {
  it.each(curves)("agree on $name", ({ rows, risk_free: riskFree, metrics: expected }) => {
    const equity = Float64Array.from(rows, ([, value]) => value!);
    const { values } = computeMetrics({
      timeMs: Float64Array.from(rows, ([ts]) => ts! * 1000),
      equity,
      cash: equity,
      length: rows.length,
      trades: [],
      costs: tradingCosts([]),
      riskFree,
    });
    for (const [name, answer] of Object.entries(expected)) {
      if (answer === null) expect(values[name], name).toBeNull();
      else
        expect(Math.abs(values[name]! - answer), `${name}: ${values[name]}`).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(answer)),
        );
    }
  });
});
