import type { Order } from "@powertrader/core/engine";
import { BPS, barAt, CAPITAL, HOUR, markAt, positionKey, type RandomRun } from "../fixtures/random-orders.ts";

/** What a finished run must hold to. Every check says what is wrong, and nothing when nothing is. */
type Check = (run: RandomRun) => readonly string[];

type Fill = RandomRun["fills"][number];

const FORCED = new Set(["liquidated", "liquidation"]);
const AT_MARKET = new Set(["next_open", "close"]);
const AT_CLOSE = new Set(["close", "end_of_run", "liquidated"]);
const signed = ({ side, qty }: Pick<Fill, "side" | "qty">) => (side === "buy" ? qty : -qty);
const isClose = (a: number, b: number, scale: number) => Math.abs(a - b) <= 1e-9 * Math.max(scale, 1e-300);
const ordersById = ({ orders }: RandomRun) => new Map(orders.map((order) => [order.clientOrderId, order]));
const keyOf = (orders: ReadonlyMap<string, Order>, { symbol, clientOrderId }: Fill) =>
  positionKey(symbol, orders.get(clientOrderId)!.terms.positionId);
const say = (rule: string, ...of: readonly unknown[]) => `${rule}: ${of.map((one) => JSON.stringify(one)).join(" ")}`;

/** Money that ever moved: what rounding is measured against. */
function turnoverOf({ fills, flows }: RandomRun): number {
  return (
    CAPITAL +
    fills.reduce((sum, fill) => sum + fill.qty * fill.price + Math.abs(fill.fees), 0) +
    flows.reduce((sum, flow) => sum + Math.abs(flow.amount), 0)
  );
}

/** Moments of the equity curve: the start, then every tick. */
function ticksOf({ run, equity }: RandomRun): readonly number[] {
  return equity.map((_, i) => (i === 0 ? run.settings.startMs : run.timeline.at(i - 1)));
}

/** Equity is cash plus positions at their marks, and cash is the capital, the fills and the flows; at every tick. */
const booksAddUp: Check = (one) => {
  const wrong: string[] = [];
  const scale = turnoverOf(one);
  let cash = CAPITAL;
  const held = new Map<string, number>();
  const entries = one.log.filter(({ what }) => what === "fill" || what === "flow");
  let next = 0;
  ticksOf(one).forEach((nowMs, i) => {
    for (; entries[next] !== undefined && entries[next]!.nowMs <= nowMs; next++) {
      const entry = entries[next]!;
      if (entry.what === "flow") cash += entry.flow.amount;
      if (entry.what !== "fill") continue;
      cash -= signed(entry.fill) * entry.fill.price + entry.fill.fees;
      held.set(entry.fill.symbol, (held.get(entry.fill.symbol) ?? 0) + signed(entry.fill));
    }
    const value = [...held].reduce((sum, [symbol, qty]) => sum + qty * markAt(one, symbol, nowMs), 0);
    if (!isClose(one.cash[i]!, cash, scale)) wrong.push(say("cash", i, one.cash[i], cash));
    if (!isClose(one.equity[i]!, cash + value, scale)) wrong.push(say("equity", i, one.equity[i], cash + value));
  });
  return wrong;
};

/** What is held is what was bought less what was sold. */
const fillsMakePositions: Check = (one) => {
  const orders = ordersById(one);
  return one.run.markets.flatMap(({ symbol, positions }) =>
    positions.flatMap(({ id, qty }) => {
      const key = positionKey(symbol, id);
      const own = one.fills.filter((fill) => keyOf(orders, fill) === key);
      const sum = own.reduce((total, fill) => total + signed(fill), 0);
      const scale = own.reduce((total, fill) => total + fill.qty, 0);
      return isClose(sum, qty, scale) ? [] : [say("position", key, qty, sum)];
    }),
  );
};

