import { formatDay, formatNumber } from "@powertrader/core/format";
import { type Html, html } from "./html.ts";
import { sampleRows } from "./sample-rows.ts";

export interface CurveLine {
  readonly values: Float64Array;
  /** Class of the line, which gives its colour. */
  readonly tone: string;
  /** Whether the room between the line and zero is filled. */
  readonly isArea?: boolean;
}

export interface CurveDrawing {
  readonly timeMs: Float64Array;
  readonly length: number;
  readonly lines: readonly CurveLine[];
  readonly label: string;
  readonly format: (value: number) => string;
}

const WIDTH = 1000;
const HEIGHT = 300;
const BUCKETS = 250;

/** A drawing of curves over time that needs no script: it scales with the page, its labels do not. */
export function svgCurve({ timeMs, length, lines, label, format }: CurveDrawing): Html {
  const rows = sampleRows(
    length,
    lines.map((line) => line.values),
    BUCKETS,
  );
  const [fromMs, toMs] = [timeMs[0]!, timeMs[length - 1]!];
  const { low, high, ticks } = scaleOf(lines, rows);
  const x = (row: number) => (toMs === fromMs ? 0 : ((timeMs[row]! - fromMs) / (toMs - fromMs)) * WIDTH);
  const y = (value: number) => ((high - value) / (high - low)) * HEIGHT;
  const top = (value: number) => formatNumber((y(value) / HEIGHT) * 100, 2);
  return html`<div class="drawing" role="img" aria-label="${label}">
<div class="levels" aria-hidden="true">${ticks.map((tick) => html`<span class="level" style="top:${top(tick)}%">${format(tick)}</span>`)}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
${ticks.map((tick) => html`<line class="rule" x1="0" x2="${WIDTH}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>`)}
${lines.map((line) => pathOf(line, rows, x, y))}
</svg>
<div class="dates" aria-hidden="true">${[0, 0.5, 1].map((share) => html`<span>${formatDay(fromMs + share * (toMs - fromMs))}</span>`)}</div>
</div>`;
}

function pathOf(line: CurveLine, rows: Uint32Array, x: (row: number) => number, y: (value: number) => number): Html {
  let path = "";
  for (const row of rows) path += `${path === "" ? "M" : "L"}${round(x(row))} ${round(y(line.values[row]!))}`;
  const area = `${path}L${round(x(rows.at(-1)!))} ${round(y(0))}L0 ${round(y(0))}Z`;
  return html`${line.isArea === true ? html`<path class="area ${line.tone}" d="${area}"/>` : undefined}<path class="line ${line.tone}" d="${path}"/>`;
}

function round(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

/** The range of the values, a little widened, and round numbers in it. */
function scaleOf(
  lines: readonly CurveLine[],
  rows: Uint32Array,
): { low: number; high: number; ticks: readonly number[] } {
  let low = Infinity;
  let high = -Infinity;
  for (const { values, isArea } of lines) {
    for (const row of rows) {
      low = Math.min(low, values[row]!);
      high = Math.max(high, values[row]!);
    }
    if (isArea === true) high = Math.max(high, 0);
  }
  const room = (high - low || Math.abs(high) || 1) * 0.04;
  low -= room;
  high += lines.some((line) => line.isArea) ? 0 : room;
  const step = roundStep((high - low) / 6);
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(n * step);
  return { low, high, ticks };
}

/** 1, 2 or 5 times a power of ten, not below `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= step * 0.999)!;
}
