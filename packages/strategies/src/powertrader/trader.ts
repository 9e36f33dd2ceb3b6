import type { Fill } from "@powertrader/core/engine";
import { DAY_MS } from "@powertrader/core/market";
import type { AccountView, OrderIntent, Signal, TraderPolicy } from "@powertrader/core/strategy";
import { bookFill, type CoinState, newCoinState, type OrderTag } from "./coin-state.ts";
import { dcaLevelsOf } from "./dca-levels.ts";
import { dcaTrigger } from "./dca-trigger.ts";
import type { PowertraderParams } from "./params.ts";
import { startMoney } from "./start-money.ts";
import { newTrailingStop, trail } from "./trailing-stop.ts";

/** The parameters that rule the trader. */
export type TradingParams = Omit<
  PowertraderParams,
  "weights" | "normalize_weights" | "min_candles" | "bounds_lag" | "freshness_days"
>;

const NOTHING: readonly OrderIntent[] = [];

/**
 * The second half of PowerTrader. Long only, no stop loss: what falls is bought again in stages (DCA), what rises is sold
 * once it falls back from its peak.
 *
 * At every tick first the coins that are owned, in the order of the run: the trailing stop, else one DCA buy. Then those
 * that are not: a start. Buys of one tick never spend the same money twice. A coin whose order still works waits. What is
 * owned, its stages and their times change with fills only: an order that is refused leaves everything as it was.
 *
 * Of signals it takes `data.long_level` and `data.short_level`, which hold until the coin's next signal.
 */
export class PowertraderTrader implements TraderPolicy {
  readonly name = "powertrader";
  /** In the order of the run. */
  readonly coins: readonly CoinState[];
  readonly #params: TradingParams;
  readonly #dcaLevels: readonly number[];
  readonly #bySymbol: ReadonlyMap<string, CoinState>;
  /** Quote currency that the present tick can still spend. */
  #money = 0;

  constructor(params: TradingParams, symbols: readonly string[]) {
    this.#params = params;
    this.#dcaLevels = dcaLevelsOf(params.dca_levels);
    this.coins = symbols.map(newCoinState);
    this.#bySymbol = new Map(this.coins.map((coin) => [coin.symbol, coin]));
  }

  onTick(signals: readonly Signal[], account: AccountView): readonly OrderIntent[] {
    for (const signal of signals) this.#hear(signal);
    this.#money = account.cash;
    for (const coin of this.coins) {
      if (account.pursuitOf(coin.symbol) === undefined) coin.pending = undefined;
      else this.#money -= coin.pending?.money ?? 0;
    }
    const intents: OrderIntent[] = [];
    for (const isOwned of [true, false]) {
      for (const coin of this.coins) {
        if (account.positionOf(coin.symbol) > 0 !== isOwned) continue;
        const intent = this.#decide(coin, isOwned, account);
        if (intent !== undefined) intents.push(intent);
      }
    }
    return intents.length === 0 ? NOTHING : intents;
  }

