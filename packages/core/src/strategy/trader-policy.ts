import type { ExitPlan } from "../engine/exit-plan.ts";
import type { Fill, OrderEvent, Side } from "../engine/order.ts";
import type { OrderTerms } from "../engine/order-terms.ts";
import type { Signal } from "./signal.ts";

/** What a policy may know of the account at a tick. Positive quantities are long, negative short. */
export interface AccountView {
  /** The tick's moment, epoch milliseconds. */
  readonly nowMs: number;
  /** Cash plus open positions at mark, quote currency. */
  readonly equity: number;
  readonly cash: number;
  /** What a unit of `symbol` is worth now: its last close, 0 before the first. */
  markOf(symbol: string): number;
  /** Signed base quantity held, in the position with a name where the policy has named one. */
  positionOf(symbol: string, positionId?: string): number;
  /** What the orders still working on `symbol` are about to do, or `undefined` when none works. */
  pursuitOf(symbol: string): "long" | "short" | "close" | undefined;
}

/** An instruction the policy wants placed; the run gives it an id and lets risk look at it. */
export type OrderIntent =
  | {
      readonly kind: "cancel";
      readonly symbol: string;
      readonly reason: string;
      /** Only this order instead of all that work. */
      readonly clientOrderId?: string;
    }
  | {
      /** Replaces the protective exits of what is held. */
      readonly kind: "protect";
      readonly symbol: string;
      readonly positionId?: string;
      readonly exits: ExitPlan;
    }
  | {
      readonly kind: "enter";
      readonly symbol: string;
      readonly side: Side;
      /** Fraction of equity. */
      readonly sizeShare: number;
      readonly signalId: string | undefined;
      /** What differs from a plain market order. */
      readonly terms?: Partial<OrderTerms> | undefined;
      /** An id of the policy's own; the run gives one else. The same id again is refused and changes nothing. */
      readonly clientOrderId?: string | undefined;
      /** How the position will be left again. */
      readonly exits?: ExitPlan | undefined;
    }
  | {
      readonly kind: "exit";
      readonly symbol: string;
      readonly side: Side;
      /** Base units, positive. */
      readonly qty: number;
      readonly signalId: string | undefined;
      readonly terms?: Partial<OrderTerms> | undefined;
      readonly clientOrderId?: string | undefined;
    };

/** The second half of a strategy: opinions and account in, order intents out. */
export interface TraderPolicy {
  readonly name: string;
  /**
   * True while it will order nothing before a tick that has a signal or news of orders that it has not been told of:
   * who drives it need not call `onTick` until then. Never true when absent.
   */
  readonly isIdle?: boolean;
  /** Called once per tick, but for those that an idle policy is spared; the returned list is read before the next call. */
  onTick(signals: readonly Signal[], account: AccountView): readonly OrderIntent[];
  /** Told of every fill in the order they happen, before the next `onTick`, whose account view has it in. */
  onFill?(fill: Fill): void;
  /** Told of every order that was refused, cancelled or expired, as of fills. */
  onOrderEvent?(event: OrderEvent): void;
  /** Called once when the run is over, whatever ended it but an error; the account is as of its end. */
  onEnd?(account: AccountView): void;
}
