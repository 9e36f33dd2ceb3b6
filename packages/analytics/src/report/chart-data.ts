import type { Trade } from "@powertrader/core/engine";
import { formatDuration } from "@powertrader/core/format";
import { type CandleColumns, sliceColumns } from "@powertrader/core/market";
import type { Analysis } from "../analysis/analyze-run.ts";
import type { SeriesBars } from "../run-folder/read-bars.ts";
import { exitMark } from "./exit-words.ts";
import { sampleCandles } from "./sample-candles.ts";
import { sampleRows } from "./sample-rows.ts";

/** Buckets of the equity curve; each keeps up to six rows. */
const CURVE_BUCKETS = 4_000;
/** Candles of all coins together, and of one. */
const MAX_CANDLES = 100_000;
const MAX_CANDLES_OF_COIN = 20_000;
/** More than any engine knows; a place among them fits a byte, and 255 is none. */
const MAX_REASONS = 250;

/**
 * What the charts of a report draw. Columns are little-endian typed arrays in base64: `f64` Float64, `f32` Float32,
 * `u32` Uint32 offsets in seconds from `from`.
 */
export interface ChartData {
  readonly curve: {
    readonly times: string;
    readonly equity: string;
    readonly benchmark: string | null;
    /** Share below the peak so far, as zero or negative number. */
    readonly drawdown: string;
  };
  readonly coins: readonly CoinChart[];
}

export interface CoinChart {
  readonly symbol: string;
  /** Seconds. */
  readonly from: number;
  readonly times: string;
  /** Open, high, low, close of all candles, one column after another. */
  readonly prices: string;
  /** What a candle of the chart covers, in words. */
  readonly candle: string;
  readonly bars: number;
  readonly trades: {
    readonly entries: string;
    readonly exits: string;
    readonly pnl: string;
    /** 1 long, 0 short. */
    readonly isLong: string;
    /** Why each trade ended: a place in `reasons`. */
    readonly reason: string;
    /** Short words for the chart. */
    readonly reasons: readonly string[];
  };
  /** Positions still open: entry time in seconds, 1 long or 0 short. */
  readonly open: readonly (readonly [number, number])[];
}

export function chartData({ run, benchmark }: Analysis): ChartData {
  const { timeMs, equity, length } = run.equity;
  const rows = sampleRows(length, benchmark === undefined ? [equity] : [equity, benchmark], CURVE_BUCKETS);
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const limit = Math.min(MAX_CANDLES_OF_COIN, Math.floor(MAX_CANDLES / Math.max(1, run.bars.length)));
  return {
    curve: {
      times: base64(pick(timeMs).map((value) => value / 1000)),
      equity: base64(pick(equity)),
      benchmark: benchmark === undefined ? null : base64(pick(benchmark)),
      drawdown: base64(pick(belowPeak(equity, length))),
    },
    coins: run.bars.map((bars) =>
      coinChart(
        bars,
        (run.trades ?? []).filter((trade) => trade.symbol === bars.symbol),
        run.result.open_positions.filter((position) => position.symbol === bars.symbol),
        limit,
      ),
    ),
  };
}

function coinChart(
  { symbol, columns, timeframeMs }: SeriesBars,
  trades: readonly Trade[],
  open: readonly { readonly entry_ts: number; readonly side: string }[],
  limit: number,
): CoinChart {
  const shown = sampleCandles(withoutBadTimes(columns), timeframeMs, limit);
  const { time, length } = shown.columns;
  const from = length === 0 ? 0 : time[0]! / 1000;
  const prices = new Float32Array(length * 4);
  for (const [i, name] of (["open", "high", "low", "close"] as const).entries()) {
    prices.set(shown.columns[name].subarray(0, length), i * length);
  }
  const reasons = [...new Set(trades.map((trade) => trade.exitReason))].slice(0, MAX_REASONS);
  const seconds = (timesMs: readonly number[]) => base64(Float64Array.from(timesMs, (value) => value / 1000));
  return {
    symbol,
    from,
    times: base64(Uint32Array.from(time.subarray(0, length), (value) => value / 1000 - from)),
    prices: base64(prices),
    candle: formatDuration(shown.lengthMs),
    bars: columns.length,
    trades: {
      entries: seconds(trades.map((trade) => trade.entryMs)),
      exits: seconds(trades.map((trade) => trade.exitMs)),
      pnl: base64(Float32Array.from(trades, (trade) => trade.pnl)),
      isLong: base64(Uint8Array.from(trades, (trade) => (trade.side === "long" ? 1 : 0))),
      reason: base64(Uint8Array.from(trades, (trade) => reasons.indexOf(trade.exitReason))),
      reasons: reasons.map(exitMark),
    },
    open: open.map((position) => [position.entry_ts, position.side === "long" ? 1 : 0]),
  };
}

/** Rows up to the first whose time does not ascend: a chart cannot draw more of a damaged file. */
function withoutBadTimes(columns: CandleColumns): CandleColumns {
  let rows = 0;
  while (rows < columns.length && columns.time[rows]! > (rows === 0 ? -1 : columns.time[rows - 1]!)) rows++;
  return rows === columns.length ? columns : sliceColumns(columns, 0, rows);
}

/** At every row how far equity lies below its highest value so far: 0 at a peak, −0.2 a fifth below it. */
export function belowPeak(equity: Float64Array, length: number): Float64Array {
  const below = new Float64Array(length);
  let peak = equity[0]!;
  for (let row = 0; row < length; row++) {
    const value = equity[row]!;
    if (value > peak) peak = value;
    below[row] = peak > 0 ? (value - peak) / peak : 0;
  }
  return below;
}

function base64(values: Float64Array | Float32Array | Uint32Array | Uint8Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}
