import type { Analysis } from "../analysis/analyze-run.ts";
import type { Assets } from "./assets.ts";
import { chartData } from "./chart-data.ts";
import { Html, html, jsonForScript } from "./html.ts";
import { allMetrics } from "./sections/all-metrics.ts";
import { assumptions } from "./sections/assumptions.ts";
import { coins } from "./sections/coins.ts";
import { comparison } from "./sections/comparison.ts";
import { configuration } from "./sections/configuration.ts";
import { costs } from "./sections/costs.ts";
import { curves } from "./sections/curves.ts";
import { footer } from "./sections/footer.ts";
import { header } from "./sections/header.ts";
import { keyFigures } from "./sections/key-figures.ts";
import { months } from "./sections/months.ts";
import { positions } from "./sections/positions.ts";
import { prices } from "./sections/prices.ts";
import { provenance } from "./sections/provenance.ts";
import { trades } from "./sections/trades.ts";

/**
 * `report.html`: one page that needs nothing else, neither network nor server. All numbers, tables and a drawing of
 * equity stand without scripts; those that run are ours, allowed one by one by their hash.
 */
export function page(analysis: Analysis, assets: Assets): string {
  const { config } = analysis.run;
  const policy = [
    "default-src 'none'",
    `script-src ${assets.scripts.map((script) => script.source).join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${config.strategy} on ${config.coins.join(", ")} · backtest report</title>
<link rel="icon" href="data:,">
<style>${assets.styles}</style>
</head>
<body>
${header(analysis)}
${navigation(analysis)}
<main>
${keyFigures(analysis)}
${curves(analysis)}
${comparison(analysis)}
${prices(analysis)}
${months(analysis)}
${coins(analysis)}
${trades(analysis)}
${positions(analysis)}
${costs(analysis)}
${assumptions(analysis)}
${allMetrics(analysis)}
${configuration(analysis)}
${provenance(analysis)}
</main>
${footer(assets)}
<script type="application/json" id="report-data">${jsonForScript(chartData(analysis))}</script>
${assets.scripts.map((script) => script.element)}
</body>
</html>
`.text;
}

function navigation({ months: list, run }: Analysis): Html {
  const places: readonly (readonly [id: string, label: string] | undefined)[] = [
    ["figures", "Figures"],
    ["equity", "Equity"],
    ["comparison", "Buy and hold"],
    ["prices", "Prices"],
    list.length === 0 ? undefined : ["months", "Months"],
    ["coins", "Coins"],
    ["trades", "Trades"],
    run.result.open_positions.length === 0 ? undefined : ["positions", "Open"],
    ["costs", "Costs"],
    ["assumptions", "Assumptions"],
    ["metrics", "All metrics"],
    ["configuration", "Configuration"],
    ["provenance", "Provenance"],
  ];
  return html`<nav aria-label="Sections">${places.map((place) => place && html`<a href="#${place[0]}">${place[1]}</a> `)}</nav>`;
}
