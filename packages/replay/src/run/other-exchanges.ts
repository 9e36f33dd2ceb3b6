import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseSegmentFileName, parseSeriesFolder } from "@powertrader/core/files";
import type { Timeframe } from "@powertrader/core/market";

/** The series that somebody looked for in the folder of one exchange. */
export interface SoughtSeries {
  readonly cacheDir: string;
  readonly exchange: string;
  readonly timeframe: Timeframe;
}

/** Other exchanges of the cache that hold candles of every one of `symbols`, judged by the names of their files. */
export function otherExchangesWith(symbols: readonly string[], sought: SoughtSeries): readonly string[] {
  const isOther = (name: string) => name !== sought.exchange && parseSeriesFolder(name)?.kind === "candles";
  const others = namesIn(sought.cacheDir).filter(isOther);
  return others.filter((exchange) => {
    const segments = namesIn(join(sought.cacheDir, exchange)).map(parseSegmentFileName);
    return symbols.every((symbol) =>
      segments.some((one) => one?.symbol === symbol && one.timeframe === sought.timeframe),
    );
  });
}

/** Nothing where there is no folder: whoever only looks for a hint must not fail. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
