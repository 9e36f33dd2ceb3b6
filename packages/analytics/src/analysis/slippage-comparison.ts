import { slippageModelOf } from "@powertrader/core/config";
import { candleAt, firstRowAt } from "@powertrader/core/market";
import { slippageAsked, slippageCost } from "@powertrader/core/metrics";
import type { RunRecord } from "../run-folder/read-run.ts";

/** Quote currency. */
export interface SlippageComparison {
  /** What the model wanted, before the range of the bars cut it. */
  readonly asked: number;
  readonly paid: number;
}

/** What waited in the book, or was settled at a price of the venue's own, pays no slippage. */
const WITHOUT_SLIPPAGE: ReadonlySet<string> = new Set(["limit", "take_profit", "liquidation"]);

/** Slippage asked and paid over all fills; `undefined` when the bars of a fill are not in the run folder. */
export function compareSlippage(run: RunRecord): SlippageComparison | undefined {
  const { fills, bars, config } = run;
  if (fills === undefined) return undefined;
  const slippage = slippageModelOf(config.execution_model);
  const columnsOf = new Map(bars.map((one) => [one.symbol, one.columns]));
  let asked = 0;
  let paid = 0;
  for (const fill of fills) {
    const columns = columnsOf.get(fill.symbol);
    if (columns === undefined) return undefined;
    const row = firstRowAt(columns, fill.barMs);
    if (columns.time[row] !== fill.barMs) return undefined;
    if (WITHOUT_SLIPPAGE.has(fill.rule)) continue;
    asked += slippageAsked(fill.qty, fill.referencePrice, candleAt(columns, row), slippage);
    paid += slippageCost(fill);
  }
  return { asked, paid };
}
