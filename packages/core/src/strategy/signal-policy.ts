import type { Direction, Signal } from "./signal.ts";
import type { AccountView, OrderIntent, TraderPolicy } from "./trader-policy.ts";

const NOTHING: readonly OrderIntent[] = [];

/**
 * The default policy: each signal becomes what it says. A repeat of the direction that is held, or that working
 * orders already pursue, is ignored. Anything else first cancels what still works (`superseded`), then closes the
 * opposite position, then enters with the signal's size or `size`: a reversal is two orders.
 *
 * @param size - fraction of equity per entry where the signal names none
 */
export function createSignalPolicy(size: number): TraderPolicy {
  return {
    name: "signals",
    onTick(signals, account) {
      if (signals.length === 0) return NOTHING;
      if (signals.length === 1) return intentsOf(signals[0]!, account, size);
      return signals.flatMap((signal) => intentsOf(signal, account, size));
    },
  };
}

function intentsOf(signal: Signal, account: AccountView, size: number): readonly OrderIntent[] {
  const { symbol, direction } = signal;
  const position = account.positionOf(symbol);
  const pursued = account.pursuitOf(symbol);
  if (direction === (pursued ?? directionOf(position))) return NOTHING;

  const cancel = pursued === undefined ? NOTHING : [{ kind: "cancel", symbol, reason: "superseded" } as const];
  if (direction === directionOf(position)) return cancel;
  const moves = movesTo(direction, position, signal, size);
  return cancel.length === 0 ? moves : [...cancel, ...moves];
}

/** The orders that lead from the position to the direction of a signal. */
function movesTo(direction: Direction, position: number, signal: Signal, size: number): readonly OrderIntent[] {
  const { symbol, signalId } = signal;
  const enter = {
    kind: "enter",
    symbol,
    side: direction === "long" ? "buy" : "sell",
    sizeShare: signal.size ?? size,
    signalId,
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

function directionOf(position: number): Direction {
  if (position === 0) return "close";
  return position > 0 ? "long" : "short";
}
