import type { Analysis } from "../../analysis/analyze-run.ts";
import { formatMetric, METRIC_CATALOGUE } from "../../format/metric-catalogue.ts";
import { type Html, html } from "../html.ts";
import { wasMostlyIdle } from "../mostly-idle.ts";
import { noValue, reasonOf, toneOf } from "../values.ts";

const SHOWN = ["total_return", "benchmark_return", "max_drawdown", "sharpe", "cagr", "win_rate", "profit_factor"];

/** The eight numbers to read first, each with what it means. */
export function keyFigures(analysis: Analysis): Html {
  const { metrics } = analysis;
  const shown = [...SHOWN, wasMostlyIdle(analysis) ? "return_on_deployed" : "exposure"];
  return html`<section id="figures">
<h2>Key figures</h2>
<ul class="cards">
${shown.map((name) => {
  const { label, unit, meaning } = METRIC_CATALOGUE[name]!;
  const value = metrics.values[name] ?? null;
  const isChange = unit === "change" && value !== null;
  return html`<li><h3>${label}</h3>
<p class="figure${isChange ? ` ${toneOf(value)}` : ""}">${value === null ? noValue(reasonOf(metrics, name)) : formatMetric(value, unit)}</p>
<p class="meaning">${value === null ? html`Not defined: ${reasonOf(metrics, name)}. ` : undefined}${meaning}</p></li>\n`;
})}</ul>
</section>`;
}
