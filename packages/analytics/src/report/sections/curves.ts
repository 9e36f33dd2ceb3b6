import {
  formatCount,
  formatDay,
  formatDuration,
  formatMinute,
  formatNumber,
  formatShare,
} from "@powertrader/core/format";
import { DAY_MS } from "@powertrader/core/market";
import { type Analysis, DRAWDOWNS_KEPT } from "../../analysis/analyze-run.ts";
import { belowPeak } from "../chart-data.ts";
import { type Html, html } from "../html.ts";
import { svgCurve } from "../svg-curve.ts";
import { table } from "../table.ts";

/** Equity against the benchmark, the distance below the peak, and the deepest falls. */
export function curves({ run, metrics, benchmark, drawdowns }: Analysis): Html {
  const { timeMs, equity, length } = run.equity;
  const strategy = { values: equity, tone: "strategy" };
  const hold = benchmark === undefined ? [] : [{ values: benchmark, tone: "hold" }];
  return html`<section id="equity">
<h2>Equity</h2>
<figure>
<figcaption><span class="key strategy">Strategy</span>${benchmark === undefined ? undefined : html` <span class="key hold">Buy and hold</span>`} <span class="unit">${run.config.quote}, open positions at market value</span>
${benchmark === undefined ? undefined : controls("curves", ["both", "alone"])}${controls("scale", ["linear", "log"])}</figcaption>
<div class="chart tall" data-chart="equity"></div>
${svgCurve({ timeMs, length, lines: [...hold, strategy], label: "Equity over time", format: (value) => formatNumber(value, value < 10 ? 2 : 0) })}
</figure>
${benchmark === undefined ? html`<p class="aside">No benchmark curve: the run folder keeps no bars.</p>` : undefined}
<h3>Below the peak</h3>
<figure>
<div class="chart low" data-chart="drawdown"></div>
${svgCurve({ timeMs, length, lines: [{ values: belowPeak(equity, length), tone: "fall", isArea: true }], label: "Share of equity lost since the last peak", format: (value) => formatShare(value, 0) })}
</figure>
<p class="aside js-only">Drag over a curve to look closer, double-click to see all of it.</p>
${thinned(run, metrics.values.max_drawdown ?? null)}
${deepest(drawdowns, run.config.equity_interval)}
</section>`;
}

/** Buttons of which one is pressed; the script shows them. */
function controls(name: string, values: readonly string[]): Html {
  return html`<span class="controls" data-controls="${name}" hidden>${values.map((value) => html`<button type="button" value="${value}" aria-pressed="false">${value}</button>`)}</span>`;
}

/** What a reader must know who compares the curves with the metrics. */
function thinned({ config, result }: Analysis["run"], maxDrawdown: number | null): Html | undefined {
  if (config.equity_interval === null) return undefined;
  const exact = maxDrawdown === null ? "" : `, the max drawdown of ${formatShare(maxDrawdown)} among them,`;
  return html`<p class="aside">Curves have one point per ${config.equity_interval}, as the run was asked to keep; the metrics${exact} were taken from all ${formatCount(result.bars)} bars.</p>`;
}

function deepest(drawdowns: Analysis["drawdowns"], interval: string | null): Html {
  const resolution = interval === null ? "" : `, at the resolution of equity.jsonl (${interval})`;
  if (drawdowns.length === 0) return html`<p>Equity never fell below an earlier peak${resolution}.</p>`;
  const moment = drawdowns.some((one) => one.durationMs < 2 * DAY_MS) ? formatMinute : formatDay;
  return table({
    caption: `${drawdowns.length < DRAWDOWNS_KEPT ? "Every fall below an earlier peak" : `The ${drawdowns.length} deepest falls`}${resolution}`,
    columns: [
      { head: "Peak", cell: (one) => moment(one.peakMs) },
      { head: "Lowest", cell: (one) => moment(one.troughMs) },
      {
        head: "Back at the peak",
        cell: (one) => (one.recoveryMs === undefined ? "not yet" : moment(one.recoveryMs)),
      },
      { head: "Lasted", cell: (one) => formatDuration(one.durationMs), isNumeric: true },
      { head: "Depth", cell: (one) => html`<span class="loss">${formatShare(-one.share)}</span>`, isNumeric: true },
    ],
    rows: drawdowns,
  });
}
