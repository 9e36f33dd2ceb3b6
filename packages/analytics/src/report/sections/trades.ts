import { formatChange, formatCount, formatNumber, formatShare } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import type { TradeGroup } from "../../analysis/trade-groups.ts";
import { exitInWords } from "../exit-words.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { tradeTable } from "../trade-table.ts";
import { gain, orDash } from "../values.ts";

const EXTREMES = 5;
/** A longer list shows its first and its last so many. */
const LISTED_AT_EACH_END = 50;

/** Closed trades: by side and exit, the best and the worst, and one by one. */
export function trades(analysis: Analysis): Html {
  const { run, sides, exits } = analysis;
  const list = run.trades ?? [];
  const best = [...list].sort((a, b) => b.pnl - a.pnl);
  const worst = best.slice(EXTREMES).slice(-EXTREMES).reverse();
  return html`<section id="trades">
<h2>Trades</h2>
${
  list.length === 0
    ? html`<p>No trade was closed.</p>`
    : html`<div class="columns">${byGroup(
        "By what closed the last of the position",
        "Exit",
        exits.map((group) => ({ ...group, name: exitInWords(group.name) })),
      )}${byGroup("By side", "Side", sides)}</div>
${tradeTable(list.length <= EXTREMES ? "All trades, best first" : `The ${EXTREMES} best trades`, best.slice(0, EXTREMES), analysis)}
${worst.length === 0 ? undefined : tradeTable(`The ${worst.length} worst trades`, worst, analysis)}
${everyTrade(analysis)}`
}
</section>`;
}

function byGroup(caption: string, head: string, groups: readonly TradeGroup[]): Html {
  return table<TradeGroup>({
    caption,
    columns: [
      { head, cell: (row) => row.name },
      { head: "Trades", cell: (row) => formatCount(row.trades), isNumeric: true },
      {
        head: "Winners",
        cell: (row) => orDash(row.winRate, (rate) => formatShare(rate, 0), "no closed trades"),
        isNumeric: true,
      },
      { head: "Result", cell: (row) => gain(row.pnl), isNumeric: true },
      {
        head: "Average",
        cell: (row) => orDash(row.averageTradePct, (pct) => formatChange(pct / 100), "no closed trades"),
        isNumeric: true,
      },
      {
        head: "Bars held",
        cell: (row) => orDash(row.averageBars, (bars) => formatNumber(bars, 1), "no closed trades"),
        isNumeric: true,
      },
    ],
    rows: groups,
    isDense: true,
  });
}

function everyTrade(analysis: Analysis): Html {
  const list = analysis.run.trades ?? [];
  const isCut = list.length > 2 * LISTED_AT_EACH_END;
  const shown = isCut ? [...list.slice(0, LISTED_AT_EACH_END), ...list.slice(-LISTED_AT_EACH_END)] : list;
  const caption = isCut
    ? `The first ${LISTED_AT_EACH_END} and the last ${LISTED_AT_EACH_END} of ${formatCount(list.length)} trades, in the order in which they were closed; all of them stand in trades.jsonl`
    : `All ${formatCount(list.length)} trades, in the order in which they were closed`;
  return html`<details>
<summary>${isCut ? `First and last trades of ${formatCount(list.length)}` : `All ${formatCount(list.length)} trades`}</summary>
${tradeTable(caption, shown, analysis, true)}
</details>`;
}
