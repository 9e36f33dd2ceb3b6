import { formatChange } from "@powertrader/core/format";
import type { MonthlyReturn } from "@powertrader/core/metrics";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { noValue } from "../values.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns by calendar month, one year a row. */
export function months({ months: list, run }: Analysis): Html | undefined {
  if (list.length === 0) return undefined;
  const years = [...new Set(list.map((month) => month.year))];
  const largest = Math.max(0.01, ...list.map((month) => Math.abs(month.value ?? 0)));
  const digits = list.every(({ value }) => value === null || isNothing(formatChange(value, 1))) ? 2 : 1;
  const caption = `Return of every month (UTC)${run.hasEveryTick ? "" : ", from the points that equity.jsonl keeps"}; the first and last one as far as the run goes`;
  return html`<section id="months">
<h2>Month by month</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns">
<table class="months">
<caption>${caption}</caption>
<thead><tr><th scope="col">Year</th>${MONTHS.map((name) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col" class="number">Year</th></tr></thead>
<tbody>
${years.map((year) => {
  const own = list.filter((month) => month.year === year);
  return html`<tr><th scope="row">${String(year)}</th>${MONTHS.map((_, i) =>
    cell(
      own.find((month) => month.month === i + 1),
      largest,
      digits,
    ),
  )}<td class="number total">${formatChange(together(own), digits)}</td></tr>\n`;
})}</tbody>
</table>
</div>
</section>`;
}

function cell(month: MonthlyReturn | undefined, largest: number, digits: number): Html {
  if (month === undefined) return html`<td></td>`;
  if (month.value === null) return html`<td class="number">${noValue("equity was lost before")}</td>`;
  const tone = month.value > 0 ? "up" : month.value < 0 ? "down" : "even";
  const heat = Math.round(8 + 52 * Math.min(1, Math.abs(month.value) / largest));
  return html`<td class="number heat ${tone}" style="--heat:${tone === "even" ? 0 : heat}%">${formatChange(month.value, digits)}</td>`;
}

function isNothing(text: string): boolean {
  return !/[1-9]/.test(text);
}

/** Returns one after another. */
function together(list: readonly MonthlyReturn[]): number {
  return list.reduce((product, month) => product * (1 + (month.value ?? 0)), 1) - 1;
}
