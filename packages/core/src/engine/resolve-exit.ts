import { type BarPath, barPath, pathPosition } from "./bar-path.ts";
import type { ExecutionModel, IntrabarMode } from "./execution-model.ts";
import { barsInside, type FinerSeries, type TimedBar } from "./finer-bars.ts";
import type { Entered, OpenExits, StopRule } from "./open-exits.ts";
import { touchLimit, touchStop } from "./touch.ts";

/** A level of a position that a bar reached. */
export interface ExitHit {
  readonly by: "stop" | "target";
  readonly rule: StopRule | "take_profit";
  /** Before slippage. */
  readonly price: number;
  readonly isAtOpen: boolean;
  /** The bar that decided: the run's, or a finer one inside. */
  readonly bar: TimedBar;
}

export interface ExitDecision {
  /** `undefined` when the position stays. */
  readonly hit: ExitHit | undefined;
  /** What could have happened as well where the data leave it open, worst and best for the position; else `undefined`. */
  readonly doubt: { readonly worst: number; readonly best: number } | undefined;
}

const STAYS: ExitDecision = { hit: undefined, doubt: undefined };

type Rules = Pick<ExecutionModel, "intrabar" | "stopFill" | "trailFrom" | "limitFill">;

/**
 * Which protective level of a position a bar reaches first, from the moment on at which the position was held.
 *
 * What the four prices of a bar decide is decided by them: a level beyond the open fills there, a level that only one
 * order of events could miss is hit. What they leave open is decided by `rules.intrabar`, and said as `doubt` unless
 * finer bars settled it.
 *
 * @param finer - for `drill-down`, coarsest first
 */
export function resolveExit(
  exits: OpenExits,
  bar: TimedBar,
  rules: Rules,
  finer: readonly FinerSeries[],
): ExitDecision {
  return resolveWindow({ exits, bar, best: exits.best, entered: exits.entered, rules, barMs: bar.openMs }, finer);
}

/** What is known when a bar, or a part of one, is looked at. */
interface Window {
  readonly exits: OpenExits;
  readonly bar: TimedBar;
  /** Best price before it. */
  readonly best: number;
  readonly entered: Entered | undefined;
  readonly rules: Rules;
  /** Open of the run's bar: time-stepped targets change with it only. */
  readonly barMs: number;
}

function resolveWindow(window: Window, finer: readonly FinerSeries[]): ExitDecision {
  const chances = chancesOf(window);
  if (chances === undefined) return STAYS;
  const { intrabar } = window.rules;
  if (chances.atOpen !== undefined) return { hit: chances.atOpen, doubt: undefined };
  const plain = byRule(chances, intrabar === "optimistic");
  if (chances.outcomes < 2 && !chances.mayTrail) return { hit: plain, doubt: undefined };
  if (intrabar === "drill-down") {
    const decision = drillDown(window, barsInside(window.bar, finer), finer);
    const isSure = chances.isStopSure || chances.isTargetSure;
    // Finer bars with holes may miss what the bar itself is sure of.
    if (decision !== undefined && (decision.hit !== undefined || !isSure)) return decision;
  }
  const doubt = chances.outcomes < 2 ? undefined : doubtOf(chances, window);
  if (intrabar === "ohlc-path" || intrabar === "nearest-extreme") return { hit: alongPath(window, intrabar), doubt };
  return { hit: plain, doubt };
}

/** What a bar can have done to a position's levels. */
interface Chances {
  /** A level that the open has jumped over. */
  readonly atOpen: ExitHit | undefined;
  readonly stop: ExitHit | undefined;
  readonly isStopSure: boolean;
  readonly target: ExitHit | undefined;
  readonly isTargetSure: boolean;
  /** How many different things can have happened. */
  readonly outcomes: number;
  /** Whether a stop that follows this bar's extreme could be reached within it. */
  readonly mayTrail: boolean;
  /** That stop, where the close lies beyond it: then it was reached for certain, unless something else was before. */
  readonly late: ExitHit | undefined;
}

