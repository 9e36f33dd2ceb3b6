import type { AccountView } from "@powertrader/core/strategy";
import type { CoinState } from "./coin-state.ts";
import { dcaLevelsOf } from "./dca-levels.ts";
import { hardLevelPct, neuralLevel } from "./dca-trigger.ts";
import { gainPctOf, type PowertraderTrader, type TradingParams } from "./trader.ts";

/**
 * The document that PowerTrader's dashboard shows. Keys and their meaning are its own; `usd` is the quote currency, buy
 * prices are asks and sell prices bids. `dca_line_pct` is the gain at the DCA line. Neural lines are the low bounds of the
 * coin's last signal.
 */
export function traderStatus(trader: PowertraderTrader, params: TradingParams, account: AccountView): object {
  const quotes = trader.coins.map((coin) => quoteOf(coin, trader, account));
  const sellValue = quotes.reduce((sum, { qty, bid }) => sum + qty * bid, 0);
  return {
    timestamp: account.nowMs / 1000,
    account: {
      total_account_value: account.equity,
      buying_power: account.cash,
      holdings_sell_value: sellValue,
      holdings_buy_value: quotes.reduce((sum, { qty, ask }) => sum + qty * ask, 0),
      percent_in_trade: account.equity > 0 ? (100 * sellValue) / account.equity : 0,
      pm_start_pct_no_dca: params.pm_start_pct_no_dca,
      pm_start_pct_with_dca: params.pm_start_pct_with_dca,
      trailing_gap_pct: params.trailing_gap_pct,
    },
    positions: Object.fromEntries(
      quotes.map((quote) => [coinOf(quote.coin.symbol), positionOf(quote, trader, params)] as const),
    ),
  };
}

/** `BTC` of `BTC-USDT`. */
export function coinOf(symbol: string): string {
  return symbol.split("-", 1)[0]!;
}

interface Quote {
  readonly coin: CoinState;
  readonly qty: number;
  readonly ask: number;
  readonly bid: number;
}

function quoteOf(coin: CoinState, trader: PowertraderTrader, account: AccountView): Quote {
  const { symbol } = coin;
  const qty = account.positionOf(symbol);
  return { coin, qty, ask: trader.askOf(symbol, account), bid: trader.bidOf(symbol, account) };
}

function positionOf({ coin, qty, ask, bid }: Quote, trader: PowertraderTrader, params: TradingParams): object {
  const isOwned = qty > 0;
  const { averagePrice, dcaCount, stop } = coin;
  const line = isOwned ? dcaLine(coin, params) : { display: "", price: 0, source: "N/A" };
  const trailLine = isOwned ? (stop?.line ?? trader.profitLineOf(coin)) : 0;
  return {
    quantity: qty,
    avg_cost_basis: averagePrice,
    current_buy_price: ask,
    current_sell_price: bid,
    gain_loss_pct_buy: isOwned ? gainPctOf(ask, averagePrice) : 0,
    gain_loss_pct_sell: isOwned ? gainPctOf(bid, averagePrice) : 0,
    value_usd: qty * bid,
    dca_triggered_stages: dcaCount,
    next_dca_display: line.display,
    dca_line_price: line.price,
    dca_line_source: line.source,
    dca_line_pct: isOwned ? gainPctOf(line.price, averagePrice) : 0,
    trail_active: stop?.isActive ?? false,
    trail_line: trailLine,
    trail_peak: stop?.peak ?? 0,
    dist_to_trail_pct: isOwned ? gainPctOf(bid, trailLine) : 0,
  };
}

/** What the next DCA buy waits for: its loss or the bound of its neural level, whichever a falling price meets first. */
function dcaLine({ averagePrice, dcaCount, lowBounds }: CoinState, params: TradingParams) {
  const hardPct = hardLevelPct(dcaCount, dcaLevelsOf(params.dca_levels));
  const level = neuralLevel(dcaCount, params);
  const display = `${hardPct.toFixed(2)}%${level === undefined ? "" : ` / N${level}`}`;
  const hardPrice = averagePrice * (1 + hardPct / 100);
  // No neural buy above the average.
  const neuralPrice = level === undefined ? 0 : Math.min(lowBounds[level - 1] ?? 0, averagePrice);
  if (neuralPrice > hardPrice) return { display, price: neuralPrice, source: `NEURAL N${level}` };
  return { display, price: hardPrice, source: "HARD" };
}
