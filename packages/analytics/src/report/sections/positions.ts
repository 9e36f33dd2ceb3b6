import type { Result } from "@powertrader/core/files";
import { formatMinute, formatMoney, formatPrice } from "@powertrader/core/format";
import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";
import { table } from "../table.ts";
import { gain } from "../values.ts";

type Position = Result["open_positions"][number];

const FUNDING = {
  head: "Funding",
  hint: "funding and interest",
  cell: ({ flows = 0 }: Position) => gain(flows),
  isNumeric: true,
};

/** What was still held when the run ended. */
export function positions({ run }: Analysis): Html | undefined {
  const { open_positions: open } = run.result;
  if (open.length === 0) return undefined;
  return html`<section id="positions">
<h2>Still open at the end</h2>
<p>Open positions count in equity at the last close; closing them would have cost fees and slippage once more.</p>
${table<Position>({
  caption: `Open positions, in ${run.config.quote}`,
  columns: [
    { head: "Symbol", cell: (one) => one.symbol },
    { head: "Side", cell: (one) => one.side },
    { head: "Opened (UTC)", cell: (one) => formatMinute(one.entry_ts * 1000) },
    { head: "Quantity", cell: (one) => formatPrice(one.qty), isNumeric: true },
    { head: "Entry", cell: (one) => formatPrice(one.entry_price), isNumeric: true },
    { head: "Last close", cell: (one) => formatPrice(one.mark), isNumeric: true },
    { head: "Worth", cell: (one) => formatMoney(one.value), isNumeric: true },
    { head: "Result so far", cell: (one) => gain(one.unrealised_pnl), isNumeric: true },
    { head: "Fees paid", cell: (one) => formatMoney(one.fees), isNumeric: true },
    ...(open.some(({ flows }) => flows !== undefined) ? [FUNDING] : []),
  ],
  rows: open,
})}
</section>`;
}
