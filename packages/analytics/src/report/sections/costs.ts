import { formatMoney, formatShare } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { gain } from "../values.ts";

/** What trading cost and how much of the result it ate. */
export function costs({ run, metrics, slippage }: Analysis): Html | undefined {
  const { fees, slippage_cost: paid, turnover } = metrics.values;
  if (fees == null || paid == null || turnover == null) return undefined;
  const { result, config, cashFlows } = run;
  const flows = cashFlows.reduce((sum, flow) => sum + flow.amount, 0);
  const net = result.final_equity - result.initial_capital;
  const before = net + fees + paid - flows;
  const rows: readonly CostRow[] = [
    ["Result before costs", before, "what trading made at the prices it saw, with the quantities it traded"],
    ["Fees", -fees, `${bps(fees, turnover)} of everything bought and sold`],
    ["Slippage", -paid, `${bps(paid, turnover)} of everything bought and sold`],
    ...flowRows(cashFlows),
    ["Result", net, "final equity minus initial capital"],
  ];
  return html`<section id="costs">
<h2>What trading cost</h2>
<p>${inWords(before, fees + paid, config.quote)}</p>
${table({
  caption: `From the result before costs to the result, in ${config.quote}`,
  columns: [
    { head: "", cell: ([name, , meaning]) => html`${name} <small>${meaning}</small>` },
    { head: "Amount", cell: ([, amount]) => gain(amount), isNumeric: true },
    {
      head: "Of the initial capital",
      cell: ([, amount]) => formatShare(amount / result.initial_capital),
      isNumeric: true,
    },
  ],
  rows,
})}
<p>${formatMoney(turnover)} ${config.quote} changed hands${metrics.values.turnover_ratio == null ? undefined : html`, ${formatMoney(metrics.values.turnover_ratio)} times the mean equity`}. ${slippageInWords(slippage, config.quote)}</p>
</section>`;
}

type CostRow = readonly [name: string, amount: number, meaning: string];

const FLOWS: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  funding: ["Funding", "settled between longs and shorts while positions were open"],
  borrow: ["Interest", "on coins sold short and cash below zero"],
};

/** Cash that moved without a fill, by kind. */
function flowRows(cashFlows: Analysis["run"]["cashFlows"]): readonly CostRow[] {
  const amounts = new Map<string, number>();
  for (const { kind, amount } of cashFlows) amounts.set(kind, (amounts.get(kind) ?? 0) + amount);
  return [...amounts].map(([kind, amount]) => {
    const [name, meaning] = Object.hasOwn(FLOWS, kind) ? FLOWS[kind]! : [kind, "cash that moved without a fill"];
    return [name, amount, meaning];
  });
}

function inWords(before: number, costs: number, quote: string): Html {
  if (costs === 0) return html`This run paid nothing for trading.`;
  if (before <= 0)
    return html`Trading lost money before costs already; costs of ${formatMoney(costs)} ${quote} came on top.`;
  const share = costs / before;
  return share < 1
    ? html`Costs ate <strong>${formatShare(share, 0)}</strong> of what trading made before them.`
    : html`Costs of ${formatMoney(costs)} ${quote} ate <strong>all</strong> of the ${formatMoney(before)} ${quote} that trading made before them.`;
}

function slippageInWords(slippage: Analysis["slippage"], quote: string): Html | undefined {
  if (slippage === undefined || slippage.asked === 0) return undefined;
  const { asked, paid } = slippage;
  const cut = asked - paid;
  return cut > 1e-9 * asked
    ? html`The model asked for ${formatMoney(asked)} ${quote} of slippage and ${formatMoney(paid)} were paid: a fill never leaves the range of its bar.`
    : html`All slippage that the model asked for (${formatMoney(asked)} ${quote}) was paid.`;
}

function bps(amount: number, turnover: number): string {
  return turnover > 0 ? `${((amount / turnover) * 1e4).toFixed(1)} bps` : "0 bps";
}
