import type { Assets } from "../assets.ts";
import { type Html, html } from "../html.ts";

/** Whose charts these are. */
export function footer({ plotLicence, versions }: Assets): Html {
  return html`<footer>
<p>Made offline by pt-analyze. This page loads nothing and sends nothing.</p>
<p>Price chart: TradingView Lightweight Charts™ ${versions.lightweightCharts}, Copyright (c) TradingView, Inc., <a href="https://www.tradingview.com/" rel="noreferrer">https://www.tradingview.com/</a>, Apache License 2.0. Curves: uPlot ${versions.uplot}, Copyright (c) Leon Sorokin, <a href="https://github.com/leeoniya/uPlot" rel="noreferrer">https://github.com/leeoniya/uPlot</a>, MIT License.</p>
<details><summary>Licence of uPlot</summary><pre>${plotLicence}</pre></details>
</footer>`;
}
