import { barPath, pathPosition } from "./bar-path.ts";
import type { ExecutionModel } from "./execution-model.ts";
import { endOrder, fillOrder, type Meeting } from "./fill-order.ts";
import { barsInside, type FinerSeries, type TimedBar } from "./finer-bars.ts";
import { referencePrice } from "./latency.ts";
import { participationOf } from "./liquidity.ts";
import type { Market } from "./market.ts";
import { wantedQty } from "./meet-market.ts";
import { onTick } from "./price-tick.ts";
import { followBar, type RestingOrder, type RestingTouch, touchOf } from "./resting-order.ts";
import type { Run } from "./run.ts";
import { slippedPrice } from "./slippage.ts";

interface Touched {
  readonly resting: RestingOrder;
  readonly touch: RestingTouch;
}

/** Lets the present bar meet the orders that rest on a market, in the order in which it comes to their prices. */
export function meetResting(run: Run, market: Market): void {
  const bar = market.bar();
  const { model } = run.settings;
  const ended = new Set<RestingOrder>();
  const present = market.resting.filter((resting) => hasArrived(resting, bar));
  const touched: Touched[] = [];
  for (const resting of present) {
    const touch = touchOf(resting, bar, model);
    if (touch !== undefined) touched.push({ resting, touch });
  }
  for (const one of inOrder(touched, bar, market.finer, model)) {
    if (!ended.has(one.resting)) meet(run, market, bar, one, ended);
  }
  for (const resting of present) if (!ended.has(resting)) rest(run, bar, resting, ended);
  if (ended.size > 0) market.resting = market.resting.filter((resting) => !ended.has(resting));
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
  const isStop = ({ touch }: Touched) => touch.rule === "stop" || touch.rule === "trailing_stop";
  const stopsLater = model.intrabar === "optimistic";
  const when = touched.map((one) => ({
    one,
    at: one.touch.isAtOpen ? -1 : momentOf(one.touch.price, bar, finer, model),
    class: isStop(one) === stopsLater ? 1 : 0,
  }));
  return when.sort((a, b) => a.at - b.at || a.class - b.class).map(({ one }) => one);
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
  const isOver = fillOrder(run, market, resting, meetingAt(run, market, bar, resting, touch));
  if (isOver) ended.add(resting);
  else if (terms.orderType === "stop-market" || terms.orderType === "trailing-stop") goOn(market, resting, ended);
  if (terms.ocoGroup === null || resting.filledQty === before) return;
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
    price: touch.isMaker ? reference : within(takerPrice(run, market, bar, resting, reference)),
    feeBps: market.fees.bps(touch.isMaker),
    entered: touch.isAtOpen
      ? undefined
      : { price: touch.price, moved: (touch.rule === "stop") === (side === "buy") ? "up" : "down" },
  };
}

function takerPrice(run: Run, market: Market, bar: TimedBar, resting: RestingOrder, reference: number): number {
  const { model } = run.settings;
  const { side } = resting.order;
  const participation = participationOf(wantedQty(run, market, resting, reference), bar.volume);
  return onTick(side, slippedPrice(side, reference, bar, model.slippage(bar, participation)), model.priceTick);
}

/** What the end of the bar does to an order that goes on resting. */
function rest(run: Run, bar: TimedBar, resting: RestingOrder, ended: Set<RestingOrder>): void {
  const { terms } = resting.order;
  const isLate = terms.expiresMs !== null && terms.expiresMs <= run.nowMs;
  if (terms.timeInForce === "IOC" || isLate) {
    const event = isLate ? "expired" : "cancelled";
    endOrder(run, resting, event, "time_in_force");
    ended.add(resting);
    return;
  }
  resting.isFresh = false;
  if (terms.orderType === "trailing-stop") followBar(resting, bar);
}
