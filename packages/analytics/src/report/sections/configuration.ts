import { formatSetting } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { pairs } from "../table.ts";

/** Every setting of the run as `config.json` has it; the data series stand under provenance. */
export function configuration({ run }: Analysis): Html {
  const { data: _, execution_model: model, params, ...rest } = run.config;
  return html`<section id="configuration">
<h2>Configuration</h2>
${settings(rest)}
${Object.keys(params).length === 0 ? undefined : html`<h3>Parameters of the strategy</h3>\n${settings(params)}`}
<h3>Execution model</h3>
${settings(model)}
</section>`;
}

function settings(group: Readonly<Record<string, unknown>>): Html {
  return pairs(Object.entries(group).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "—";
  return Array.isArray(value) ? value.map(formatSetting).join(", ") || "—" : formatSetting(value);
}
