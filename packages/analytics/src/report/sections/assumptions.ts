import { formatCount, formatMinute, formatMoney } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import type { RunRecord } from "../../run-folder/read-run.ts";
import { fillAssumptions } from "../fill-assumptions.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { orDash } from "../values.ts";

/** How orders were treated, in words; what happened to those that did not fill; when each coin could first trade. */
export function assumptions({ run }: Analysis): Html {
  const { result, orderEvents } = run;
  const outcomes = outcomesOf(orderEvents ?? []);
  return html`<section id="assumptions">
<h2>How orders were filled</h2>
${openBars(run)}
<ul>
${fillAssumptions(run).map((sentence) => html`<li>${sentence}</li>\n`)}</ul>
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

/** What the bars left open, and how far the result depends on it. */
function openBars({ result, config }: RunRecord): Html | undefined {
  const { intrabar } = result;
  if (intrabar === undefined || intrabar.ambiguous_bars === 0) return undefined;
  const { ambiguous_bars: bars, mode, conservative_equity: worst, optimistic_equity: best } = intrabar;
  const bounds =
    worst === null || best === null
      ? undefined
      : html` Had each gone the worst way there and then, final equity would be <strong>${formatMoney(worst)}</strong>, the best way <strong>${formatMoney(best)} ${config.quote}</strong>; it is ${formatMoney(result.final_equity)}. What later trades would have made of it is not followed.`;
  const advice =
    mode === "drill-down" ? undefined : html` Running with <code>--intrabar drill-down</code> looks at finer candles.`;
  return html`<p class="banner"><strong>OPEN</strong> The prices of ${formatCount(bars)} ${bars === 1 ? "bar leave" : "bars leave"} open whether a stop or a target came first (<code>intrabar: ${mode}</code>).${bounds}${advice}</p>`;
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
  reduce_only: "more than was held; exits never open a position",
  position_closed: "the position that it belonged to was left",
  oco: "another order of its group filled",
  post_only: "would have taken a price instead of waiting",
  time_in_force: "its time was over",
  no_size: "the signal named no size",
  no_stop: "sizing by risk needs a stop",
  stop_beyond_price: "its stop lies on the wrong side of the price",
  no_volatility: "too few closes, or none that move, to size by",
  too_few_trades: "too few closed trades to size by",
  no_edge: "closed trades so far have lost more than they won",
  no_equity: "nothing to size from",
  daily_loss: "the day had lost too much already",
  drawdown_halt: "the account had fallen too far",
  cooldown: "too soon after an exit",
  max_open_positions: "enough coins were held",
  max_position_qty: "as much as allowed was held",
  max_notional_share: "the position was large enough",
  max_exposure: "all positions together were large enough",
  correlation_cap: "moves too much like a coin that was held",
  correlation_undefined: "too few closes to say how alike the coins move",
});