/** Every number is finite, quantities and prices are above zero. */
const numbersAreSane: Check = ({ fills, equity, cash, trades, run }) => {
  const wrong: string[] = [];
  for (const fill of fills) {
    const { qty, price, fees, referencePrice, slippageBps } = fill;
    const isSane = qty > 0 && price > 0 && referencePrice > 0 && [qty, price, fees, slippageBps].every(Number.isFinite);
    if (!isSane) wrong.push(say("fill", fill));
  }
  for (const value of [...equity, ...cash]) if (!Number.isFinite(value)) wrong.push(say("curve", value));
  for (const trade of trades) {
    const { pnl, qty, entryPrice, exitPrice, maePct, mfePct, fees } = trade;
    if (![pnl, qty, entryPrice, exitPrice, maePct, mfePct, fees].every(Number.isFinite))
      wrong.push(say("trade", trade));
  }
  const { worst, best } = run.doubts;
  if (!(worst <= 0 && worst > -Infinity && best >= 0 && best < Infinity)) wrong.push(say("doubts", worst, best));
  return wrong;
};

/** A fee is the rate of a maker or a taker on the notional, and the fixed fee with the first fill of an order. */
const feesAreRates: Check = (one) => {
  const { fees, liquidationFeeBps } = one.run.settings.model;
  const orders = ordersById(one);
  const isKnown = new Set<string>();
  return one.fills.flatMap((fill) => {
    const { sizeShare } = orders.get(fill.clientOrderId)!;
    const isKeptBack = fees.isInReceived && fill.side === "buy" && sizeShare !== null;
    const rate = (bps: number) => (isKeptBack ? bps / (1 - bps * BPS) : bps) * BPS;
    const mayMake = fill.rule === "limit" || fill.rule === "take_profit";
    const isForced = fill.rule === "liquidation";
    const rates = [
      ...(mayMake ? [rate(fees.bps(true))] : []),
      isForced ? (fees.bps(false) + liquidationFeeBps) * BPS : rate(fees.bps(false)),
    ];
    const fixed = isKnown.has(fill.clientOrderId) ? 0 : fees.perOrder;
    isKnown.add(fill.clientOrderId);
    const notional = fill.qty * fill.price;
    const isRight = rates.some((share) => isClose(fill.fees, notional * share + fixed, notional + fixed));
    return isRight ? [] : [say("fees", fill, rates, fixed)];
  });
};

/** Closed trades hold all that a flat coin earned: fills, fees and flows. */
const tradesAddUp: Check = (one) => {
  const wrong: string[] = [];
  for (const { symbol, positions } of one.run.markets) {
    if (positions.some(({ qty }) => qty !== 0)) continue;
    const fills = one.fills.filter((fill) => fill.symbol === symbol);
    const flows = one.flows.filter((flow) => flow.symbol === symbol);
    const money =
      flows.reduce((sum, { amount }) => sum + amount, 0) -
      fills.reduce((sum, fill) => sum + signed(fill) * fill.price + fill.fees, 0);
    const pnl = one.trades.filter((trade) => trade.symbol === symbol).reduce((sum, trade) => sum + trade.pnl, 0);
    if (!isClose(pnl, money, turnoverOf(one))) wrong.push(say("pnl", symbol, pnl, money));
  }
  return wrong;
};

/** A trade ends no sooner than it begins. */
const tradesGoForward: Check = (one) =>
  one.trades
    .filter(({ entryMs, exitMs }) => !(entryMs <= exitMs))
    .map((trade) => say("a trade ends before it begins", trade));

/** All orders of a bar share its volume; liquidations ask nobody. */
const volumeIsShared: Check = (one) => {
  const taken = new Map<string, number>();
  return one.fills.flatMap((fill) => {
    if (FORCED.has(fill.rule)) return [];
    const key = `${fill.symbol} ${fill.barMs}`;
    taken.set(key, (taken.get(key) ?? 0) + fill.qty);
    const offered = (barAt(one, fill.symbol, fill.barMs).volume * one.run.settings.model.maxVolumePct) / 100;
    return taken.get(key)! <= offered * (1 + 1e-9) ? [] : [say("volume", fill, taken.get(key), offered)];
  });
};

