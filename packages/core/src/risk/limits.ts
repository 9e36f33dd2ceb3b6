import type { Side } from "../engine/order.ts";
import type { RiskSnapshot } from "./risk-snapshot.ts";

/** Limits on entries; `undefined` is none. Exits never meet them. */
export interface RiskLimits {
  /** Base units held of a coin. */
  readonly maxPositionQty: number | undefined;
  /** Value of a coin's position ÷ equity. */
  readonly maxNotionalShare: number | undefined;
  readonly maxOpenPositions: number | undefined;
  /** Value of all positions ÷ equity. */
  readonly maxExposureShare: number | undefined;
  /** Loss since UTC midnight ÷ equity at midnight. */
  readonly dailyLossShare: number | undefined;
  /** Fall below the highest equity so far, a fraction of it. */
  readonly drawdownHaltShare: number | undefined;
  /** Pause of a coin after any exit, and after a losing one. */
  readonly cooldownMs: number | undefined;
  readonly lossCooldownMs: number | undefined;
  /** Correlation with a held coin, over this many closes. */
  readonly correlationCap: number | undefined;
  readonly correlationBars: number;
}

/** The names of the limits are the reasons of their refusals. */
export type LimitName =
  | "daily_loss"
  | "drawdown_halt"
  | "cooldown"
  | "max_open_positions"
  | "max_position_qty"
  | "max_notional_share"
  | "max_exposure"
  | "correlation_cap"
  | "correlation_undefined";

export interface LimitedEntry {
  readonly side: Side;
  readonly price: number;
}

/** What a limit leaves of an entry. */
export interface Room {
  /** Share of equity, `Infinity` when the limit has nothing against it; at or below 0 it refuses. */
  readonly share: number;
  /** Why, should nothing be left. */
  readonly name: LimitName;
}

/** One limit: pure, and blind to the others. */
export type Limit = (entry: LimitedEntry, now: RiskSnapshot, limits: RiskLimits) => Room;

/** No entries once the day's loss is above the limit, until UTC midnight. */
const dailyLoss: Limit = (_entry, { dayStartEquity, dayLowEquity }, { dailyLossShare }) =>
  verdict("daily_loss", isAbove(dayStartEquity - dayLowEquity, dailyLossShare, dayStartEquity));

/** No entries for the rest of the run once a drawdown was above the limit. */
const drawdownHalt: Limit = (_entry, { drawdownShare }, { drawdownHaltShare }) =>
  verdict("drawdown_halt", isAbove(drawdownShare, drawdownHaltShare, 1));

/** No entry into a coin for a while after its exit; a reversal is an entry right after one. */
const cooldown: Limit = (
  _entry,
  { nowMs, lastExitMs, lastLossMs, isReversal },
  { cooldownMs = 0, lossCooldownMs = 0 },
) =>
  verdict(
    "cooldown",
    (isReversal && cooldownMs > 0) || nowMs - lastExitMs < cooldownMs || nowMs - lastLossMs < lossCooldownMs,
  );

/** No more coins at once; more of a coin that is held opens none. */
const maxOpenPositions: Limit = (_entry, { otherCoins, positionQty }, { maxOpenPositions: most = Infinity }) =>
  verdict("max_open_positions", positionQty === 0 && otherCoins.length >= most);

const maxPositionQty: Limit = ({ price }, { positionQty, equity }, { maxPositionQty: most }) =>
  room("max_position_qty", most === undefined ? Infinity : ((most - positionQty) * price) / equity);

const maxNotionalShare: Limit = (_entry, { positionValue, equity }, { maxNotionalShare: most = Infinity }) =>
  room("max_notional_share", most - positionValue / equity);

const maxExposure: Limit = (_entry, { exposure, equity }, { maxExposureShare: most = Infinity }) =>
  room("max_exposure", most - exposure / equity);

/** No bet that moves with one that is on: opposite sides count with the opposite sign. */
const correlationCap: Limit = ({ side }, { otherCoins }, { correlationCap: most, correlationBars }) => {
  if (most === undefined) return verdict("correlation_cap", false);
  const moves = otherCoins.map((other) => (other.side === side ? 1 : -1) * (other.correlation(correlationBars) ?? NaN));
  if (moves.some(Number.isNaN)) return verdict("correlation_undefined", true);
  return verdict(
    "correlation_cap",
    moves.some((move) => move > most),
  );
};

/** Every limit. The order decides which one is named when several refuse, and nothing else. */
export const LIMITS: readonly Limit[] = [
  dailyLoss,
  drawdownHalt,
  cooldown,
  maxOpenPositions,
  maxPositionQty,
  maxNotionalShare,
  maxExposure,
  correlationCap,
];

/** Less room than this is rounding, not room. */
const NO_ROOM = 1e-9;

/**
 * Cuts a wanted share of equity to what every limit leaves. Limits on shares and quantities cut; counts, pauses and
 * halts leave everything or nothing. Where nothing is left, the first limit that leaves nothing is named.
 */
export function limitEntry(
  wantedShare: number,
  entry: LimitedEntry,
  now: RiskSnapshot,
  limits: RiskLimits,
  order: readonly Limit[] = LIMITS,
): number | { readonly refusal: LimitName } {
  let share = wantedShare;
  for (const limit of order) {
    const { share: left, name } = limit(entry, now, limits);
    if (!(left > NO_ROOM)) return { refusal: name };
    if (left < share) share = left;
  }
  return share;
}

function verdict(name: LimitName, isRefused: boolean): Room {
  return { name, share: isRefused ? 0 : Infinity };
}

function room(name: LimitName, share: number): Room {
  return { name, share };
}

/** Whether `part` is above a share of the whole by more than rounding. */
function isAbove(part: number, share: number | undefined, whole: number): boolean {
  return share !== undefined && part > (share + 1e-12) * whole;
}
