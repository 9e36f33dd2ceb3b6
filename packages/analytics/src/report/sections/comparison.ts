import type { Analysis } from "../../analysis/analyze-run.ts";
import { METRIC_CATALOGUE } from "../../format/metric-catalogue.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { metricValue } from "../values.ts";

const ROWS: readonly (readonly [name: string, benchmark: string])[] = [
  ["total_return", "benchmark_return"],
  ["cagr", "benchmark_cagr"],
  ["volatility", "benchmark_volatility"],
  ["sharpe", "benchmark_sharpe"],
  ["sortino", "benchmark_sortino"],
  ["calmar", "benchmark_calmar"],
  ["max_drawdown", "benchmark_max_drawdown"],
  ["max_drawdown_days", "benchmark_max_drawdown_days"],
];

/** The strategy beside doing nothing but buying and holding. */
export function comparison({ metrics }: Analysis): Html {
  return html`<section id="comparison">
<h2>Against buying and holding</h2>
${table({
  caption:
    "The strategy after costs, and an even purchase of every coin at the first possible price, held without costs",
  columns: [
    {
      head: "",
      cell: ([name]) => html`${METRIC_CATALOGUE[name]!.label} <small>${METRIC_CATALOGUE[name]!.meaning}</small>`,
    },
    { head: "Strategy", cell: ([name]) => metricValue(metrics, name), isNumeric: true },
    { head: "Buy and hold", cell: ([, name]) => metricValue(metrics, name), isNumeric: true },
  ],
  rows: ROWS,
})}
</section>`;
}
