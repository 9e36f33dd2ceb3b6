import { type Candle, type CandleColumns, candleFault } from "@powertrader/core/market";

/** A line of a bars file, as it is appended when the bar closes. */
export function encodeBar({ time, open, high, low, close, volume }: CandleColumns, row: number): string {
  return `{"time":${time[row]! / 1000},"open":${open[row]},"high":${high[row]},"low":${low[row]},"close":${close[row]},"volume":${volume[row]}}\n`;
}

export interface TimedCandle extends Candle {
  readonly openMs: number;
}

/** @throws Error when the line is no candle */
export function decodeBar(line: string): TimedCandle {
  const { time, open, high, low, close, volume } = JSON.parse(line) as { readonly time: number } & Candle;
  const fault = candleFault(open, high, low, close, volume);
  if (fault !== undefined) throw new Error(`the bar of ${time}: ${fault}`);
  return { openMs: Math.round(time * 1000), open, high, low, close, volume };
}
