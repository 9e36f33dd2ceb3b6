import {
  formatChange,
  formatCount,
  formatDay,
  formatMinute,
  formatMoney,
  formatPrice,
  formatSetting,
  formatShare,
} from "@powertrader/core/format";
import { isTimeframe, shortTimeframe } from "@powertrader/core/market";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { wasMostlyIdle } from "../mostly-idle.ts";

/** What was run, what must be known first, and the outcome in a few sentences. */
export function header(analysis: Analysis): Html {
  const { config, result } = analysis.run;
  const params = Object.entries(config.params);
  return html`<header>
<p class="overline">Backtest report${config.name === null ? undefined : html` · ${config.name}`}</p>
<h1>${config.strategy} <span class="on">on ${config.coins.join(", ")}</span></h1>
<p class="range">${dayOf(result.start_ts)} to ${dayOf(result.end_ts)} · ${timeframeInWords(config.timeframe)} bars${config.leverage === 1 ? undefined : ` · leverage ${formatPrice(config.leverage)}`} · ${config.exchange} · prices in ${config.quote}</p>
${params.length === 0 && config.tags.length === 0 ? undefined : html`<ul class="chips">${params.map(([name, value]) => html`<li><span class="chip-name">${name}</span> ${formatSetting(value)}</li>`)}${config.tags.map((tag) => html`<li class="tag">${tag}</li>`)}</ul>`}
${config.note === null ? undefined : html`<p class="note">${config.note}</p>`}
${banners(analysis)}
<p class="verdict">${verdict(analysis)}</p>
</header>`;
}

function banners({ run, warnings }: Analysis): readonly Html[] {
  const { result, equity } = run;
  const list: Html[] = [];
  if (result.synthetic) {
    list.push(
      banner(
        "synthetic",
        "SYNTHETIC",
        "The candles come from a simulated market. Nothing here says anything about a real one.",
      ),
    );
  }
  if (run.isPartial) {
    const until = formatMinute(equity.timeMs[equity.length - 1]!);
    const why =
      result.status === "cancelled" ? "The run was cancelled" : "The run folder was never sealed (no manifest.json)";
    list.push(banner("partial", "PARTIAL", `${why}. Everything below covers what was done until ${until} UTC only.`));
  }
  if (result.status === "ruined") {
    list.push(
      banner(
        "ruined",
        "RUINED",
        "Equity fell to zero or below. Everything was closed at that bar and trading stopped. All figures, those of buying and holding too, end there.",
      ),
    );
  }
  for (const warning of warnings) list.push(banner("warning", "CAUTION", warning));
  return list;
}

function banner(kind: string, word: string, text: string): Html {
  return html`<p class="banner ${kind}"><strong>${word}</strong> ${text}</p>`;
}

function verdict(analysis: Analysis): Html {
  const { run, metrics } = analysis;
  const { config, result, fills, cashFlows } = run;
  const { values } = metrics;
  const has = (name: string): number | undefined => values[name] ?? undefined;
  const sentences: Html[] = [
    html`From ${formatMoney(result.initial_capital)} to <strong>${formatMoney(result.final_equity)} ${config.quote}</strong>`,
  ];
  const total = has("total_return");
  const benchmark = has("benchmark_return");
  if (total !== undefined) sentences.push(html`: <strong>${formatChange(total)}</strong> after all costs`);
  if (benchmark !== undefined)
    sentences.push(html`, while buying and holding the same coins made ${formatChange(benchmark)} without any`);
  sentences.push(html`. `);
  const [deployed, gain] = [has("peak_deployed"), has("return_on_deployed")];
  if (deployed !== undefined && gain !== undefined && wasMostlyIdle(analysis)) {
    sentences.push(
      html`Never more than ${formatMoney(deployed)} ${config.quote} were at work: of that the account made <strong>${formatChange(gain)}</strong>. `,
    );
  }
  const fall = has("max_drawdown");
  if (fall !== undefined && fall > 0)
    sentences.push(html`On the way the account fell as much as ${formatShare(fall)} below a peak. `);
  const trades = has("trades");
  if (trades === 0) sentences.push(html`No trade was closed.`);
  else if (trades !== undefined) {
    const won = has("win_rate");
    sentences.push(html`${formatCount(trades)} closed ${trades === 1 ? "trade" : "trades"}`);
    if (won !== undefined) sentences.push(html`, ${formatShare(won, 0)} of them with a gain`);
    sentences.push(html`.`);
  }
  const [fees, slippage] = [has("fees"), has("slippage_cost")];
  if (fees !== undefined && slippage !== undefined && (fills?.length ?? 1) > 0) {
    sentences.push(html` Fees and slippage took ${formatMoney(fees + slippage)} ${config.quote}.`);
  }
  const flows = cashFlows.reduce((sum, flow) => sum + flow.amount, 0);
  if (flows !== 0) {
    const what = `${flows < 0 ? "cost" : "brought"} ${formatMoney(Math.abs(flows))} ${config.quote}`;
    sentences.push(html` Funding and interest ${what}.`);
  }
  return html`${sentences}`;
}

function dayOf(seconds: number): string {
  const timeMs = seconds * 1000;
  return timeMs % 86_400_000 === 0 ? formatDay(timeMs) : `${formatMinute(timeMs)} UTC`;
}

function timeframeInWords(timeframe: string): string {
  return isTimeframe(timeframe) ? shortTimeframe(timeframe) : timeframe;
}
