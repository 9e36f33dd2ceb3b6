import { formatCount, formatMinute, formatNumber, formatPrice, formatShare } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { orDash } from "../values.ts";

/** How orders were treated, in words; what happened to those that did not fill; when each coin could first trade. */
export function assumptions(analysis: Analysis): Html {
  const { result, orderEvents } = analysis.run;
  const outcomes = outcomesOf(orderEvents ?? []);
  return html`<section id="assumptions">
<h2>How orders were filled</h2>
<ul>
${sentences(analysis).map((sentence) => html`<li>${sentence}</li>\n`)}</ul>
${
  outcomes.length === 0
    ? undefined
    : table({
        caption: "Orders, or parts of orders, that did not fill",
        columns: [
          { head: "Why", cell: ([, reason]) => html`${reason.replaceAll("_", " ")} <small>${MEANING[reason]}</small>` },
          { head: "Outcome", cell: ([event]) => event },
          { head: "How often", cell: ([, , count]) => formatCount(count), isNumeric: true },
        ],
        rows: outcomes,
      })
}
${
  result.warm_up.length === 0
    ? undefined
    : table({
        caption: "Warm-up: bars that each coin needs behind it before the strategy is asked",
        columns: [
          { head: "Symbol", cell: (one) => one.symbol },
          { head: "Bars needed", cell: (one) => formatCount(one.wanted), isNumeric: true },
          { head: "Bars before the start", cell: (one) => formatCount(one.had), isNumeric: true },
          {
            head: "First decision (UTC)",
            cell: (one) => orDash(one.first_decision, (ts) => formatMinute(ts * 1000), "the strategy was never asked"),
          },
        ],
        rows: result.warm_up,
      })
}
${
  result.notes.length === 0
    ? undefined
    : html`<h3>Notes of the run</h3>
<ul>
${result.notes.map((note) => html`<li>${note}</li>\n`)}</ul>`
}
</section>`;
}

function sentences({ run }: Analysis): readonly Html[] {
  const { config } = run;
  const model = config.execution_model;
  const atClose = model.fill_at === "close";
  const [shortest, longest] = model.latency_ms;
  return [
    atClose
      ? html`<strong class="optimistic">Optimistic:</strong> orders fill at the close of the bar they were decided on. Nobody can trade at a price that is known only when it is gone; real results would be worse.`
      : html`Orders fill at the open of the next bar after the decision, never on the bar they were decided on.`,
    model.slippage_bps === 0
      ? html`No slippage: every fill gets the price it sees. Real ones do not.`
      : html`Prices move ${formatNumber(model.slippage_bps, 1)} bps (${formatShare(model.slippage_bps / 1e4, 3)}) against the order on a calm bar and up to twice as much on a wild one, never beyond the range of the bar.`,
    model.fee_bps === 0
      ? html`No fees.`
      : html`Every fill pays ${formatNumber(model.fee_bps, 1)} bps (${formatShare(model.fee_bps / 1e4, 3)}) of its value as fee.`,
    ...(atClose
      ? []
      : [
          longest === 0
            ? html`No latency.`
            : html`An order takes ${shortest === longest ? shortest : `${shortest} to ${longest}`} ms to arrive; the price may only get worse on the way.`,
        ]),
    html`All orders of a bar together take at most ${formatNumber(model.max_volume_pct, model.max_volume_pct < 1 ? 2 : 0)} % of its volume; what is left over ${model.remainder === "carry" ? "waits for the next bar" : "is cancelled"}.`,
    html`Entries are sized when ${model.size_at === "fill" ? "they meet the market" : "they are decided"}${config.size == null ? "" : `, at ${formatShare(config.size)} of equity`}, without leverage${model.qty_step === 0 ? "" : `, in steps of ${formatPrice(model.qty_step)}`}${model.min_notional === 0 ? "" : `; below ${formatPrice(model.min_notional)} ${config.quote} they are refused`}.`,
    config.close_at_end
      ? html`At the end open positions are closed at the last close.`
      : html`At the end open positions stay open and count at the last close.`,
  ];
}

type Outcome = readonly [event: string, reason: string, count: number];

function outcomesOf(events: NonNullable<Analysis["run"]["orderEvents"]>): readonly Outcome[] {
  const counts = new Map<string, number>();
  for (const { event, reason } of events) {
    const key = JSON.stringify([event, reason]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, count]): Outcome => {
      const [event, reason] = JSON.parse(key) as [string, string];
      return [event, reason, count];
    })
    .sort((a, b) => b[2] - a[2]);
}

const MEANING: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  min_notional: "worth less than the smallest order",
  below_qty_step: "smaller than one step of quantity",
  superseded: "a new signal came before it was done",
  repriced: "moved to another price",
  cut_to_cash: "there was not enough money for all of it",
  remainder: "the bar had no more volume for it",
  end_of_run: "decided on the last bar, or still waiting then",
  above_holdings: "more than was held",
  invalid_qty: "not a quantity",
  invalid_size: "not a size",
  liquidated: "nothing was left",
});
