import { type ExitPlan, NO_EXITS } from "../engine/exit-plan.ts";
import type { OrderTerms } from "../engine/order-terms.ts";
import type { Direction, Signal } from "./signal.ts";
import { expiryOf, limitOf, repriceOf } from "./signal-terms.ts";
import type { AccountView, OrderIntent, TraderPolicy } from "./trader-policy.ts";

const NOTHING: readonly OrderIntent[] = [];

/**
 * The default policy: each signal becomes what it says. A repeat of the direction that is held, or that working
 * orders already pursue, is ignored, unless it names another price for an order that waits. Anything else first cancels
 * what still works (`superseded`), then closes the opposite position, then enters with the signal's size or `size`: a
 * reversal is two orders. Entries bring the exits of `exits`, with the signal's own stop and target in place of those.
 *
 * @param size - fraction of equity per entry where the signal names none
 * @param exits - how positions are left whatever signals say; `undefined` for signals only
 */
export function createSignalPolicy(size: number, exits?: ExitPlan): TraderPolicy {
  return new SignalPolicy(size, exits);
}

/** An order with a price that may still wait. */
interface Waiting {
  readonly signal: Signal;
  readonly sinceMs: number;
  readonly expiresMs: number | undefined;
  /** Price from the next tick on. */
  reprice: number | undefined;
}

class SignalPolicy implements TraderPolicy {
  readonly name = "signals";
  readonly #size: number;
  readonly #exits: ExitPlan | undefined;
  /** By symbol; those that no longer wait are found out when they are looked at. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(size: number, exits: ExitPlan | undefined) {
    this.#size = size;
    this.#exits = exits;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  onTick(signals: readonly Signal[], account: AccountView): readonly OrderIntent[] {
    if (signals.length === 0 && this.#waiting.size === 0) return NOTHING;
    if (signals.length === 1 && this.#waiting.size === 0) return this.#follow(signals[0]!, account);
    const intents = signals.flatMap((signal) => this.#follow(signal, account));
    for (const waiting of this.#waiting.values()) intents.push(...this.#review(waiting, account));
    return intents;
  }

  /** What a signal leads to. */
  #follow(signal: Signal, account: AccountView): readonly OrderIntent[] {
    const { symbol, direction } = signal;
    const position = account.positionOf(symbol);
    const pursued = account.pursuitOf(symbol);
    const isRepeat = direction === (pursued ?? directionOf(position));
    if (isRepeat && !this.#isRepriced(signal, position)) return NOTHING;

    const reason = isRepeat ? "repriced" : "superseded";
    const cancel = pursued === undefined ? NOTHING : [{ kind: "cancel", symbol, reason } as const];
    if (this.#waiting.size > 0) this.#waiting.delete(symbol);
    if (direction === directionOf(position)) return cancel;
    const expiresMs = expiryOf(signal, account.nowMs);
    if (limitOf(signal) !== undefined) {
      this.#waiting.set(symbol, { signal, sinceMs: account.nowMs, expiresMs, reprice: repriceOf(signal) });
    }
    const moves = this.#movesTo(signal, position, orderTerms(limitOf(signal), expiresMs));
    return cancel.length === 0 ? moves : [...cancel, ...moves];
  }

  /** Whether a repeat names another price than the order that waits, or none. What has begun to fill goes on. */
  #isRepriced(signal: Signal, position: number): boolean {
    const waiting = this.#waiting.get(signal.symbol);
    if (waiting === undefined || waiting.signal.direction !== signal.direction) return false;
    return limitOf(signal) !== limitOf(waiting.signal) && (signal.direction === "close" || position === 0);
  }

  /** Moves an entry of an earlier tick that has not begun to fill to its next price. */
  #review(waiting: Waiting, account: AccountView): readonly OrderIntent[] {
    const { signal, sinceMs, expiresMs, reprice } = waiting;
    const { symbol, direction } = signal;
    if (sinceMs === account.nowMs) return NOTHING;
    if (account.pursuitOf(symbol) !== direction) {
      this.#waiting.delete(symbol);
      return NOTHING;
    }
    if (reprice === undefined || account.positionOf(symbol) !== 0) return NOTHING;
    waiting.reprice = undefined;
    const cancel = { kind: "cancel", symbol, reason: "repriced" } as const;
    return [cancel, ...this.#movesTo(signal, 0, orderTerms(reprice, expiresMs))];
  }

  /**
   * The orders that lead from the position to the direction of a signal. The terms are those of the last one.
   * Every key is written out: spreading objects here costs a good part of a run.
   */
  #movesTo(signal: Signal, position: number, terms: Partial<OrderTerms> | undefined): readonly OrderIntent[] {
    const { symbol, signalId, direction } = signal;
    if (direction === "close") return [exitOf(signal, position, terms)];
    const enter = {
      kind: "enter",
      symbol,
      side: direction === "long" ? "buy" : "sell",
      sizeShare: signal.size ?? this.#size,
      signalId,
      exits: exitsOf(signal, this.#exits),
      terms,
    } as const;
    return position === 0 ? [enter] : [exitOf(signal, position, undefined), enter];
  }
}

/** The order that closes a position. */
function exitOf({ symbol, signalId }: Signal, position: number, terms: Partial<OrderTerms> | undefined): OrderIntent {
  return { kind: "exit", symbol, side: position > 0 ? "sell" : "buy", qty: Math.abs(position), signalId, terms };
}

/** `undefined` for a plain market order. */
function orderTerms(limitPrice: number | undefined, expiresMs: number | undefined): Partial<OrderTerms> | undefined {
  if (limitPrice === undefined && expiresMs === undefined) return undefined;
  return {
    ...(limitPrice !== undefined && { orderType: "limit", limitPrice }),
    ...(expiresMs !== undefined && { timeInForce: "GTD", expiresMs }),
  };
}

/** The plan of an entry: the run's, with the prices that the signal itself names. */
function exitsOf(signal: Signal, exits: ExitPlan | undefined): ExitPlan | undefined {
  const { stopLoss, takeProfit } = signal;
  if (stopLoss === undefined && takeProfit === undefined) return exits;
  const plan = exits ?? NO_EXITS;
  return {
    ...plan,
    ...(stopLoss !== undefined && { stopPrice: stopLoss, stopShare: null }),
    ...(takeProfit !== undefined && { targets: [{ price: takeProfit, gainShare: null, positionShare: 1 }] }),
  };
}

function directionOf(position: number): Direction {
  if (position === 0) return "close";
  return position > 0 ? "long" : "short";
}
