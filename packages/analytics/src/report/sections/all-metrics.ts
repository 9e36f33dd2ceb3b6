import { SESSION_CALENDARS } from "@powertrader/core/metrics";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { METRIC_CATALOGUE } from "../../format/metric-catalogue.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { metricValue } from "../values.ts";

/** Every metric by its name in metrics.json, with its meaning, and the reason where it is not defined. */
export function allMetrics({ run, metrics }: Analysis): Html {
  const known = Object.keys(METRIC_CATALOGUE).filter((name) => Object.hasOwn(metrics.values, name));
  const others = Object.keys(metrics.values).filter((name) => !Object.hasOwn(METRIC_CATALOGUE, name));
  const { daysPerYear, hasClosedDays } = SESSION_CALENDARS[run.config.execution_model.session];
  return html`<section id="metrics">
<h2>All metrics</h2>
<details>
<summary>${known.length + others.length} metrics and what they mean</summary>
${table<string>({
  caption: metrics.isRecomputed ? "Computed from the files of the run" : "As the run recorded them in result.json",
  columns: [
    { head: "Name in metrics.json", cell: (name) => html`<code>${name}</code>` },
    { head: "Value", cell: (name) => metricValue(metrics, name), isNumeric: true },
    { head: "Meaning", cell: (name) => html`<small>${METRIC_CATALOGUE[name]?.meaning}</small>` },
  ],
  rows: [...known, ...others],
})}
<p class="aside">Daily returns run from 24:00 to 24:00 UTC${hasClosedDays ? ", over weekdays on which something traded," : undefined} and are simple; ratios are scaled with ${String(daysPerYear)} days a year and a risk-free rate of zero; falls are measured on every bar, open positions included.</p>
</details>
</section>`;
}
