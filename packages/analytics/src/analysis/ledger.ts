import { type CoinResult, coinResults } from "@powertrader/core/metrics";
import type { RunRecord } from "../run-folder/read-run.ts";
import { groupTrades, type TradeGroup, tradeGroup } from "./trade-groups.ts";

/** One coin of a run: what it did to the account, and its closed trades. */
export interface CoinRow {
  readonly symbol: string;
  /** `undefined` without `sim_fills.jsonl`. */
  readonly result: CoinResult | undefined;
  /** `undefined` without `trades.jsonl`. */
  readonly trades: TradeGroup | undefined;
}

/** Where the result of a run comes from, coin by coin. Money in quote currency. */
export interface Ledger {
  /** In the order of the configuration; coins only seen in the files of the run come after. */
  readonly coins: readonly CoinRow[];
  /** Cash that moved without a fill and belongs to no coin: interest on cash below zero. */
  readonly accountFlows: number;
  /** Whether coins and account together make final equity − initial capital; `undefined` without fills. */
  readonly addsUp: boolean | undefined;
}

/** Largest part of the account that rounding may leave unexplained. */
const TOLERANCE = 1e-9;

/** The books of a run, made again from its fills, its flows and what it left open. */
export function ledgerOf(run: RunRecord): Ledger {
  const { result, trades, fills, cashFlows } = run;
  const positions = result.open_positions.map(({ symbol, side, qty, entry_price, mark }) => {
    return { symbol, side, qty, entryPrice: entry_price, mark };
  });
  const { coins, accountFlows } = coinResults(symbolsOf(run), fills ?? [], cashFlows, positions);
  const groups = new Map(groupTrades(trades ?? [], (trade) => trade.symbol).map((group) => [group.name, group]));
  const made = coins.reduce((sum, coin) => sum + coin.realisedPnl + coin.unrealisedPnl, accountFlows);
  const unexplained = result.final_equity - result.initial_capital - made;
  const scale = Math.max(result.initial_capital, Math.abs(result.final_equity));
  return {
    coins: coins.map((coin) => ({
      symbol: coin.symbol,
      result: fills && coin,
      trades: trades && (groups.get(coin.symbol) ?? tradeGroup(coin.symbol, [])),
    })),
    accountFlows,
    addsUp: fills && Math.abs(unexplained) <= TOLERANCE * scale,
  };
}

function symbolsOf({ config, trades = [] }: RunRecord): readonly string[] {
  const asked =
    config.data.length > 0
      ? config.data.map((one) => one.symbol)
      : config.coins.map((coin) => `${coin}-${config.quote}`);
  return [...new Set([...asked, ...trades.map((trade) => trade.symbol)])];
}
