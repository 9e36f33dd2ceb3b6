import type { Side } from "../engine/order.ts";
import type { HistoryView } from "../strategy/history-view.ts";
import { correlation } from "./returns-of-closes.ts";
import type { RiskTracker } from "./risk-tracker.ts";

/** What the limits know of the account when an entry is judged. Money in quote currency. */
export interface RiskSnapshot {
  readonly nowMs: number;
  readonly equity: number;
  /** Equity at the last UTC midnight, and the lowest since. */
  readonly dayStartEquity: number;
  readonly dayLowEquity: number;
  /** The deepest fall below a peak so far, a fraction. */
  readonly drawdownShare: number;
  /**
   * Notional of everything that is held or that working entries will hold, without what the entry's own reversal
   * closes first.
   */
  readonly exposure: number;
  /** Other coins that are held or that working entries will hold. */
  readonly otherCoins: readonly OtherCoin[];
  /** Base units of the entry's coin on the entry's side, working entries included; 0 when flat or on the other side. */
  readonly positionQty: number;
  /** The same in quote currency. */
  readonly positionValue: number;
  /** Whether the coin is held on the other side: an exit goes first. */
  readonly isReversal: boolean;
  /** When the coin's last round trip ended, and its last losing one; `NaN` before the first. */
  readonly lastExitMs: number;
  readonly lastLossMs: number;
}

export interface OtherCoin {
  readonly symbol: string;
  readonly side: Side;
  /** Correlation of its returns with the entry's coin over the last common bars, or `undefined`. */
  correlation(bars: number): number | undefined;
}

/** One coin of the account as the engine knows it. */
export interface Holding {
  readonly symbol: string;
  /** Base units, negative is short. */
  readonly qty: number;
  /** `qty` at the mark, with its sign. */
  readonly value: number;
  /** Share of equity that entries still working are to add, negative for sells; 0 when none works. */
  readonly pendingShare: number;
  readonly history: HistoryView;
}

export interface RiskAccount {
  readonly nowMs: number;
  readonly equity: number;
  readonly holdings: readonly Holding[];
}

/**
 * The account as the limits see it for an entry of `symbol` at `price`. A position that is being closed counts until
 * it is closed, except the entry's own on the other side: orders of one coin are worked in order.
 */
export function riskSnapshot(
  { symbol, side, price }: { readonly symbol: string; readonly side: Side; readonly price: number },
  { nowMs, equity, holdings }: RiskAccount,
  tracker: RiskTracker,
): RiskSnapshot {
  const sign = side === "buy" ? 1 : -1;
  const own = holdings.find((holding) => holding.symbol === symbol);
  const others = holdings.filter((holding) => holding !== own && (holding.qty !== 0 || holding.pendingShare !== 0));
  const pendingValue = Math.max(0, sign * (own?.pendingShare ?? 0)) * equity;
  const positionValue = Math.max(0, sign * (own?.value ?? 0)) + pendingValue;
  return {
    nowMs,
    equity,
    dayStartEquity: tracker.dayStartEquity,
    dayLowEquity: tracker.dayLowEquity,
    drawdownShare: tracker.drawdownShare,
    exposure: others.reduce((sum, other) => sum + notionalOf(other, equity), positionValue),
    otherCoins: others.map((other) => ({
      symbol: other.symbol,
      side: other.qty + other.pendingShare > 0 ? "buy" : "sell",
      correlation: (bars) => (own === undefined ? undefined : correlation(own.history, other.history, bars)),
    })),
    positionQty: Math.max(0, sign * (own?.qty ?? 0)) + pendingValue / price,
    positionValue,
    isReversal: sign * (own?.qty ?? 0) < 0,
    lastExitMs: tracker.lastExitMs(symbol),
    lastLossMs: tracker.lastLossMs(symbol),
  };
}

function notionalOf({ value, pendingShare }: Holding, equity: number): number {
  return Math.abs(value) + Math.abs(pendingShare) * equity;
}