  onFill(fill: Fill): void {
    const coin = this.#bySymbol.get(fill.symbol);
    if (coin !== undefined) bookFill(coin, fill, this.#params.trailing);
  }

  /** What a buyer pays for a unit now; 0 before the first price. */
  askOf(symbol: string, account: AccountView): number {
    return account.markOf(symbol) * (1 + this.#params.half_spread_bps / 10_000);
  }

  /** What a seller gets for a unit now; 0 before the first price. */
  bidOf(symbol: string, account: AccountView): number {
    return account.markOf(symbol) * (1 - this.#params.half_spread_bps / 10_000);
  }

  /** Price from which the profit of an owned coin is followed. */
  profitLineOf(coin: CoinState): number {
    const { pm_start_pct_no_dca: noDca, pm_start_pct_with_dca: withDca } = this.#params;
    return coin.averagePrice * (1 + (coin.dcaCount === 0 ? noDca : withDca) / 100);
  }

  #hear({ symbol, signalId, data }: Signal): void {
    const coin = this.#bySymbol.get(symbol);
    if (coin === undefined) return;
    coin.longLevel = levelOf("long_level", signalId, data);
    coin.shortLevel = levelOf("short_level", signalId, data);
    coin.lowBounds = Array.isArray(data?.low_bounds) ? data.low_bounds : [];
    coin.signalId = signalId;
  }

  #decide(coin: CoinState, isOwned: boolean, account: AccountView): OrderIntent | undefined {
    if (account.pursuitOf(coin.symbol) !== undefined || account.markOf(coin.symbol) <= 0) return undefined;
    if (!isOwned) return this.#start(coin, account);
    return this.#trail(coin, account) ?? this.#average(coin, account);
  }

  /** The trailing rule: sells everything once the bid falls through the line. */
  #trail(coin: CoinState, account: AccountView): OrderIntent | undefined {
    const { symbol } = coin;
    const base = this.profitLineOf(coin);
    coin.stop ??= newTrailingStop(base);
    if (!trail(coin.stop, this.bidOf(symbol, account), base, this.#params)) return undefined;
    coin.pending = { tag: "TRAIL_SELL", createdMs: account.nowMs, money: 0, orderId: undefined };
    return { kind: "exit", symbol, side: "sell", qty: account.positionOf(symbol), signalId: undefined };
  }

  /** The DCA rule: buys a multiple of what is owned once it has lost enough. */
  #average(coin: CoinState, account: AccountView): OrderIntent | undefined {
    const { symbol, averagePrice, dcaCount, longLevel } = coin;
    const { dca_multiplier: multiplier, max_dca_buys_per_24h: limit } = this.#params;
    const gainPct = gainPctOf(this.askOf(symbol, account), averagePrice);
    const trigger = dcaTrigger(dcaCount, gainPct, longLevel, this.#dcaLevels, this.#params);
    if (trigger === undefined || recentBuys(coin, account.nowMs) >= limit) return undefined;
    const money = multiplier * account.positionOf(symbol) * this.bidOf(symbol, account);
    return this.#buy(coin, "DCA", money, account, trigger === "neural" ? coin.signalId : undefined);
  }

  /** The start rule: buys a little once enough timeframes are long and none is short. */
  #start(coin: CoinState, account: AccountView): OrderIntent | undefined {
    if (coin.longLevel < this.#params.trade_start_level || coin.shortLevel > 0) return undefined;
    const money = startMoney(account.equity, this.coins.length, this.#params);
    return this.#buy(coin, "START", money, account, coin.signalId);
  }

  /** `undefined` when there is not enough money. */
  #buy(
    coin: CoinState,
    tag: OrderTag,
    money: number,
    account: AccountView,
    signalId: string | undefined,
  ): OrderIntent | undefined {
    if (money > this.#money) return undefined;
    this.#money -= money;
    coin.pending = { tag, createdMs: account.nowMs, money, orderId: undefined };
    return { kind: "enter", symbol: coin.symbol, side: "buy", sizeShare: money / account.equity, signalId };
  }
}

/** Gain of a price over what was paid, percent. */
export function gainPctOf(price: number, averagePrice: number): number {
  return (100 * (price - averagePrice)) / averagePrice;
}

/** DCA buys of the last 24 hours, those of exactly 24 hours ago included. */
function recentBuys({ dcaTimesMs }: CoinState, nowMs: number): number {
  return dcaTimesMs.filter((tsMs) => nowMs - tsMs <= DAY_MS).length;
}

/** @throws Error when the signal is none of a thinker of PowerTrader: without levels nothing would ever be traded */
function levelOf(name: "long_level" | "short_level", signalId: string, data: Signal["data"]): number {
  const level = data?.[name];
  if (typeof level === "number") return level;
  throw new Error(`signal ${signalId} has no data.${name}, which the trader of powertrader goes by`);
}
