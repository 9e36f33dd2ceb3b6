import type { Fill } from "@powertrader/core/engine";
import type { TrailingStop } from "./trailing-stop.ts";

/** What an order of the trader is for. */
export type OrderTag = "START" | "DCA" | "TRAIL_SELL";

/** An order that was asked for and may still fill. */
export interface PendingOrder {
  readonly tag: OrderTag;
  /** When it was asked for, epoch milliseconds. */
  readonly createdMs: number;
  /** Quote currency that it may still take; 0 for sales. */
  money: number;
  /** Known from its first fill on. */
  orderId: string | undefined;
}

/** What the trader remembers of one coin, as plain data. What is owned follows from fills alone. */
export interface CoinState {
  readonly symbol: string;
  /** Levels of the last signal, 0 before the first. */
  longLevel: number;
  shortLevel: number;
  /** Low bounds of the last signal, the highest first, `null` for those not there; shown in hub_data. */
  lowBounds: readonly (number | null)[];
  signalId: string | undefined;
  /** Base units. */
  qty: number;
  /** Mean price of what is owned, without fees; 0 when nothing is. Sales leave it as it is. */
  averagePrice: number;
  /** DCA orders that have begun to fill since the coin was last owned by no unit. */
  dcaCount: number;
  /** When each of them began, epoch milliseconds. */
  dcaTimesMs: number[];
  stop: TrailingStop | undefined;
  pending: PendingOrder | undefined;
}

export function newCoinState(symbol: string): CoinState {
  return {
    symbol,
    longLevel: 0,
    shortLevel: 0,
    lowBounds: [],
    signalId: undefined,
    qty: 0,
    averagePrice: 0,
    dcaCount: 0,
    dcaTimesMs: [],
    stop: undefined,
    pending: undefined,
  };
}

/** A rest smaller than this share of what was owned is rounding. */
const REST_SHARE = 1e-9;

/** Books a fill of the coin, whoever ordered it. */
export function bookFill(coin: CoinState, fill: Fill, trailing: "upstream" | "v0"): void {
  if (fill.side === "buy") bookBuy(coin, fill, trailing);
  else bookSell(coin, fill);
}

function bookBuy(coin: CoinState, { qty, price, fees, tsMs, clientOrderId }: Fill, trailing: "upstream" | "v0"): void {
  const owned = coin.qty + qty;
  coin.averagePrice = (coin.qty * coin.averagePrice + qty * price) / owned;
  coin.qty = owned;
  const { pending } = coin;
  if (pending === undefined) return;
  const isFirst = pending.orderId === undefined;
  pending.orderId = clientOrderId;
  pending.money = Math.max(0, pending.money - qty * price - fees);
  if (pending.tag !== "DCA" || !isFirst) return;
  coin.dcaCount++;
  coin.dcaTimesMs.push(tsMs);
  if (trailing === "upstream") coin.stop = undefined;
}

function bookSell(coin: CoinState, { qty, clientOrderId }: Fill): void {
  if (coin.pending !== undefined) coin.pending.orderId ??= clientOrderId;
  const left = coin.qty - qty;
  if (left > REST_SHARE * coin.qty) {
    coin.qty = left;
    return;
  }
  coin.qty = 0;
  coin.averagePrice = 0;
  coin.dcaCount = 0;
  coin.dcaTimesMs = [];
  coin.stop = undefined;
}
