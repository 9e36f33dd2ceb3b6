import type { Candle } from "../market/candles.ts";
import type { ExitPlan } from "./exit-plan.ts";
import type { WorkingOrder } from "./market.ts";
import { trailedLevel } from "./touch.ts";

/** Which part of a plan a stop level comes from. */
export type StopRule = "stop_loss" | "trailing_stop" | "break_even" | "liquidation";

/** What backs a position: its notional ÷ leverage at the entry, and the share of its notional below which it is closed. */
export interface Margin {
  readonly leverage: number;
  readonly maintenanceShare: number;
}

const UNLEVERED: Margin = { leverage: 1, maintenanceShare: 0 };

/** How the price came to an entry inside the present bar. */
export interface Entered {
  readonly price: number;
  /** The way the price had come to it: a limit order is reached against the position, a stop order with it. */
  readonly moved: "up" | "down";
  /**
   * Where a delayed market order was decided to come from: until it arrived the price is believed to have gone straight
   * from here to `price`. `undefined` where nobody knows what the bar did before.
   */
  readonly from?: number;
}

/** An exit plan at work: what the position has seen so far, and where its levels stand now. */
export class OpenExits {
  readonly plan: ExitPlan;
  readonly isLong: boolean;
  /** Average entry price; changes as the position grows. */
  entryPrice = Number.NaN;
  /** Best price since the entry, bars up to the last one (the present one's open included). */
  best = Number.NaN;
  /** Quantity entered so far, base units. */
  enteredQty = 0;
  targetsDone = 0;
  /** Open of the bar of the first entry. */
  readonly entryBarMs: number;
  /** Bars that have closed since the entry, the entry bar included. */
  bars = 0;
  /** How the last entry inside the present bar came about; `undefined` when it was made at the open or before. */
  entered: Entered | undefined = undefined;
  /** When the last entry filled, epoch milliseconds: nothing leaves before. */
  enteredMs = 0;
  /** What has left at the present target, base units. */
  targetFilledQty = 0;
  /** What is left of a stop that its bar could not fill, at work as a market order. */
  leaving: WorkingOrder | undefined = undefined;
  /** Of the entry. */
  readonly signalId: string | undefined;

  readonly #margin: Margin;
  /** A bar matters when it reaches one of these; what lies between passes by. */
  #matterBelow = Number.POSITIVE_INFINITY;
  #matterAbove = Number.NEGATIVE_INFINITY;
  #matterFromMs = Number.NEGATIVE_INFINITY;
  #matterAfterBars = 0;

  constructor(
    plan: ExitPlan,
    isLong: boolean,
    entryBarMs: number,
    signalId: string | undefined,
    margin: Margin = UNLEVERED,
  ) {
    this.plan = plan;
    this.isLong = isLong;
    this.entryBarMs = entryBarMs;
    this.signalId = signalId;
    this.#margin = margin;
  }

  /** Whether a bar can change anything: reach a level, move one, or end the position's time. */
  concerns(barMs: number, high: number, low: number): boolean {
    return (
      low <= this.#matterBelow ||
      high >= this.#matterAbove ||
      barMs >= this.#matterFromMs ||
      this.bars >= this.#matterAfterBars
    );
  }