/** `undefined` when the bar reaches nothing. */
function chancesOf(window: Window): Chances | undefined {
  const { exits, bar, entered, rules, barMs } = window;
  const { isLong } = exits;
  const extreme = isLong ? bar.high : bar.low;
  const bestHere = isBetter(exits, bar.open, window.best) && entered === undefined ? bar.open : window.best;
  const bestAfter = isBetter(exits, extreme, bestHere) ? extreme : bestHere;
  const target = exits.targetAt(barMs);
  const before = exits.stopAt(bestHere);
  const after = exits.stopAt(bestAfter);
  const followsFirst = rules.trailFrom === "this-bar" && entered === undefined;
  const targetReached = targetHit(window, target);
  const standing = stopHit(window, before, bestHere);
  const followed = followsFirst && after !== before ? followedHit(window, after, bestAfter) : undefined;
  const stop = followsFirst ? stopBehindExtreme(standing, followed, targetReached) : standing;
  const mayTrail = !Number.isNaN(after) && after !== before && reaches(isLong ? bar.low : bar.high, after, isLong);
  if (stop === undefined && targetReached === undefined && !mayTrail) return undefined;

  const atOpen =
    entered !== undefined ? undefined : stop?.isAtOpen ? stop : targetReached?.isAtOpen ? targetReached : undefined;
  const isStopSure = stop !== undefined && isSure(window, stop.price, isLong ? "down" : "up");
  const isTargetSure = targetReached !== undefined && isSure(window, targetReached.price, isLong ? "up" : "down");
  const mayStay = !isStopSure && !isTargetSure;
  const outcomes = Number(stop !== undefined) + Number(targetReached !== undefined) + Number(mayStay);
  const isExtremeLater = entered === undefined || entered.moved === (isLong ? "up" : "down");
  const late =
    mayTrail && isExtremeLater && reaches(bar.close, after, isLong)
      ? { by: "stop" as const, rule: exits.stopRuleAt(bestAfter), price: after, isAtOpen: false, bar }
      : undefined;
  return { atOpen, stop, isStopSure, target: targetReached, isTargetSure, outcomes, mayTrail, late };
}

/** Stops that follow the price. */
const MOVING: readonly string[] = ["trailing_stop", "break_even"];

/**
 * The stop of a bar whose extreme is believed to come first: one that follows it is met on the way back, and a target
 * lies on the way there. Only a stop that does not move may be met before the target.
 */
function stopBehindExtreme(
  standing: ExitHit | undefined,
  followed: ExitHit | undefined,
  target: ExitHit | undefined,
): ExitHit | undefined {
  const isMoving = followed !== undefined || (standing !== undefined && MOVING.includes(standing.rule));
  const isGap = standing?.isAtOpen === true && standing.price === standing.bar.open;
  if (isGap || !isMoving) return standing;
  return target === undefined ? (followed ?? standing) : undefined;
}

/**
 * A stop that has followed this bar's extreme before it is tested (`trail_from: this-bar`). In the bar of the entry
 * nobody knows from where it fell back: freqtrade takes the level at which the stop began to trail, or the bar's end
 * against the position where even that was not reached.
 */
function followedHit(window: Window, level: number, best: number): ExitHit | undefined {
  const { exits, bar } = window;
  const { isLong } = exits;
  if (Number.isNaN(level) || !reaches(isLong ? bar.low : bar.high, level, isLong)) return undefined;
  const rule = exits.stopRuleAt(best);
  const begun = exits.bars === 0 && rule === "trailing_stop" ? exits.trailBegins() : level;
  const price = isLong ? Math.max(begun, bar.low) : Math.min(begun, bar.high);
  return { by: "stop", rule, price, isAtOpen: false, bar };
}

/** Whether `price` has come as far against the position as `level`. */
function reaches(price: number, level: number, isLong: boolean): boolean {
  return isLong ? price <= level : price >= level;
}

function isBetter({ isLong }: OpenExits, price: number, than: number): boolean {
  return Number.isNaN(than) || (isLong ? price > than : price < than);
}

/** The stop where it stood at the open. */
function stopHit(window: Window, level: number, best: number): ExitHit | undefined {
  const { exits, bar, entered, rules } = window;
  const { isLong } = exits;
  if (Number.isNaN(level)) return undefined;
  const side = isLong ? "sell" : "buy";
  const hit = (price: number, isAtOpen: boolean): ExitHit => ({
    by: "stop",
    rule: exits.stopRuleAt(best),
    price,
    isAtOpen,
    bar,
  });
  if (entered !== undefined) {
    if (!reaches(isLong ? bar.low : bar.high, level, isLong)) return undefined;
    return hit(reaches(entered.price, level, isLong) ? entered.price : level, false);
  }
  const touch = touchStop(side, level, bar, rules.stopFill);
  return touch && hit(touch.price, touch.isAtOpen);
}

