import { type CostedFill, CostMeter } from "./trading-costs.ts";

/** An execution of one coin; money in quote currency. */
export interface LedgerFill extends CostedFill {
  readonly symbol: string;
}

/** Cash that moved without a fill; `symbol` is empty where it was the account's, not a coin's. */
export interface LedgerFlow {
  readonly symbol: string;
  /** `funding`, `borrow`, or whatever else moved cash. */
  readonly kind: string;
  readonly amount: number;
}

/** A position that was left open. */
export interface LedgerPosition {
  readonly symbol: string;
  readonly side: "long" | "short";
  /** Base units, positive. */
  readonly qty: number;
  /** Quantity-weighted price of all that was entered in its round trip. */
  readonly entryPrice: number;
  /** What a unit is worth at the end. */
  readonly mark: number;
}

/** What one coin did to the account, in quote currency. Cash that came in is positive, fees and slippage are costs. */
export interface CoinResult {
  readonly symbol: string;
  readonly fills: number;
  /**
   * What is booked and can no longer change: what was left against what it was entered at, minus every fee paid so far,
   * plus all funding and interest so far, those of an open position included. Without an open position it is the sum of
   * the trades' `pnl`.
   */
  readonly realisedPnl: number;
  /** quantity × (mark − entry price) of the open position, before costs, which are booked already; 0 without one. */
  readonly unrealisedPnl: number;
  readonly fees: number;
  /** Part of the prices of the fills, so within `realisedPnl` and `unrealisedPnl` already. */
  readonly slippage: number;
  readonly turnover: number;
  /** All cash that moved without a fill; `funding` and `borrow` are the parts of these kinds. */
  readonly flows: number;
  readonly funding: number;
  readonly borrow: number;
}

export interface AccountResults {
  readonly coins: readonly CoinResult[];
  /** Cash that moved without a fill and belongs to no coin: interest on cash below zero. */
  readonly accountFlows: number;
}

/**
 * Where the result of a run comes from, coin by coin, from what was executed alone. For every run
 * Σ (realisedPnl + unrealisedPnl) + accountFlows = final equity − initial capital.
 *
 * @param symbols - coins to name first, in this order; those only seen elsewhere come after
 */
export function coinResults(
  symbols: readonly string[],
  fills: readonly LedgerFill[],
  flows: readonly LedgerFlow[],
  positions: readonly LedgerPosition[],
): AccountResults {
  const ledgers = new Map(symbols.map((symbol) => [symbol, new CoinLedger(symbol)]));
  const of = (symbol: string) => {
    const known = ledgers.get(symbol);
    if (known !== undefined) return known;
    const ledger = new CoinLedger(symbol);
    ledgers.set(symbol, ledger);
    return ledger;
  };
  let accountFlows = 0;
  for (const fill of fills) of(fill.symbol).fill(fill);
  for (const flow of flows) {
    if (flow.symbol === "") accountFlows += flow.amount;
    else of(flow.symbol).flow(flow);
  }
  for (const position of positions) of(position.symbol).keep(position);
  return { coins: [...ledgers.values()].map((ledger) => ledger.result()), accountFlows };
}

/** The books of one coin. */
class CoinLedger {
  readonly #symbol: string;
  readonly #costs = new CostMeter();
  #fills = 0;
  /** What selling brought minus what buying took, fees aside. */
  #proceeds = 0;
  #flows = 0;
  #funding = 0;
  #borrow = 0;
  /** Signed value of the open position at its entry price, and what it gained since. */
  #invested = 0;
  #unrealised = 0;

  constructor(symbol: string) {
    this.#symbol = symbol;
  }

  fill(fill: LedgerFill): void {
    this.#fills++;
    this.#costs.add(fill);
    this.#proceeds += (fill.side === "buy" ? -fill.qty : fill.qty) * fill.price;
  }

  flow({ kind, amount }: LedgerFlow): void {
    this.#flows += amount;
    if (kind === "funding") this.#funding += amount;
    else if (kind === "borrow") this.#borrow += amount;
  }

  keep({ side, qty, entryPrice, mark }: LedgerPosition): void {
    const signed = side === "long" ? qty : -qty;
    this.#invested += signed * entryPrice;
    this.#unrealised += signed * (mark - entryPrice);
  }

  result(): CoinResult {
    const { fees, slippage, turnover } = this.#costs;
    return {
      symbol: this.#symbol,
      fills: this.#fills,
      realisedPnl: this.#proceeds + this.#invested - fees + this.#flows,
      unrealisedPnl: this.#unrealised,
      fees,
      slippage,
      turnover,
      flows: this.#flows,
      funding: this.#funding,
      borrow: this.#borrow,
    };
  }
}
