import { isRounding } from "../engine/position.ts";
import { type CostedFill, slippageCost } from "./trading-costs.ts";

/**
 * What slippage took of every round trip, in quote currency, by the id of its trade (`<SYMBOL>-t<n>`). Follows the fills
 * as the engine does: a trade ends where its position is flat, a fill that goes beyond belongs to the next one in part.
 * A round trip that is still open is not among them.
 *
 * @param fills - in the order in which they were executed
 * @param positionOf - name of the position that an order works for, where a symbol has several
 */
export function tradeSlippage(
  fills: readonly TradedFill[],
  positionOf: (clientOrderId: string) => string | undefined = () => undefined,
): ReadonlyMap<string, number> {
  const trips = new Map<string, Trip>();
  const tradesOf = new Map<string, number>();
  const slippageOf = new Map<string, number>();
  for (const fill of fills) {
    const position = JSON.stringify([fill.symbol, positionOf(fill.clientOrderId)]);
    let trip = trips.get(position);
    if (trip === undefined) {
      trip = { held: 0, entered: 0, cost: 0 };
      trips.set(position, trip);
    }
    const direction = fill.side === "buy" ? 1 : -1;
    const perUnit = slippageCost(fill) / fill.qty;
    let left = fill.qty;
    if (trip.held * direction < 0) {
      const held = Math.abs(trip.held);
      const exitQty = isRounding(left - held, trip.entered) ? left : Math.min(left, held);
      trip.held += direction * exitQty;
      trip.cost += perUnit * exitQty;
      left -= exitQty;
      if (!isRounding(trip.held, trip.entered)) continue;
      const trades = (tradesOf.get(fill.symbol) ?? 0) + 1;
      tradesOf.set(fill.symbol, trades);
      slippageOf.set(`${fill.symbol}-t${trades}`, trip.cost);
      Object.assign(trip, { held: 0, entered: 0, cost: 0 });
    }
    trip.held += direction * left;
    trip.entered += left;
    trip.cost += perUnit * left;
  }
  return slippageOf;
}

export interface TradedFill extends CostedFill {
  readonly symbol: string;
  readonly clientOrderId: string;
}

/** The open round trip of one position. */
interface Trip {
  held: number;
  entered: number;
  cost: number;
}
