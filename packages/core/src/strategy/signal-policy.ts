import { type ExitPlan, NO_EXITS } from "../engine/exit-plan.ts";
import type { Direction, Signal } from "./signal.ts";
import type { AccountView, OrderIntent, TraderPolicy } from "./trader-policy.ts";

const NOTHING: readonly OrderIntent[] = [];

/**
 * The default policy: each signal becomes what it says. A repeat of the direction that is held, or that working
 * orders already pursue, is ignored. Anything else first cancels what still works (`superseded`), then closes the
 * opposite position, then enters with the signal's size or `size`: a reversal is two orders. Entries bring the exits of
 * `exits`, with the signal's own stop and target in place of those.
 *
 * @param size - fraction of equity per entry where the signal names none
 * @param exits - how positions are left whatever signals say; `undefined` for signals only
 */
export function createSignalPolicy(size: number, exits?: ExitPlan): TraderPolicy {
  return {
    name: "signals",
    onTick(signals, account) {
      if (signals.length === 0) return NOTHING;
      if (signals.length === 1) return intentsOf(signals[0]!, account, size, exits);
      return signals.flatMap((signal) => intentsOf(signal, account, size, exits));
    },
  };
}

function intentsOf(
  signal: Signal,
  account: AccountView,
  size: number,
  exits: ExitPlan | undefined,
): readonly OrderIntent[] {
  const { symbol, direction } = signal;
  const position = account.positionOf(symbol);
  const pursued = account.pursuitOf(symbol);
  if (direction === (pursued ?? directionOf(position))) return NOTHING;

  const cancel = pursued === undefined ? NOTHING : [{ kind: "cancel", symbol, reason: "superseded" } as const];
  if (direction === directionOf(position)) return cancel;
  const moves = movesTo(direction, position, signal, size, exits);
  return cancel.length === 0 ? moves : [...cancel, ...moves];
}

/** The orders that lead from the position to the direction of a signal. */
function movesTo(
  direction: Direction,
  position: number,
  signal: Signal,
  size: number,
  exits: ExitPlan | undefined,
): readonly OrderIntent[] {
  const { symbol, signalId } = signal;
  const enter = {
    kind: "enter",
    symbol,
    side: direction === "long" ? "buy" : "sell",
    sizeShare: signal.size ?? size,
    signalId,
    exits: exitsOf(signal, exits),
  } as const;
  if (position === 0) return [enter];
  const exit = {
    kind: "exit",
    symbol,
    side: position > 0 ? "sell" : "buy",
    qty: Math.abs(position),
    signalId,
  } as const;
  return direction === "close" ? [exit] : [exit, enter];
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
