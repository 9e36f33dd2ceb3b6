import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, WEEK_MS } from "../market/index.ts";
import { cutoffAllows, labelAllowed } from "./cutoff.ts";

const cutoffMs = Date.UTC(2024, 1, 1); // a Thursday

describe("cutoffAllows", () => {
  it("lets training see candles that have closed by the cutoff, at it included", () => {
    expect(cutoffAllows(cutoffMs - HOUR_MS, HOUR_MS, cutoffMs)).toBe(true);
    expect(cutoffAllows(cutoffMs - HOUR_MS + 1, HOUR_MS, cutoffMs)).toBe(false);
  });

  it("hides a candle that has opened and not closed: the week of the cutoff", () => {
    const mondayMs = cutoffMs - 3 * DAY_MS;
    expect(cutoffAllows(mondayMs, WEEK_MS, cutoffMs)).toBe(false);
    expect(cutoffAllows(mondayMs - WEEK_MS, WEEK_MS, cutoffMs)).toBe(true);
  });
});

describe("labelAllowed", () => {
  it("wants the next candle closed", () => {
    expect(labelAllowed(cutoffMs - HOUR_MS, HOUR_MS, cutoffMs)).toBe(true);
    expect(labelAllowed(cutoffMs, HOUR_MS, cutoffMs)).toBe(false);
  });

  it("knows no label after the last candle, and none across a gap that ends after the cutoff", () => {
    expect(labelAllowed(undefined, HOUR_MS, cutoffMs)).toBe(false);
    expect(labelAllowed(cutoffMs + 9 * HOUR_MS, HOUR_MS, cutoffMs)).toBe(false);
  });
});