/** An order never fills for more than it asked, and says `filled` exactly when it has all. */
const ordersAreNotOverfilled: Check = (one) => {
  const filled = new Map<string, number>();
  const orders = ordersById(one);
  return one.fills.flatMap((fill) => {
    const { qty } = orders.get(fill.clientOrderId)!;
    const sum = (filled.get(fill.clientOrderId) ?? 0) + fill.qty;
    filled.set(fill.clientOrderId, sum);
    if (qty === null) return [];
    const isRight = sum <= qty * (1 + 1e-9) && (fill.state === "filled") === isClose(sum, qty, qty);
    return isRight ? [] : [say("overfilled", fill, sum, qty)];
  });
};

/** An exit makes its position smaller and never turns it over. */
const exitsOnlyReduce: Check = (one) => {
  const held = new Map<string, number>();
  const entered = new Map<string, number>();
  const orders = ordersById(one);
  return one.fills.flatMap((fill) => {
    const key = keyOf(orders, fill);
    const before = held.get(key) ?? 0;
    const after = before + signed(fill);
    held.set(key, after);
    entered.set(key, Math.max(entered.get(key) ?? 0, Math.abs(before), fill.qty));
    if (orders.get(fill.clientOrderId)!.sizeShare !== null) return [];
    const dust = 1e-8 * entered.get(key)!;
    const reduces =
      Math.abs(after) < Math.abs(before) && (Math.sign(after) === Math.sign(before) || Math.abs(after) <= dust);
    return reduces ? [] : [say("an exit enlarges or turns", fill, before, after)];
  });
};

/**
 * Nothing is sold that is not held, and no cash is spent that is not there: holds for long-only streams without
 * leverage. The fixed fee of an exit may be more than what the exit brings.
 */
const nothingIsBorrowed: Check = (one) => {
  const orders = ordersById(one);
  const exits = new Set(one.fills.map((fill) => fill.clientOrderId).filter((id) => orders.get(id)!.sizeShare === null));
  const least = -1e-9 * turnoverOf(one) - exits.size * one.run.settings.model.fees.perOrder;
  const wrong = one.cash.filter((cash) => !(cash >= least)).map((cash) => say("cash below zero", cash));
  for (const { held } of one.snapshots) {
    for (const [symbol, qty] of Object.entries(held)) if (qty < 0) wrong.push(say("short", symbol, qty));
  }
  return wrong;
};

/** Every order ends once: with its last fill, or with one event; only those that filled nothing are refused. */
const ordersEndOnce: Check = (one) =>
  one.orders.flatMap((order) => {
    if (order.qty === 0) return [];
    const fills = one.fills.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId);
    const ends = one.events.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId);
    const wasFilled = fills.at(-1)?.state === "filled";
    const isRefusedFill = fills.length > 0 && ends.some(({ event }) => event === "refused");
    return ends.length === (wasFilled ? 0 : 1) && !isRefusedFill ? [] : [say("ends", order, ends)];
  });

/**
 * An executed price lies inside its bar: references exactly, prices but for the tick they are rounded to. A liquidation
 * is settled at the margin's end, wherever the bar is.
 */
const pricesAreInside: Check = (one) => {
  const orders = ordersById(one);
  return one.fills.flatMap((fill) => {
    const { terms, sizeShare, tsMs } = orders.get(fill.clientOrderId)!;
    // Targets of plans are asked elsewhere: of the exits themselves.
    const isPlanned = sizeShare === null && terms.orderType === "take-profit" && tsMs === fill.barMs;
    if (fill.rule === "liquidation" || isPlanned) return [];
    const { high, low } = barAt(one, fill.symbol, fill.barMs);
    const tick = one.run.settings.model.priceTick * (1 + 1e-9);
    const isReference = fill.referencePrice <= high && fill.referencePrice >= low;
    const isPrice = fill.price <= high + tick && fill.price >= low - tick;
    return isReference && isPrice ? [] : [say("outside the bar", fill, low, high)];
  });
};

