import { describe, expect, it } from "vitest";
import { svgCurve } from "./svg-curve.ts";

const draw = (values: readonly number[], isArea = false) =>
  svgCurve({
    timeMs: Float64Array.from(values, (_, i) => Date.UTC(2024, 0, 1 + i)),
    length: values.length,
    lines: [{ values: Float64Array.from(values), tone: "strategy", isArea }],
    label: "a <curve>",
    format: (value) => String(value),
  }).text;

describe("svgCurve", () => {
  it("draws from edge to edge, with round levels and the dates of both ends", () => {
    const drawing = draw([100, 120, 90, 110]);
    expect(drawing).toMatch(/class="line strategy" d="M0 [\d.]+L333\.3 [\d.]+L666\.7 [\d.]+L1000 [\d.]+"/);
    expect([...drawing.matchAll(/class="level" style="[^"]+">([^<]+)</g)].map(([, level]) => level)).toEqual(
      expect.arrayContaining(["90", "100", "110", "120"]),
    );
    expect(drawing).toContain("<span>2024-01-01</span>");
    expect(drawing).toContain("<span>2024-01-04</span>");
    expect(drawing).toContain('aria-label="a &lt;curve&gt;"');
  });

  it("hangs an area from zero", () => {
    expect(draw([0, -0.2, -0.1], true)).toMatch(/class="area strategy" d="M0 0L500 [\d.]+L1000 [\d.]+L1000 0L0 0Z"/);
  });

  it.each([[[100]], [[100, 100, 100]], [[0, 0]], [[1e15, 1e-15]]])(
    "draws %s without a number that is none",
    (values) => {
      expect(draw(values)).not.toMatch(/NaN|Infinity/);
      expect(draw(values, true)).not.toMatch(/NaN|Infinity/);
    },
  );
});
