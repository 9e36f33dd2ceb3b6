/** A share of the position that leaves at a price. */
export interface TargetPlan {
  /** Price, or `null` where `gainShare` says it. */
  readonly price: number | null;
  /** Gain over the entry price as a share of it; `null` where `price` says it. */
  readonly gainShare: number | null;
  /** Of the quantity that was entered, in (0, 1]; the last target takes what is left. */
  readonly positionShare: number;
}

/**
 * How a position will be left again, whatever the strategy says later. Every part may be absent (`null`, empty).
 * Shares of prices are of the average entry price.
 */
export interface ExitPlan {
  readonly stopPrice: number | null;
  /** Distance of the stop from the entry price. */
  readonly stopShare: number | null;
  /** Nearest first. */
  readonly targets: readonly TargetPlan[];
  readonly trailing: TrailingPlan | null;
  readonly breakEven: BreakEvenPlan | null;
  /** Targets that move with time, earliest first: from `afterMs` on, leave at a gain of `gainShare`; −1 leaves at once. */
  readonly timeTargets: readonly TimeTarget[];
  /** Leave at the open after this many bars, the entry bar counted. */
  readonly maxBars: number | null;
}

export interface TrailingPlan {
  /** Distance behind the best price, as a share of it. */
  readonly distanceShare: number;
  /** Gain at which it begins to trail; `null` from the entry on. */
  readonly activationShare: number | null;
  /** Distance once it is active, where it differs. Before, `distanceShare` trails from the entry on. */
  readonly activeDistanceShare: number | null;
}

export interface BreakEvenPlan {
  /** Gain at which the stop moves to the entry price. */
  readonly activationShare: number;
  /** How far beyond the entry price it moves, e.g. to pay the fees. */
  readonly offsetShare: number;
}

export interface TimeTarget {
  readonly afterMs: number;
  readonly gainShare: number;
}

export const NO_EXITS: ExitPlan = {
  stopPrice: null,
  stopShare: null,
  targets: [],
  trailing: null,
  breakEven: null,
  timeTargets: [],
  maxBars: null,
};

/** Why an entry with this plan is not accepted at `price`, or `undefined`. A stop must lie on the losing side. */
export function planRefusal(plan: ExitPlan, isLong: boolean, price: number): string | undefined {
  if (!isSound(plan)) return "invalid_exits";
  const { stopPrice } = plan;
  const isLosing = stopPrice === null || (stopPrice > 0 && (isLong ? stopPrice < price : stopPrice > price));
  if (!isLosing) return "invalid_stop_loss";
  const isBad = (target: number) => !(target > 0 && (isLong ? target > price : target < price));
  return plan.targets.some((target) => target.price !== null && isBad(target.price))
    ? "invalid_take_profit"
    : undefined;
}

/** Whether all shares and counts of a plan are numbers that mean something. */
function isSound({ stopShare, targets, trailing, breakEven, timeTargets, maxBars }: ExitPlan): boolean {
  const isShare = (share: number | null) => share === null || (share > 0 && share <= 1);
  const isGain = (share: number | null) => share === null || (share >= -1 && share < Infinity);
  return (
    isShare(stopShare) &&
    targets.every((one) => isShare(one.positionShare) && isGain(one.gainShare)) &&
    targets.every((one) => (one.price === null) !== (one.gainShare === null)) &&
    (trailing === null ||
      (isShare(trailing.distanceShare) && isGain(trailing.activationShare) && isShare(trailing.activeDistanceShare))) &&
    (breakEven === null || (isGain(breakEven.activationShare) && isGain(breakEven.offsetShare))) &&
    timeTargets.every((one) => one.afterMs >= 0 && isGain(one.gainShare)) &&
    (maxBars === null || maxBars >= 1)
  );
}
