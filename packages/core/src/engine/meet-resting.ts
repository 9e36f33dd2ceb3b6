import { barPath, pathPosition } from "./bar-path.ts";
import type { ExecutionModel } from "./execution-model.ts";
import { endOrder, fillOrder, type Meeting } from "./fill-order.ts";
import { barsInside, type FinerSeries, type TimedBar } from "./finer-bars.ts";
import { referencePrice } from "./latency.ts";
import type { Market } from "./market.ts";
import { meetExits } from "./meet-exits.ts";
import { followBar, type RestingOrder, type RestingTouch, touchOf } from "./resting-order.ts";
import type { Run } from "./run.ts";
import { takerPrice } from "./taker-price.ts";

interface Touched {
  readonly resting: RestingOrder;
  readonly touch: RestingTouch;
}

/** Lets the present bar meet the orders that rest on a market, in the order in which it comes to their prices. */
export function meetResting(run: Run, market: Market): void {
  const bar = market.bar;
  const { model } = run.settings;
  const ended = new Set<RestingOrder>();
  for (const resting of market.resting) {
    if (!isOver(resting, bar.openMs)) continue;
    endOrder(run, resting, "expired", "time_in_force");
    ended.add(resting);
  }
  const present = market.resting.filter((resting) => !ended.has(resting) && hasArrived(resting, bar));
  const touched: Touched[] = [];
  for (const resting of present) {
    const touch = touchOf(resting, bar, model);
    // Of an order that ends inside the bar only the open is sure to be before its end.
    if (touch !== undefined && (touch.isAtOpen || !isOver(resting, bar.closeMs - 1))) touched.push({ resting, touch });
  }
  const rests = (resting: RestingOrder) => !ended.has(resting) && market.resting.includes(resting);
  for (const one of inOrder(touched, bar, market.finer, model)) {
    if (stopComesFirst(run, market, bar, one)) meetExits(run, market);
    if (rests(one.resting)) meet(run, market, bar, one, ended);
  }
  for (const resting of present) if (rests(resting)) rest(run, bar, resting, ended);
  if (ended.size > 0) market.resting = market.resting.filter((resting) => !ended.has(resting));
}

function isOver({ order }: RestingOrder, nowMs: number): boolean {
  return order.terms.expiresMs !== null && order.terms.expiresMs <= nowMs;
}

/** An order that arrives after its bar belongs to the next. */
function hasArrived({ order, latencyMs }: RestingOrder, bar: TimedBar): boolean {
  return order.tsMs + latencyMs < bar.closeMs;
}

/** Touches in the order in which the bar makes them. What the four prices leave open is decided as for exits. */
function inOrder(
  touched: readonly Touched[],
  bar: TimedBar,
  finer: readonly FinerSeries[],
  model: ExecutionModel,
): readonly Touched[] {
  if (touched.length < 2) return touched;
  const stopsLater = model.intrabar === "optimistic";
  const when = touched.map((one) => ({
    one,
    at: one.touch.isAtOpen ? -1 : momentOf(one.touch.price, bar, finer, model),
    class: isStopTouch(one.touch) === stopsLater ? 1 : 0,
  }));
  return when.sort((a, b) => a.at - b.at || a.class - b.class).map(({ one }) => one);
}

function isStopTouch({ rule }: RestingTouch): boolean {
  return rule === "stop" || rule === "trailing_stop";
}

/** When the bar first trades at `price`, as far as the model tells; the same for all prices where it does not. */
function momentOf(price: number, bar: TimedBar, finer: readonly FinerSeries[], model: ExecutionModel): number {
  switch (model.intrabar) {
    case "ohlc-path":
    case "nearest-extreme":
      return pathPosition(barPath(bar, model.intrabar), price);
    case "drill-down":
      return firstTradeMs(price, bar, finer);
    default:
      return 0;
  }
}

function firstTradeMs(price: number, bar: TimedBar, finer: readonly FinerSeries[]): number {
  const first = barsInside(bar, finer).find((inside) => inside.low <= price && price <= inside.high);
  return first === undefined ? bar.openMs : firstTradeMs(price, first, finer);
}