function targetHit(window: Window, level: number): ExitHit | undefined {
  const { exits, bar, entered, rules } = window;
  if (Number.isNaN(level)) return undefined;
  const touch = touchLimit(exits.isLong ? "sell" : "buy", level, bar, rules.limitFill);
  if (touch === undefined) return undefined;
  const isAtOpen = touch.isAtOpen && entered === undefined;
  const isBeyond = entered !== undefined && (exits.isLong ? entered.price >= level : entered.price <= level);
  const price = isAtOpen ? touch.price : isBeyond ? entered.price : level;
  return { by: "target", rule: "take_profit", price, isAtOpen, bar };
}

/** Whether a level that the bar trades at was reached after the entry, whichever way the bar went. */
function isSure(window: Window, level: number, direction: "up" | "down"): boolean {
  const { bar, entered } = window;
  if (entered === undefined || entered.moved === direction) return true;
  // A straight line to a delayed entry has passed nothing outside of it.
  if (entered.from !== undefined && !isBetween(level, entered.from, entered.price)) return true;
  return direction === "up" ? bar.close >= level : bar.close <= level;
}

function isBetween(level: number, a: number, b: number): boolean {
  return Math.min(a, b) <= level && level <= Math.max(a, b);
}

/** The bar as its four prices and the rule decide it: the worst that can have happened, or the best. */
function byRule(chances: Chances, isOptimistic: boolean): ExitHit | undefined {
  const { stop, target, isStopSure, isTargetSure, late } = chances;
  const early = isOptimistic
    ? (target ?? (isStopSure ? stop : undefined))
    : (stop ?? (isTargetSure ? target : undefined));
  return early ?? late;
}

function doubtOf({ stop, target, isStopSure, isTargetSure }: Chances, { exits, bar }: Window) {
  const prices = [stop?.price, target?.price, isStopSure || isTargetSure ? undefined : bar.close].filter(
    (price) => price !== undefined,
  );
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  return exits.isLong ? { worst: low, best: high } : { worst: high, best: low };
}

/** Looks at the finer bars one after another, each with what is still finer; `undefined` when there are none. */
function drillDown(
  window: Window,
  inside: readonly TimedBar[],
  finer: readonly FinerSeries[],
): ExitDecision | undefined {
  if (inside.length === 0) return undefined;
  const { exits } = window;
  let { best, entered } = window;
  let doubt: ExitDecision["doubt"];
  for (const bar of inside) {
    if (entered !== undefined && !trades(bar, entered)) continue;
    const decision = resolveWindow({ ...window, bar, best, entered }, finer);
    doubt ??= decision.doubt;
    if (decision.hit !== undefined) return { hit: decision.hit, doubt };
    entered = undefined;
    const extreme = exits.isLong ? bar.high : bar.low;
    if (isBetter(exits, extreme, best)) best = extreme;
  }
  return { hit: undefined, doubt };
}

/** Whether the bar reaches the price at which the position was entered. */
function trades(bar: TimedBar, { price, moved }: Entered): boolean {
  return moved === "down" ? bar.low <= price : bar.high >= price;
}

/** Follows the path a bar is believed to have gone, from the entry on. */
function alongPath(window: Window, mode: IntrabarMode): ExitHit | undefined {
  const { exits, bar, barMs } = window;
  // A delayed market order is made where the path begins.
  const entered = window.entered?.from === undefined ? window.entered : undefined;
  const path = barPath(bar, mode);
  const target = exits.targetAt(barMs);
  let best = window.best;
  const start = entered === undefined ? 0 : entryPosition(path, entered);
  for (let leg = Math.floor(start); leg < 3; leg++) {
    const from = leg === Math.floor(start) && entered !== undefined ? entered.price : path[leg]!;
    const to = path[leg + 1]!;
    if (isBetter(exits, from, best)) best = from;
    const stop = exits.stopAt(best);
    if (exits.isLong === to > from) {
      const isReached = exits.isLong ? to >= target : to <= target;
      if (isReached) return { by: "target", rule: "take_profit", price: target, isAtOpen: false, bar };
      if (isBetter(exits, to, best)) best = to;
    } else if (!Number.isNaN(stop) && reaches(to, stop, exits.isLong)) {
      const price = reaches(from, stop, exits.isLong) ? from : stop;
      return { by: "stop", rule: exits.stopRuleAt(best), price, isAtOpen: false, bar };
    }
  }
  return undefined;
}

/** Where the path first comes to the entry price in the direction the entry needs. */
function entryPosition(path: BarPath, { price, moved }: Entered): number {
  for (let leg = 0; leg < 3; leg++) {
    const goesUp = path[leg + 1]! > path[leg]!;
    if (goesUp !== (moved === "up")) continue;
    const position = pathPosition(path, price, leg);
    if (position <= leg + 1) return position;
  }
  return pathPosition(path, price);
}
