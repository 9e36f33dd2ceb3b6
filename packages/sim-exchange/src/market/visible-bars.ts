import {
  bucketOpen,
  type CandleColumns,
  HOUR_MS,
  MINUTE_MS,
  resample,
  type Timeframe,
  type TimeRange,
  timeframeMs,
} from "@powertrader/core/market";
import { joinColumns } from "./columns.ts";
import { VOLUME_STEP } from "./day-candles.ts";
import type { Market } from "./market.ts";

/**
 * Bars that open in `range` as the market shows them at `nowMs`, oldest first: closed ones whole, the open one with
 * what has happened so far. Bars are aligned to the epoch, so weeks start on Thursday 00:00 UTC.
 */
export function visibleBars(
  market: Market,
  coin: string,
  timeframe: Timeframe,
  range: TimeRange,
  nowMs: number,
): CandleColumns {
  const barMs = timeframeMs(timeframe);
  const base = barMs < HOUR_MS ? "1min" : "1hour";
  const fromMs = alignUp(range.fromMs, barMs);
  const endMs = Math.min(alignUp(range.toMs, barMs), nowMs);
  const closedMs = Math.max(fromMs, bucketOpen(endMs, timeframeMs(base)));

  const closed = market.candles(coin, base, fromMs, closedMs);
  const open = resample(openMinutes(market, coin, closedMs, endMs), "1min", base, { closedByMs: Infinity });
  return resample(joinColumns([closed, open]), base, timeframe, { anchorMs: 0, closedByMs: Infinity });
}

/** The first bar open at or after a moment. */
function alignUp(timeMs: number, barMs: number): number {
  return Math.ceil(timeMs / barMs) * barMs;
}

/** Minutes from `fromMs` to `nowMs`, the last one as far as it has come. */
function openMinutes(market: Market, coin: string, fromMs: number, nowMs: number): CandleColumns {
  const minutes = market.candles(coin, "1min", fromMs, nowMs);
  const last = minutes.length - 1;
  const passedShare = last < 0 ? 1 : (nowMs - minutes.time[last]!) / MINUTE_MS;
  if (passedShare < 1) cutMinute(minutes, last, passedShare);
  return minutes;
}

/**
 * Cuts a minute short: it goes from its open to the extreme against its direction in the second third, to the
 * other extreme in the last third, and to its close at the end; volume comes in evenly.
 */
function cutMinute(minutes: CandleColumns, row: number, passedShare: number): void {
  const open = minutes.open[row]!;
  const rising = minutes.close[row]! >= open;
  const first = rising ? minutes.low[row]! : minutes.high[row]!;
  const second = rising ? minutes.high[row]! : minutes.low[row]!;
  const path = [open, first, second].slice(0, 1 + Math.floor(passedShare * 3));
  minutes.high[row] = Math.max(...path);
  minutes.low[row] = Math.min(...path);
  minutes.close[row] = path.at(-1)!;
  minutes.volume[row] = Math.ceil((minutes.volume[row]! * passedShare) / VOLUME_STEP) * VOLUME_STEP;
}
