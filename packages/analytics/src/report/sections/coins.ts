import {
  formatChange,
  formatCount,
  formatDuration,
  formatMoney,
  formatRatio,
  formatShare,
} from "@powertrader/core/format";
import { HOUR_MS } from "@powertrader/core/market";
import type { Analysis } from "../../analysis/analyze-run.ts";
import type { Ledger } from "../../analysis/ledger.ts";
import { type TradeGroup, tradeGroup } from "../../analysis/trade-groups.ts";
import { type Html, html } from "../html.ts";
import { type Column, table } from "../table.ts";
import { gain, noValue, orDash } from "../values.ts";

/** Where the result comes from: every coin, what no coin owes, and all of it together. */
export function coins({ run, ledger }: Analysis): Html {
  const rows = rowsOf(ledger);
  const together = rows.length > 1 ? [sumOf(rows, run.trades && tradeGroup("Together", run.trades))] : [];
  const hasFlows = run.cashFlows.length > 0;
  return html`<section id="coins">
<h2>Coin by coin</h2>
${table<Row>({
  caption: `From the initial capital to final equity, in ${run.config.quote}`,
  columns: COLUMNS.filter((column) => hasFlows || column !== FLOWS),
  rows: [...rows, ...together],
  isDense: true,
})}
<p class="aside">Realised is what can no longer change: after all fees${hasFlows ? ", funding and interest" : ""} so far, those of open positions included. Still open is quantity × (last close − entry) of what was held at the end. Both together are final equity minus initial capital; fees${hasFlows ? ", slippage, funding and interest" : " and slippage"} are in them already.</p>
</section>`;
}

/** A line of the table; money in quote currency, `undefined` where its file is missing. */
interface Row {
  readonly name: string;
  readonly trades: TradeGroup | undefined;
  readonly money: Money | undefined;
}

interface Money {
  readonly realised: number;
  readonly unrealised: number;
  readonly fees: number;
  readonly slippage: number;
  readonly flows: number;
}

function rowsOf({ coins, accountFlows }: Ledger): readonly Row[] {
  const rows: Row[] = coins.map(({ symbol, result, trades }) => ({
    name: symbol,
    trades,
    money: result && {
      realised: result.realisedPnl,
      unrealised: result.unrealisedPnl,
      fees: result.fees,
      slippage: result.slippage,
      flows: result.flows,
    },
  }));
  if (accountFlows === 0) return rows;
  const money = { realised: accountFlows, unrealised: 0, fees: 0, slippage: 0, flows: accountFlows };
  return [...rows, { name: "account", trades: tradeGroup("account", []), money }];
}

function sumOf(rows: readonly Row[], trades: TradeGroup | undefined): Row {
  const sum = (part: keyof Money) => rows.reduce((all, { money }) => all + (money?.[part] ?? 0), 0);
  const isKnown = rows.every(({ money }) => money !== undefined);
  const money = isKnown && {
    realised: sum("realised"),
    unrealised: sum("unrealised"),
    fees: sum("fees"),
    slippage: sum("slippage"),
    flows: sum("flows"),
  };
  return { name: "Together", trades, money: money || undefined };
}

const NO_TRADES = "no closed trades";

const amount = (head: string, amountOf: (money: Money) => number, format: (value: number) => Html | string) => ({
  head,
  cell: ({ money }: Row) => orDash(money && amountOf(money), format, "sim_fills.jsonl is missing"),
  isNumeric: true,
});

const ofTrades = (head: string, cell: (trades: TradeGroup) => Html | string): Column<Row> => ({
  head,
  cell: ({ trades }) => (trades === undefined ? noValue("trades.jsonl is missing") : cell(trades)),
  isNumeric: true,
});

const FLOWS = { ...amount("Funding", ({ flows }) => flows, gain), hint: "funding and interest" };

const COLUMNS: readonly Column<Row>[] = [
  { head: "Coin", cell: ({ name }) => name },
  amount("Realised", ({ realised }) => realised, gain),
  amount("Still open", ({ unrealised }) => unrealised, gain),
  amount("Together", ({ realised, unrealised }) => realised + unrealised, gain),
  amount("Fees", ({ fees }) => fees, formatMoney),
  amount("Slippage", ({ slippage }) => slippage, formatMoney),
  FLOWS,
  ofTrades("Trades", ({ trades }) => formatCount(trades)),
  ofTrades("Winners", ({ winRate }) => orDash(winRate, (rate) => formatShare(rate, 0), NO_TRADES)),
  ofTrades("Profit factor", ({ profitFactor, trades }) =>
    orDash(profitFactor, formatRatio, trades === 0 ? NO_TRADES : "no losing trade"),
  ),
  ofTrades("Average", ({ averageTradePct }) => orDash(averageTradePct, (pct) => formatChange(pct / 100), NO_TRADES)),
  ofTrades("Held", ({ averageHoldingHours }) =>
    orDash(averageHoldingHours, (hours) => formatDuration(hours * HOUR_MS), NO_TRADES),
  ),
];