/** Slippage never helps, but for what rounding to the price tick calls the same price. */
const slippageIsAdverse: Check = (one) =>
  one.fills.flatMap((fill) => {
    if (fill.rule === "liquidation") return [];
    const worse = fill.side === "buy" ? fill.price - fill.referencePrice : fill.referencePrice - fill.price;
    const slack = one.run.settings.model.priceTick > 0 ? 2e-9 * fill.price : 0;
    return worse >= -slack && fill.slippageBps >= -slack / (fill.price * BPS) ? [] : [say("slippage", fill)];
  });

/** A limit is never beaten by its own fill, whatever the order became. */
const limitsHold: Check = (one) => {
  const orders = ordersById(one);
  return one.fills.flatMap((fill) => {
    const { terms, sizeShare, side } = orders.get(fill.clientOrderId)!;
    if (terms.orderType === "market") return [];
    const isOwnPlan = sizeShare === null && fill.rule !== "limit";
    const limit = terms.limitPrice ?? (terms.orderType === "take-profit" && !isOwnPlan ? terms.stopPrice : null);
    if (limit === null) return [];
    const isRight = side === "buy" ? fill.price <= limit : fill.price >= limit;
    return isRight ? [] : [say("beyond its limit", fill, terms)];
  });
};

/**
 * A stop fills at its price or worse. Its reference is the stop's price where the bar trades to it, or the open where
 * the open is beyond; never better than the stop. With `at-stop` it is the stop's price wherever the bar holds it.
 */
const stopsHold: Check = (one) => {
  const orders = ordersById(one);
  const { stopFill } = one.run.settings.model;
  return one.fills.flatMap((fill) => {
    const { terms, side } = orders.get(fill.clientOrderId)!;
    const isStop = fill.rule === "stop" || ["stop_loss", "trailing_stop", "break_even"].includes(fill.rule);
    if (!isStop || terms.stopPrice === null || terms.orderType === "trailing-stop") return [];
    const { open, high, low } = barAt(one, fill.symbol, fill.barMs);
    const stop = terms.stopPrice;
    const isBeyond = side === "buy" ? open >= stop : open <= stop;
    const worse = side === "buy" ? Math.max(fill.referencePrice, stop) : Math.min(fill.referencePrice, stop);
    const isKept = stopFill === "at-stop" && low <= stop && stop <= high && terms.orderType === "stop-market";
    // A delay moves the open further, so that only the stop's own price is exact.
    const isExact = isBeyond && !isKept ? true : fill.referencePrice === stop;
    const isRight = fill.referencePrice === worse && (isExact || fill.rule !== "stop");
    return isRight ? [] : [say("a stop is better than its price", fill, terms, { open, high, low })];
  });
};

/** Nothing executes before it was decided, nor before its bar. Only fills at the close share the decision's moment. */
const nothingIsEarly: Check = (one) => {
  const orders = ordersById(one);
  return one.fills.flatMap((fill) => {
    const { tsMs } = orders.get(fill.clientOrderId)!;
    const isInBar = fill.tsMs >= fill.barMs && fill.tsMs <= fill.barMs + HOUR;
    const isRight = AT_CLOSE.has(fill.rule) ? fill.tsMs >= tsMs : fill.barMs >= tsMs && fill.tsMs < fill.barMs + HOUR;
    const closesAtTick = fill.barMs + HOUR === fill.tickMs || fill.rule === "liquidated";
    const ends = closesAtTick && (isInBar || fill.rule === "liquidated");
    return isRight && ends ? [] : [say("early", fill, tsMs)];
  });
};

/** An order whose time is over does not fill. */
const timeInForceHolds: Check = (one) => {
  const orders = ordersById(one);
  const bars = new Map<string, number>();
  return one.fills.flatMap((fill) => {
    const { terms } = orders.get(fill.clientOrderId)!;
    const wrong: string[] = [];
    if (terms.expiresMs !== null && !(fill.barMs < terms.expiresMs)) wrong.push(say("after its end", fill, terms));
    const first = bars.get(fill.clientOrderId) ?? fill.barMs;
    bars.set(fill.clientOrderId, first);
    if (terms.timeInForce === "IOC" && first !== fill.barMs) wrong.push(say("IOC in two bars", fill));
    return wrong;
  });
};

