import type { Side } from "../engine/order.ts";
import type { HistoryView } from "../strategy/history-view.ts";
import { type LimitName, limitEntry } from "./limits.ts";
import { type RiskRules, type RiskSettings, rulesOf } from "./risk-settings.ts";
import type { RiskSnapshot } from "./risk-snapshot.ts";
import { sizeOf } from "./size-rule.ts";
import { limitStop, type NoSizeReason, stopAt, type TradeTally } from "./sizing.ts";

/** An entry somebody wants. Prices in quote currency. */
export interface EntryRequest {
  readonly symbol: string;
  readonly side: Side;
  /** Close of the decision bar, or the price that the order waits for. */
  readonly price: number;
  /** The signal's stop; without one, the default stop counts. */
  readonly stopPrice: number | undefined;
  /** Fraction of equity that the signal, else `--size`, asks for. */
  readonly sizeShare: number | undefined;
}

/** What sizes are computed from besides the account. */
export interface RiskHistory {
  /** Closed bars of the entry's coin. */
  readonly bars: HistoryView;
  /** The run's closed trades; a `RiskTracker` is one. */
  readonly tally: TradeTally;
}

export interface RiskApproval {
  /** Fraction of equity that the order may be. */
  readonly sizeShare: number;
  /** Base units that the order may have at most, whatever its fill price; `undefined` without such a limit. */
  readonly maxQty: number | undefined;
  /** The request's stop, drawn in where the rules say so; `undefined` when the request has none. */
  readonly stopPrice: number | undefined;
}

export type RefusalReason = LimitName | NoSizeReason | "no_equity";

/** The rule that refused an entry, as it stands in `order_events.jsonl`. */
export interface RiskRefusal {
  readonly refusal: RefusalReason;
}

/** What stands between a wish to enter and an order. Exits never meet it. */
export interface RiskGate {
  decide(entry: EntryRequest, now: RiskSnapshot, history: RiskHistory): RiskApproval | RiskRefusal;
}

/** Sizes entries by the coin's rule, then cuts or refuses them by the coin's limits. */
export function createRiskGate(settings: RiskSettings): RiskGate {
  return { decide: (entry, now, history) => decide(rulesOf(settings, entry.symbol), entry, now, history) };
}

function decide(
  rules: RiskRules,
  entry: EntryRequest,
  now: RiskSnapshot,
  history: RiskHistory,
): RiskApproval | RiskRefusal {
  if (!(now.equity > 0)) return { refusal: "no_equity" };
  const { side, price, sizeShare } = entry;
  const asked = askedStop(rules, entry);
  const stopPrice = asked ?? defaultStop(rules, entry);
  const wanted = sizeOf(rules.size, { side, price, stopPrice, sizeShare, equity: now.equity, ...history });
  if (typeof wanted !== "number") return wanted;

  const allowed = limitEntry(wanted, entry, now, rules.limits);
  if (typeof allowed !== "number") return allowed;
  const { maxPositionQty } = rules.limits;
  return {
    sizeShare: allowed,
    maxQty: maxPositionQty === undefined ? undefined : maxPositionQty - now.positionQty,
    stopPrice: asked,
  };
}

function askedStop({ maxStopShare }: RiskRules, { side, price, stopPrice }: EntryRequest): number | undefined {
  if (stopPrice === undefined || maxStopShare === undefined) return stopPrice;
  return limitStop(side, price, stopPrice, maxStopShare);
}

/** Where the default stop would stand if the order filled at `price`. */
function defaultStop({ stopLossShare }: RiskRules, { side, price }: EntryRequest): number | undefined {
  return stopLossShare === undefined ? undefined : stopAt(side, price, stopLossShare);
}
