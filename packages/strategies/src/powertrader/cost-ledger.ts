import type { Fill } from "@powertrader/core/engine";

/** What a fill did to the cost of a position. Quote currency. */
export interface CostChange {
  /** Moved on the account: what a sale brought, negative what a buy cost; fees are in it. */
  readonly cash: number;
  /** Cost of what was sold; 0 for buys. */
  readonly costUsed: number;
  /** Cost of what is owned then. */
  readonly costAfter: number;
  /** What a sale brought above its cost, after the fees of both; `undefined` for buys. */
  readonly profit: number | undefined;
}

interface Holding {
  readonly cost: number;
  readonly qty: number;
}

/** Less is nothing: PowerTrader's own limits. */
const DUST = { qty: 1e-12, cost: 1e-6 } as const;

const NOTHING: Holding = { cost: 0, qty: 0 };

/** What the coins that are owned have cost, fees included, and what sales have brought above that. A sale uses its share. */
export class CostLedger {
  /** Sum over all sales, quote currency, after fees. */
  profit = 0;
  readonly #holdings = new Map<string, Holding>();

  book({ symbol, side, qty, price, fees }: Fill): CostChange {
    const before = this.#holdings.get(symbol) ?? NOTHING;
    if (side === "buy") {
      const cash = -(qty * price + fees);
      const costAfter = before.cost - cash;
      this.#holdings.set(symbol, { cost: costAfter, qty: before.qty + qty });
      return { cash, costUsed: 0, costAfter, profit: undefined };
    }
    const cash = qty * price - fees;
    const share = before.qty > 0 ? Math.min(1, qty / before.qty) : 1;
    const costUsed = before.cost * share;
    const after = { cost: before.cost - costUsed, qty: before.qty * (1 - share) };
    this.#holdings.set(symbol, isDust(after) ? NOTHING : after);
    this.profit += cash - costUsed;
    return { cash, costUsed, costAfter: after.cost, profit: cash - costUsed };
  }

  /** What is owned, in the order in which it was first bought, dust left out. */
  holdings(): readonly (readonly [symbol: string, Holding])[] {
    return [...this.#holdings].filter(([, holding]) => !isDust(holding));
  }
}

function isDust({ cost, qty }: Holding): boolean {
  return qty <= DUST.qty || cost <= DUST.cost;
}
