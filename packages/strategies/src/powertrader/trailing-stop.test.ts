import { describe, expect, it } from "vitest";
import { newTrailingStop, type TrailingStop, trail } from "./trailing-stop.ts";

/** Moves a new stop over bids; `line!` where it sells. */
function lines(bids: readonly number[], base: number, trailing: "upstream" | "v0" = "upstream"): readonly string[] {
  const stop = newTrailingStop(base);
  return bids.map((bid) => {
    const sells = trail(stop, bid, base, { trailing, trailing_gap_pct: 0.5 });
    return `${Number(stop.line.toFixed(6))}${sells ? "!" : ""}`;
  });
}

describe.each(["upstream", "v0"] as const)("the trailing stop (%s)", (trailing) => {
  it("starts at the profit line, follows the peak and sells below", () => {
    const bids = [104.9, 105.2, 107, 106.6, 106.4];
    expect(lines(bids, 105, trailing)).toEqual(["105", "105", "106.465", "106.465", "106.465!"]);
  });

  it("sells through a gap at whatever the price is then", () => {
    expect(lines([105.2, 103], 105, trailing)).toEqual(["105", "105!"]);
  });

  it("starts lower after a dca buy", () => {
    expect(lines([102.4, 102.6, 102.55, 102.49], 102.5, trailing)).toEqual(["102.5", "102.5", "102.5", "102.5!"]);
  });

  it("is set off by a touch", () => {
    expect(lines([105, 104.99], 105, trailing)).toEqual(["105", "105!"]);
  });

  it("never sells what has not been above the line", () => {
    expect(lines([104, 80, 104.99, 1], 105, trailing)).toEqual(["105", "105", "105", "105"]);
  });

  it("asks again for a sale that did not come about, and goes on when the price is back", () => {
    const bids = [107, 106, 105, 110, 109.5, 109.4];
    expect(lines(bids, 105, trailing)).toEqual(["106.465", "106.465!", "106.465!", "109.45", "109.45", "109.45!"]);
  });
});

describe("a profit line that falls with the average price", () => {
  const fallen = (trailing: "upstream" | "v0", stop: TrailingStop) => {
    trail(stop, 90, 95, { trailing, trailing_gap_pct: 0.5 });
    return stop.line;
  };

  it("takes an idle stop along upstream, and leaves it behind in v0", () => {
    expect(fallen("upstream", newTrailingStop(105))).toBe(95);
    expect(fallen("v0", newTrailingStop(105))).toBe(105);
  });

  it("does not move an active stop", () => {
    const active = () => ({ isActive: true, line: 105, peak: 105, wasAbove: false });
    expect(fallen("upstream", active())).toBe(105);
    expect(fallen("v0", active())).toBe(105);
  });
});
