import { DAY_MS } from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";

/** The command that would fetch candles, by default hourly ones, ready to paste. */
export function warmCommand(
  series: { readonly cacheDir: string; readonly exchange: string; readonly symbol: string },
  fromMs: number,
  toMs: number,
  timeframes: readonly string[] = [],
): string {
  const [coin, quote] = series.symbol.split("-");
  const day = (timeMs: number) => formatDate(timeMs).slice(0, 10);
  return [
    `npx --no -- pt-cache warm --exchange ${series.exchange} --coins ${coin}`,
    quote === "USDT" ? "" : ` --quote ${quote}`,
    timeframes.length === 0 ? "" : ` --timeframe ${timeframes.join(",")}`,
    ` --start-date ${day(Math.max(0, fromMs))}`,
    ` --end-date ${day(toMs + DAY_MS - 1)}`,
    series.cacheDir === "backtest_cache" ? "" : ` --cache-dir ${shellWord(series.cacheDir)}`,
  ].join("");
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
