import type { Trade } from "@powertrader/core/engine";
import {
  formatChange,
  formatCount,
  formatDuration,
  formatMinute,
  formatPrice,
  formatRatio,
  formatShare,
} from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import type { SymbolRow, TradeGroup } from "../../analysis/trade-groups.ts";
import { type Html, html } from "../html.ts";
import { type Column, table } from "../table.ts";
import { change, gain, orDash } from "../values.ts";

const EXTREMES = 5;
/** A longer list shows its first and its last so many. */
const LISTED_AT_EACH_END = 50;

/** Closed trades: by coin, by side and exit, the best and the worst, and one by one. */
export function trades({ run, symbols, sides, exits }: Analysis): Html {
  const list = run.trades ?? [];
  const best = [...list].sort((a, b) => b.pnl - a.pnl);
  const worst = best.slice(EXTREMES).slice(-EXTREMES).reverse();
  return html`<section id="trades">
<h2>Trades</h2>
${bySymbol(symbols, run.config.quote)}
${
  list.length === 0
    ? html`<p>No trade was closed.</p>`
    : html`<div class="columns">${byGroup("By side", "Side", sides)}${byGroup(
        "By reason of the exit",
        "Exit",
        exits.map((group) => ({ ...group, name: exitInWords(group.name) })),
      )}</div>
${tradeTable(list.length <= EXTREMES ? "All trades, best first" : `The ${EXTREMES} best trades`, best.slice(0, EXTREMES))}
${worst.length === 0 ? undefined : tradeTable(`The ${worst.length} worst trades`, worst)}
${everyTrade(list)}`
}
</section>`;
}

function bySymbol(rows: readonly SymbolRow[], quote: string): Html {
  const none = "no closed trades";
  return table<SymbolRow>({
    caption: `By coin, in ${quote}`,
    columns: [
      { head: "Symbol", cell: (row) => row.name },
      { head: "Trades", cell: (row) => formatCount(row.trades), isNumeric: true },
      { head: "Winners", cell: (row) => orDash(row.winRate, (rate) => formatShare(rate, 0), none), isNumeric: true },
      {
        head: "Profit factor",
        cell: (row) => orDash(row.profitFactor, formatRatio, row.trades === 0 ? none : "no losing trade"),
        isNumeric: true,
      },
      { head: "Closed result", cell: (row) => gain(row.pnl), isNumeric: true },
      { head: "Still open", cell: (row) => gain(row.unrealisedPnl), isNumeric: true },
      {
        head: "Average trade",
        cell: (row) => orDash(row.averageTradePct, (pct) => formatChange(pct / 100), none),
        isNumeric: true,
      },
      {
        head: "Held on average",
        cell: (row) => orDash(row.averageHoldingHours, (hours) => formatDuration(hours * 3_600_000), none),
        isNumeric: true,
      },
    ],
    rows,
  });
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
    ],
    rows: groups,
  });
}

function everyTrade(list: readonly Trade[]): Html {
  const isCut = list.length > 2 * LISTED_AT_EACH_END;
  const shown = isCut ? [...list.slice(0, LISTED_AT_EACH_END), ...list.slice(-LISTED_AT_EACH_END)] : list;
  const caption = isCut
    ? `The first ${LISTED_AT_EACH_END} and the last ${LISTED_AT_EACH_END} of ${formatCount(list.length)} trades, in the order in which they were closed; all of them stand in trades.jsonl`
    : `All ${formatCount(list.length)} trades, in the order in which they were closed`;
  return html`<details>
<summary>${isCut ? `First and last trades of ${formatCount(list.length)}` : `All ${formatCount(list.length)} trades`}</summary>
${tradeTable(caption, shown, true)}
</details>`;
}

const TRADE_COLUMNS: readonly Column<Trade>[] = [
  { head: "Trade", cell: (trade) => trade.tradeId, sortBy: (trade) => trade.tradeId },
  { head: "Side", cell: (trade) => trade.side, sortBy: (trade) => trade.side },
  { head: "Opened (UTC)", cell: (trade) => formatMinute(trade.entryMs), sortBy: (trade) => trade.entryMs },
  { head: "Closed (UTC)", cell: (trade) => formatMinute(trade.exitMs), sortBy: (trade) => trade.exitMs },
  {
    head: "Held",
    cell: (trade) => formatDuration(trade.exitMs - trade.entryMs),
    isNumeric: true,
    sortBy: (trade) => trade.exitMs - trade.entryMs,
  },
  { head: "Quantity", cell: (trade) => formatPrice(trade.qty), isNumeric: true, sortBy: (trade) => trade.qty },
  {
    head: "Entry",
    cell: (trade) => formatPrice(trade.entryPrice),
    isNumeric: true,
    sortBy: (trade) => trade.entryPrice,
  },
  { head: "Exit", cell: (trade) => formatPrice(trade.exitPrice), isNumeric: true, sortBy: (trade) => trade.exitPrice },
  { head: "Result", cell: (trade) => gain(trade.pnl), isNumeric: true, sortBy: (trade) => trade.pnl },
  { head: "In percent", cell: (trade) => change(trade.pnlPct / 100), isNumeric: true, sortBy: (trade) => trade.pnlPct },
  { head: "Exit because", cell: (trade) => exitInWords(trade.exitReason), sortBy: (trade) => trade.exitReason },
];

function tradeTable(caption: string, rows: readonly Trade[], isSortable = false): Html {
  return table({ caption, columns: TRADE_COLUMNS, rows, isSortable, isDense: true });
}

const EXITS: Readonly<Record<string, string>> = {
  signal: "signal",
  end_of_run: "end of the run",
  liquidated: "nothing left",
};

function exitInWords(reason: string): string {
  return Object.hasOwn(EXITS, reason) ? EXITS[reason]! : reason.replaceAll("_", " ");
}
