import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { exitRows, riskRows, type SettingRow, settingRows } from "../setting-rows.ts";
import { pairs } from "../table.ts";

/** What has a heading of its own, here or under provenance. */
const ELSEWHERE = new Set([
  "params",
  "exits",
  "risk",
  "execution_model",
  "data",
  "intrabar_data",
  "higher_data",
  "funding_data",
  "training_data",
  "models",
  "signals",
]);

/** Every setting of the run as `config.json` has it; files and series that it read stand under provenance. */
export function configuration({ run: { config } }: Analysis): Html {
  return html`<section id="configuration">
<h2>Configuration</h2>
${pairs(settingRows(Object.fromEntries(Object.entries(config).filter(([name]) => !ELSEWHERE.has(name)))))}
${group("Parameters of the strategy", settingRows(config.params))}
${group("Protective exits", exitRows(config.exits), "None: positions are left when the strategy says so.")}
${group("Risk rules", riskRows(config.risk), "None: entries are bound by money, step and smallest order only.")}
${group("Execution model", settingRows(config.execution_model))}
</section>`;
}

/** @param nothing - what an empty group means; without it there is no heading either */
function group(heading: string, rows: readonly SettingRow[], nothing?: string): Html | undefined {
  if (rows.length > 0) return html`<h3>${heading}</h3>\n${pairs(rows)}`;
  return nothing === undefined ? undefined : html`<h3>${heading}</h3>\n<p class="aside">${nothing}</p>`;
}