/** Whether the protective stop of a position is met before an exit of the same position that rests. */
function stopComesFirst(run: Run, market: Market, bar: TimedBar, { resting, touch }: Touched): boolean {
  const { exits, qty } = market.positionOf(resting.order.terms.positionId);
  if (resting.kind !== "exit" || touch.isAtOpen || exits === undefined || exits.entered !== undefined) return false;
  const { isLong } = exits;
  const stop = exits.stopAt(exits.best);
  if (!(isLong ? bar.low <= stop : bar.high >= stop)) return false;
  if (isStopTouch(touch)) return isLong ? stop > touch.price : stop < touch.price;

  const { model } = run.settings;
  const [atStop, atExit] = [stop, touch.price].map((price) => momentOf(price, bar, market.finer, model)) as [
    number,
    number,
  ];
  const isFirst = atStop < atExit || (atStop === atExit && model.intrabar !== "optimistic");
  const isKnown = model.intrabar === "drill-down" && atStop !== atExit;
  if (!isKnown) run.doubts.add(isLong, qty, isFirst ? stop : touch.price, { worst: stop, best: touch.price });
  return isFirst;
}

/** Fills an order that the bar touches, and ends what ends with it. */
function meet(run: Run, market: Market, bar: TimedBar, { resting, touch }: Touched, ended: Set<RestingOrder>): void {
  const { terms } = resting.order;
  const end = (one: RestingOrder, event: "refused" | "cancelled", reason: string) => {
    endOrder(run, one, event, reason);
    ended.add(one);
  };
  const takesOnArrival = touch.isAtOpen && resting.isFresh;
  if (terms.postOnly && takesOnArrival) {
    end(resting, "refused", "post_only");
    return;
  }
  if (terms.timeInForce === "IOC" && !takesOnArrival) return;

  const before = resting.filledQty;
  const hasEnded = fillOrder(run, market, resting, meetingAt(run, market, bar, resting, touch));
  const goesOn = !hasEnded && (terms.orderType === "stop-market" || terms.orderType === "trailing-stop");
  if (hasEnded) ended.add(resting);
  else if (goesOn) goOn(market, resting, ended);
  if (terms.ocoGroup === null || (resting.filledQty === before && !goesOn)) return;
  for (const other of market.resting) {
    const isOfGroup = other !== resting && other.order.terms.ocoGroup === terms.ocoGroup;
    if (isOfGroup && !ended.has(other)) end(other, "cancelled", "oco");
  }
}

/** A stop that was reached is a market order from then on. */
function goOn(market: Market, resting: RestingOrder, ended: Set<RestingOrder>): void {
  market.addWorking(resting);
  ended.add(resting);
}

function meetingAt(run: Run, market: Market, bar: TimedBar, resting: RestingOrder, touch: RestingTouch): Meeting {
  const { side } = resting.order;
  const isArrival = touch.isAtOpen && resting.isFresh;
  const latencyMs = isArrival ? Math.min(resting.latencyMs, bar.closeMs - 1 - bar.openMs) : 0;
  const worst = Number.isNaN(touch.worst) ? (side === "buy" ? Infinity : 0) : touch.worst;
  const within = (price: number) => (side === "buy" ? Math.min(price, worst) : Math.max(price, worst));
  const isAtOpenPrice = isArrival && touch.price === bar.open;
  const reference = isAtOpenPrice ? within(referencePrice(side, bar, latencyMs, market.timeframeMs)) : touch.price;
  return {
    rule: touch.rule,
    latencyMs: market.queueMs,
    tsMs: touch.isAtOpen ? bar.openMs + latencyMs : bar.closeMs - 1,
    reference,
    price: touch.isMaker ? reference : within(takerPrice(run, market, bar, side, reference, resting)),
    feeBps: market.fees.bps(touch.isMaker),
    entered: touch.isAtOpen
      ? undefined
      : { price: touch.price, moved: isStopTouch(touch) === (side === "buy") ? "up" : "down" },
  };
}

/** What the end of the bar does to an order that goes on resting. */
function rest(run: Run, bar: TimedBar, resting: RestingOrder, ended: Set<RestingOrder>): void {
  const { terms } = resting.order;
  const isLate = isOver(resting, run.nowMs);
  if (terms.timeInForce === "IOC" || isLate) {
    const event = isLate ? "expired" : "cancelled";
    endOrder(run, resting, event, "time_in_force");
    ended.add(resting);
    return;
  }
  resting.isFresh = false;
  if (terms.orderType === "trailing-stop") followBar(resting, bar);
}
