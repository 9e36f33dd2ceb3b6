import {
  bucketOpen,
  type CandleColumns,
  candleAt,
  isTimeframe,
  type Timeframe,
  type TimeRange,
  timeframeMs,
} from "@powertrader/core/market";
import type { Market } from "../market/market.ts";
import { visibleBars } from "../market/visible-bars.ts";
import { type Answer, badRequest, success } from "./answer.ts";

const MAX_ROWS = 1500;
const SYMBOL = /^([A-Z0-9]{1,20})-USDT$/;
const SECONDS = /^\d{1,12}$/;

/**
 * `GET /api/v1/market/candles?type=&symbol=&startAt=&endAt=`: bars that open in `[startAt, endAt)`, seconds, newest
 * first, the newest 1500 when there are more. `startAt` defaults to 0, `endAt` to the present, 0 means the same.
 */
export function kucoinCandles(market: Market, query: URLSearchParams, nowMs: number): Answer {
  const coin = SYMBOL.exec(query.get("symbol") ?? "")?.[1];
  if (coin === undefined || coin === "USDT") return badRequest("This pair is not provided at present");
  const timeframe = query.get("type") ?? "";
  if (!isTimeframe(timeframe)) return badRequest("Incorrect candlestick type");
  const startAt = query.get("startAt") ?? "0";
  const endAt = query.get("endAt") ?? "0";
  if (!SECONDS.test(startAt) || !SECONDS.test(endAt)) return badRequest("startAt and endAt are seconds");

  const endMs = Number(endAt) === 0 ? nowMs : Number(endAt) * 1000;
  const range = newestRows({ fromMs: Number(startAt) * 1000, toMs: Math.min(endMs, nowMs) }, timeframe);
  return success(newestFirst(visibleBars(market, coin, timeframe, range, nowMs)));
}

/** The end of a range, no longer than an answer may be. */
function newestRows(range: TimeRange, timeframe: Timeframe): TimeRange {
  const barMs = timeframeMs(timeframe);
  const lastOpenMs = bucketOpen(range.toMs - 1, barMs);
  return { fromMs: Math.max(range.fromMs, lastOpenMs - (MAX_ROWS - 1) * barMs), toMs: range.toMs };
}

/** Rows `[time, open, close, high, low, volume, turnover]`; turnover is the volume at the bar's typical price. */
function newestFirst(bars: CandleColumns): readonly (readonly string[])[] {
  return Array.from({ length: bars.length }, (_, i) => rowOf(bars, bars.length - 1 - i));
}

function rowOf(bars: CandleColumns, i: number): readonly string[] {
  const { open, high, low, close, volume } = candleAt(bars, i);
  const turnover = (volume * (high + low + close)) / 3;
  return [bars.time[i]! / 1000, open, close, high, low, volume, turnover].map(String);
}
