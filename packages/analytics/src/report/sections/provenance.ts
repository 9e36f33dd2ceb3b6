import { formatCount, formatMinute } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import type { RecordedConfig, RecordedSeries } from "../../run-folder/recorded-config.ts";
import { type Html, html } from "../html.ts";
import { pairs, table } from "../table.ts";

/** What the run was made of, and how to make it again. */
export function provenance({ run }: Analysis): Html {
  const { config, result, manifest } = run;
  return html`<section id="provenance">
<h2>Where this comes from</h2>
${pairs([
  ["Run hash", html`<code>${result.hash}</code>`],
  ["Code", manifest?.code_version ?? "not recorded"],
  ["Seed", String(config.seed)],
  ["Manifest", manifest === undefined ? "none: the run was not sealed" : html`<code>${manifest.chain}</code>`],
  ...(config.signals === undefined ? [] : [["Signals", signalFile(config.signals)] as const]),
])}
${table<RecordedSeries>({
  caption: "Candles the run was decided on",
  columns: [
    { head: "Series", cell: (one) => `${one.symbol} ${one.timeframe}` },
    { head: "Bars", cell: (one) => formatCount(one.rows), isNumeric: true },
    { head: "Of them warm-up", cell: (one) => formatCount(one.warm_up_rows), isNumeric: true },
    { head: "Source", cell: (one) => one.source },
    { head: "sha256", cell: (one) => html`<code>${one.sha256}</code>` },
  ],
  rows: config.data,
})}
${otherSeries("Finer candles to look inside of bars", config.intrabar_data)}
${otherSeries("Candles of longer timeframes", config.higher_data)}
${otherSeries("Funding settlements", config.funding_data)}
${otherSeries("Candles that models learnt from, up to the last training", config.training_data)}
${givenModels(config.models)}
<h3>To run it again</h3>
<pre><code>npx --no -- pt-replay --config RUN_FOLDER/config.json --output-dir backtest_results/again</code></pre>
<p class="aside">RUN_FOLDER is the folder of this report. The same candles, settings, seed and code make the same run hash; candles that changed since are refused.</p>
</section>`;
}

function signalFile({ file, count, sha256 }: NonNullable<RecordedConfig["signals"]>): Html {
  return html`${formatCount(count)} of ${file} <code>${sha256}</code>`;
}

/** Models that the run did not train itself. */
function givenModels(models: RecordedConfig["models"]): Html | undefined {
  if (models.length === 0) return undefined;
  return table<RecordedConfig["models"][number]>({
    caption: "Models that the run was given",
    columns: [
      { head: "Series", cell: (one) => one.symbol },
      { head: "Learnt until", cell: (one) => formatMinute(one.cutoff_ts * 1000) },
      { head: "sha256", cell: (one) => html`<code>${one.sha256}</code>` },
    ],
    rows: models,
  });
}

interface OtherSeries {
  readonly symbol: string;
  readonly timeframe?: string;
  readonly rows: number;
  readonly source: string;
  readonly sha256: string;
}

/** What a run read beside the candles that it keeps in its folder. */
function otherSeries(caption: string, rows: readonly OtherSeries[]): Html | undefined {
  if (rows.length === 0) return undefined;
  return table<OtherSeries>({
    caption,
    columns: [
      { head: "Series", cell: (one) => (one.timeframe === undefined ? one.symbol : `${one.symbol} ${one.timeframe}`) },
      { head: "Rows", cell: (one) => formatCount(one.rows), isNumeric: true },
      { head: "Source", cell: (one) => one.source },
      { head: "sha256", cell: (one) => html`<code>${one.sha256}</code>` },
    ],
    rows,
  });
}