/** Of the orders of a group that rest together, at most one fills, in part or whole. */
const groupsFillOnce: Check = (one) => {
  const first = new Map<string, { readonly order: Order; readonly at: number }>();
  const orders = ordersById(one);
  one.fills.forEach((fill, at) => {
    const order = orders.get(fill.clientOrderId)!;
    if (order.terms.ocoGroup !== null && !AT_MARKET.has(fill.rule) && !first.has(order.clientOrderId))
      first.set(order.clientOrderId, { order, at });
  });
  const filled = [...first.values()];
  return filled.flatMap(({ order, at }) => {
    const tickMs = one.fills[at]!.tickMs;
    const later = filled.filter(
      (other) =>
        other.order !== order &&
        other.at > at &&
        other.order.symbol === order.symbol &&
        other.order.terms.ocoGroup === order.terms.ocoGroup &&
        other.order.tsMs < tickMs,
    );
    return later.map((other) => say("both of a group filled", order, other.order, one.fills[other.at]));
  });
};

/** A trailing stop never goes back: neither the best price a resting order follows nor the level of a position's stop. */
const trailsNeverGoBack: Check = (one) => {
  const wrong: string[] = [];
  const orders = ordersById(one);
  one.snapshots.forEach((now, i) => {
    const before = one.snapshots[i - 1];
    if (before === undefined) return;
    for (const [id, best] of Object.entries(now.trails)) {
      const was = before.trails[id];
      if (was === undefined) continue;
      const isBack = orders.get(id)!.side === "sell" ? best < was : best > was;
      if (isBack) wrong.push(say("a trail goes back", id, was, best));
    }
    for (const [key, { exits, entry, stop }] of Object.entries(now.stops)) {
      const was = before.stops[key];
      if (was === undefined || was.exits !== exits || was.entry !== entry || Number.isNaN(was.stop)) continue;
      const { isLong } = exits;
      const isBack = isLong ? !(stop >= was.stop) : !(stop <= was.stop);
      if (isBack && Math.sign(now.held[key]!) === (isLong ? 1 : -1))
        wrong.push(say("a stop goes back", key, was.stop, stop));
    }
  });
  return wrong;
};

const coinOf = (key: string) => key.split("/", 1)[0]!;

/** In a tick without fills and flows, equity moves by what is held times the move of its mark. */
const equityDoesNotTeleport: Check = (one) => {
  const scale = turnoverOf(one);
  const moved = new Set(one.log.filter(({ what }) => what === "fill" || what === "flow").map(({ nowMs }) => nowMs));
  const ticks = ticksOf(one);
  return ticks.flatMap((nowMs, i) => {
    if (i < 2 || moved.has(nowMs)) return [];
    const held = one.snapshots[i - 1]?.held ?? {};
    const gain = Object.entries(held).reduce(
      (sum, [key, qty]) => sum + qty * (markAt(one, coinOf(key), nowMs) - markAt(one, coinOf(key), ticks[i - 1]!)),
      0,
    );
    const change = one.equity[i]! - one.equity[i - 1]!;
    return isClose(change, gain, scale) ? [] : [say("equity jumps", i, change, gain)];
  });
};

export const CHECKS = {
  booksAddUp,
  fillsMakePositions,
  numbersAreSane,
  feesAreRates,
  tradesAddUp,
  tradesGoForward,
  volumeIsShared,
  ordersAreNotOverfilled,
  exitsOnlyReduce,
  nothingIsBorrowed,
  ordersEndOnce,
  pricesAreInside,
  slippageIsAdverse,
  limitsHold,
  stopsHold,
  nothingIsEarly,
  timeInForceHolds,
  groupsFillOnce,
  trailsNeverGoBack,
  equityDoesNotTeleport,
};
