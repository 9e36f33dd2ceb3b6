import type { Trade } from "@powertrader/core/engine";
import {
  formatCount,
  formatDuration,
  formatMinute,
  formatMoney,
  formatPrice,
  formatShare,
} from "@powertrader/core/format";
import type { Analysis } from "../analysis/analyze-run.ts";
import { exitInWords } from "./exit-words.ts";
import type { Html } from "./html.ts";
import { type Column, table } from "./table.ts";
import { change, gain, orDash } from "./values.ts";

/**
 * Trades one by one. Columns that have nothing to say in this run, or come from a file that it lacks, are left out.
 * @param isWhole - with quantities and costs, to be sorted
 */
export function tradeTable(
  caption: string,
  rows: readonly Trade[],
  { run, slippageOf }: Analysis,
  isWhole = false,
): Html {
  const all = run.trades ?? [];
  // Runs of older versions did not record these.
  const onTheWay = all.some((trade) => trade.barsHeld > 0 || trade.maePct > 0 || trade.mfePct > 0) ? ON_THE_WAY : [];
  const short = [...BASIC.filter((column) => column !== QUANTITY), ...onTheWay];
  const whole = [
    ...BASIC,
    ...onTheWay,
    FEES,
    ...(slippageOf.size > 0 ? [slippageColumn(slippageOf)] : []),
    ...(all.some((trade) => trade.flows !== 0) ? [FLOWS] : []),
  ];
  return table({ caption, columns: isWhole ? whole : short, rows, isSortable: isWhole, isDense: true });
}

const QUANTITY: Column<Trade> = {
  head: "Quantity",
  cell: (trade) => formatPrice(trade.qty),
  isNumeric: true,
  sortBy: (trade) => trade.qty,
};

const BASIC: readonly Column<Trade>[] = [
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
  QUANTITY,
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

const ON_THE_WAY: readonly Column<Trade>[] = [
  { head: "Bars", cell: (trade) => formatCount(trade.barsHeld), isNumeric: true, sortBy: (trade) => trade.barsHeld },
  {
    head: "Worst",
    cell: (trade) => formatShare(-trade.maePct / 100),
    isNumeric: true,
    sortBy: (trade) => -trade.maePct,
    hint: "furthest the price went against the position, of the entry price (MAE)",
  },
  {
    head: "Best",
    cell: (trade) => formatShare(trade.mfePct / 100),
    isNumeric: true,
    sortBy: (trade) => trade.mfePct,
    hint: "furthest the price went for the position, of the entry price (MFE)",
  },
];

const FEES: Column<Trade> = {
  head: "Fees",
  cell: (trade) => formatMoney(trade.fees),
  isNumeric: true,
  sortBy: (trade) => trade.fees,
};

const FLOWS: Column<Trade> = {
  head: "Funding",
  cell: (trade) => gain(trade.flows),
  isNumeric: true,
  sortBy: (trade) => trade.flows,
  hint: "funding and interest while it was open",
};

function slippageColumn(slippageOf: ReadonlyMap<string, number>): Column<Trade> {
  return {
    head: "Slippage",
    cell: (trade) => orDash(slippageOf.get(trade.tradeId), formatMoney, "its fills are not in sim_fills.jsonl"),
    isNumeric: true,
    sortBy: (trade) => slippageOf.get(trade.tradeId) ?? Number.NaN,
  };
}
