import { join } from "node:path";
import type { Fill } from "@powertrader/core/engine";
import { asSystemError } from "@powertrader/core/errors";
import { JsonlWriter, makeFolder, writeFileAtomic } from "@powertrader/core/files";
import { DAY_MS } from "@powertrader/core/market";
import type { AccountView, OrderIntent, Signal, TraderPolicy } from "@powertrader/core/strategy";
import type { PendingOrder } from "./coin-state.ts";
import { CostLedger } from "./cost-ledger.ts";
import { gainPctOf, type PowertraderTrader, type TradingParams } from "./trader.ts";
import { coinOf, traderStatus } from "./trader-status.ts";

/** Names inside the folder. */
export const HUB_FILES = {
  /** A line per fill. */
  trades: "trade_history.jsonl",
  /** A line per tick: equity as the trader saw it, before the orders of the tick. */
  accountValues: "account_value_history.jsonl",
  /** Rewritten as a whole, like the next. */
  ledger: "pnl_ledger.json",
  status: "trader_status.json",
} as const;

interface Files {
  readonly trades: JsonlWriter;
  readonly accountValues: JsonlWriter;
}

/**
 * A trader that also keeps PowerTrader's `hub_data`, as its dashboard reads it. All times are those of the run, in seconds;
 * money is quote currency. Realised profit is what a sale brought minus its share of what was paid, the fees of both
 * included. The folder is made at the first tick; its `.jsonl` files must not be there yet.
 */
export class HubData implements TraderPolicy {
  readonly name: string;
  readonly #trader: PowertraderTrader;
  readonly #params: TradingParams;
  readonly #folder: string;
  readonly #ledger = new CostLedger();
  #files: Files | undefined;
  #cash = 0;
  /** UTC day on which the status was last written. */
  #day = Number.NaN;

  constructor(trader: PowertraderTrader, params: TradingParams, folder: string) {
    this.name = trader.name;
    this.#trader = trader;
    this.#params = params;
    this.#folder = folder;
  }

  onTick(signals: readonly Signal[], account: AccountView): readonly OrderIntent[] {
    const intents = this.#trader.onTick(signals, account);
    this.#cash = account.cash;
    this.#open().accountValues.append(
      JSON.stringify({ ts: account.nowMs / 1000, total_account_value: account.equity }),
    );
    const day = Math.floor(account.nowMs / DAY_MS);
    if (day !== this.#day || this.#params.hub_status === "tick") this.#writeStatus(account);
    this.#day = day;
    return intents;
  }

  onFill(fill: Fill): void {
    const coin = this.#trader.coins.find(({ symbol }) => symbol === fill.symbol);
    const average = coin !== undefined && coin.qty > 0 ? coin.averagePrice : null;
    const { cash, costUsed, costAfter, profit } = this.#ledger.book(fill);
    const before = this.#cash;
    this.#cash += cash;
    this.#open().trades.append(
      JSON.stringify({
        ts: fill.tsMs / 1000,
        side: fill.side,
        tag: tagOf(fill, coin?.pending),
        symbol: fill.symbol,
        qty: fill.qty,
        price: fill.price,
        avg_cost_basis: average,
        pnl_pct: average === null ? null : gainPctOf(fill.price, average),
        realized_profit_usd: profit ?? null,
        order_id: fill.clientOrderId,
        fees_usd: fill.fees,
        buying_power_before: before,
        buying_power_after: this.#cash,
        buying_power_delta: cash,
        position_cost_used_usd: costUsed,
        position_cost_after_usd: costAfter,
      }),
    );
    this.#trader.onFill(fill);
  }

  onEnd(account: AccountView): void {
    const { trades, accountValues } = this.#open();
    trades.close();
    accountValues.close();
    this.#writeStatus(account);
  }

  #open(): Files {
    if (this.#files !== undefined) return this.#files;
    try {
      makeFolder(this.#folder);
    } catch (error) {
      throw asSystemError(error, this.#folder);
    }
    this.#files = {
      trades: new JsonlWriter(join(this.#folder, HUB_FILES.trades)),
      accountValues: new JsonlWriter(join(this.#folder, HUB_FILES.accountValues)),
    };
    return this.#files;
  }

  #writeStatus(account: AccountView): void {
    this.#write(HUB_FILES.status, traderStatus(this.#trader, this.#params, account));
    this.#write(HUB_FILES.ledger, {
      total_realized_profit_usd: this.#ledger.profit,
      last_updated_ts: account.nowMs / 1000,
      open_positions: Object.fromEntries(
        this.#ledger.holdings().map(([symbol, { cost, qty }]) => [coinOf(symbol), { usd_cost: cost, qty }] as const),
      ),
      pending_orders: this.#pendingOrders(account),
    });
  }

  /** Orders that have begun to fill and still work: the others have no id yet. */
  #pendingOrders(account: AccountView): object {
    const orders = this.#trader.coins.flatMap(({ symbol, pending, averagePrice }) => {
      if (pending?.orderId === undefined || account.pursuitOf(symbol) === undefined) return [];
      const order = {
        symbol,
        side: pending.tag === "TRAIL_SELL" ? "sell" : "buy",
        buying_power_before: account.cash,
        avg_cost_basis: averagePrice,
        pnl_pct: gainPctOf(account.markOf(symbol), averagePrice),
        tag: hubTag(pending),
        created_ts: pending.createdMs / 1000,
      };
      return [[pending.orderId, order] as const];
    });
    return Object.fromEntries(orders);
  }

  #write(name: string, document: object): void {
    writeFileAtomic(join(this.#folder, name), `${JSON.stringify(document, undefined, 2)}\n`, { durable: false });
  }
}

/** What a fill was for: `null` for starts; what the engine ordered by itself has the name of its rule. */
function tagOf({ rule, side }: Fill, pending: PendingOrder | undefined): string | null {
  const isOurs = pending !== undefined && (rule === "next_open" || rule === "close");
  if (isOurs) return hubTag(pending);
  return side === "buy" ? null : rule.toUpperCase();
}

function hubTag({ tag }: PendingOrder): string | null {
  return tag === "START" ? null : tag;
}
