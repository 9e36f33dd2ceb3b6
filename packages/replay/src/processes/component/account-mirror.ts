import type { AccountView } from "@powertrader/core/strategy";
import type { AccountLine, MarketState } from "../wire/account-line.ts";

/** The account as the last line of `account.jsonl` says it is. */
export class AccountMirror implements AccountView {
  nowMs = Number.NaN;
  equity = Number.NaN;
  cash = Number.NaN;
  #markets: Readonly<Record<string, MarketState>> = {};

  become(line: AccountLine): void {
    this.nowMs = Math.round(line.timestamp * 1000);
    this.equity = line.equity;
    this.cash = line.cash;
    this.#markets = line.markets;
  }

  markOf(symbol: string): number {
    return this.#of(symbol).mark;
  }

  positionOf(symbol: string, positionId?: string): number {
    const { qty, positions } = this.#of(symbol);
    return positionId === undefined ? qty : (positions?.[positionId] ?? 0);
  }

  pursuitOf(symbol: string): "long" | "short" | "close" | undefined {
    return this.#of(symbol).pursuit;
  }

  #of(symbol: string): MarketState {
    const market = this.#markets[symbol];
    if (market === undefined) throw new Error(`this run does not trade ${symbol}`);
    return market;
  }
}