  /** Ends a bar that opened at `barMs`, and works out which of the next ones concern the position. */
  endBar(barMs: number, { high, low, close }: Candle): void {
    // The extreme of a bar that was entered inside may have been before the entry; its close was not.
    const isExtremeLater = this.entered === undefined || this.entered.moved === (this.isLong ? "up" : "down");
    this.see(!isExtremeLater ? close : this.isLong ? high : low);
    this.bars++;
    this.entered = undefined;
    const { plan, isLong } = this;
    const stop = this.stopAt(this.best);
    const target = this.targetAt(barMs);
    const follows = plan.trailing !== null || plan.breakEven !== null;
    const favourable = follows ? this.#nearest(target, this.best) : target;
    const orNever = (level: number, isBelow: boolean) =>
      Number.isNaN(level) ? (isBelow ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : level;
    this.#matterBelow = orNever(isLong ? stop : favourable, true);
    this.#matterAbove = orNever(isLong ? favourable : stop, false);
    const step = plan.timeTargets.find(({ afterMs }) => this.entryBarMs + afterMs > barMs);
    this.#matterFromMs = step === undefined ? Number.POSITIVE_INFINITY : this.entryBarMs + step.afterMs;
    this.#matterAfterBars = plan.maxBars ?? Number.POSITIVE_INFINITY;
  }

  /** Lets the next bar be looked at whatever it does: the position has changed. */
  changed(): void {
    this.#matterAfterBars = 0;
  }

  /** A price at a gain of `share` over the entry. */
  atGain(share: number): number {
    return this.isLong ? this.entryPrice * (1 + share) : this.entryPrice * (1 - share);
  }

  /** Takes a price the market has traded at into account. */
  see(price: number): void {
    if (Number.isNaN(this.best) || (this.isLong ? price > this.best : price < this.best)) this.best = price;
  }

  /** Gain at the best price, as a share of the entry price. */
  gainAt(best: number): number {
    return this.isLong ? best / this.entryPrice - 1 : 1 - best / this.entryPrice;
  }

  /** The tightest stop once the best price was `best`; `NaN` for none. */
  stopAt(best: number): number {
    const own = this.#tightest(this.#fixedStop(), this.#tightest(this.#breakEvenStop(best), this.#trailingStop(best)));
    return this.#tightest(own, this.#liquidationPrice());
  }

  /** Which rule the stop level comes from. */
  stopRuleAt(best: number): StopRule {
    const stop = this.stopAt(best);
    if (stop === this.#liquidationPrice()) return "liquidation";
    if (stop === this.#fixedStop()) return "stop_loss";
    return stop === this.#trailingStop(best) ? "trailing_stop" : "break_even";
  }

  /** Where a trailing stop stands when it begins to trail. */
  trailBegins(): number {
    const { activationShare, distanceShare, activeDistanceShare } = this.plan.trailing!;
    const beginsAtGain = activationShare !== null && activeDistanceShare === null;
    return this.atGain(beginsAtGain ? activationShare - distanceShare : -distanceShare);
  }

  /** Where the margin is used up: a venue's insurance takes what is lost beyond. */
  get bankruptcyPrice(): number {
    return this.atGain(-1 / this.#margin.leverage);
  }

  /** The nearest target in a bar that opens at `barMs`; `NaN` for none. */
  targetAt(barMs: number): number {
    const next = this.plan.targets[this.targetsDone];
    const planned = next === undefined ? Number.NaN : (next.price ?? this.atGain(next.gainShare!));
    const timed = this.#timeTarget(barMs);
    if (Number.isNaN(timed)) return planned;
    if (Number.isNaN(planned)) return timed;
    return this.#nearest(planned, timed);
  }

  /** What leaves at the nearest target of a position of `heldQty`, base units. */
  targetQty(barMs: number, heldQty: number): number {
    const { targets } = this.plan;
    const next = targets[this.targetsDone];
    const isTimed = next === undefined || this.targetAt(barMs) !== (next.price ?? this.atGain(next.gainShare!));
    if (isTimed || this.targetsDone === targets.length - 1) return heldQty;
    return Math.min(heldQty, next.positionShare * this.enteredQty - this.targetFilledQty);
  }

  /** Whether the position leaves at the open of a bar that opens at `barMs`, because its time is over. */
  isOver(barMs: number): boolean {
    if (this.plan.maxBars !== null && this.bars >= this.plan.maxBars) return true;
    return this.#stepAt(barMs)?.gainShare === -1;
  }

  /**
   * Where isolated margin falls to the maintenance margin: margin + gain = share × quantity × price, solved for the price.
   * `NaN` without leverage.
   */
  #liquidationPrice(): number {
    const { leverage, maintenanceShare } = this.#margin;
    if (leverage === 1) return Number.NaN;
    return this.isLong ? this.bankruptcyPrice / (1 - maintenanceShare) : this.bankruptcyPrice / (1 + maintenanceShare);
  }

  #fixedStop(): number {
    const { stopPrice, stopShare } = this.plan;
    return this.#tightest(stopPrice ?? Number.NaN, stopShare === null ? Number.NaN : this.atGain(-stopShare));
  }

  #breakEvenStop(best: number): number {
    const { breakEven } = this.plan;
    if (breakEven === null || !(this.gainAt(best) >= breakEven.activationShare)) return Number.NaN;
    return this.atGain(breakEven.offsetShare);
  }

  #trailingStop(best: number): number {
    const { trailing } = this.plan;
    if (trailing === null || Number.isNaN(best)) return Number.NaN;
    const isActive = trailing.activationShare === null || this.gainAt(best) >= trailing.activationShare;
    if (!isActive && trailing.activeDistanceShare === null) return Number.NaN;
    const distance = isActive ? (trailing.activeDistanceShare ?? trailing.distanceShare) : trailing.distanceShare;
    return trailedLevel(this.isLong ? "sell" : "buy", best, distance);
  }

  #timeTarget(barMs: number): number {
    const step = this.#stepAt(barMs);
    return step === undefined || step.gainShare === -1 ? Number.NaN : this.atGain(step.gainShare);
  }

  #stepAt(barMs: number) {
    return this.plan.timeTargets.findLast((step) => barMs - this.entryBarMs >= step.afterMs);
  }

  /** The gain that is reached first. */
  #nearest(a: number, b: number): number {
    if (Number.isNaN(a)) return b;
    if (Number.isNaN(b)) return a;
    return this.isLong ? Math.min(a, b) : Math.max(a, b);
  }

  #tightest(a: number, b: number): number {
    if (Number.isNaN(a)) return b;
    if (Number.isNaN(b)) return a;
    return this.isLong ? Math.max(a, b) : Math.min(a, b);
  }
}
