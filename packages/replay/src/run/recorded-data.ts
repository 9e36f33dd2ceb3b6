import type { CandlesEntry, FundingEntry, ResolvedSettings } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";

/** Settings that choose what is read. */
const CHOOSING = [
  "coins",
  "quote",
  "exchange",
  "timeframe",
  "higher_timeframes",
  "history_days",
  "start_date",
  "end_date",
  "strategy",
  "params",
  "walk_forward",
  "retrain_interval",
  "execution_model.intrabar",
  "execution_model.funding",
];

/** Whether the data a configuration file recorded is the data asked for now: nothing that chooses data was overridden. */
export function isDataFromFile({ origin }: ResolvedSettings): boolean {
  return CHOOSING.every((key) => !/^(--|PT_)/.test(origin.get(key) ?? ""));
}

/** @throws PtError E_DATA_CHANGED naming the first series that is not what it was */
export function compareCandles(recorded: readonly CandlesEntry[], found: readonly CandlesEntry[]): void {
  for (const before of recorded) {
    const now = found.find((one) => one.symbol === before.symbol && one.timeframe === before.timeframe);
    if (now?.sha256 === before.sha256) continue;
    throw new PtError(
      "E_DATA_CHANGED",
      `${before.symbol} ${before.timeframe}: the candles are not those of the recorded run (${before.rows} rows then, ${now?.rows ?? 0} now)`,
      {
        hint: "Restore the cache of that run, or drop `data` from the configuration to accept today's candles.",
        details: { symbol: before.symbol, recorded: before.sha256, found: now?.sha256 ?? null },
      },
    );
  }
}

/** @throws PtError E_DATA_CHANGED naming the first symbol whose rates are not what they were */
export function compareFunding(recorded: readonly FundingEntry[], found: readonly FundingEntry[]): void {
  for (const before of recorded) {
    const now = found.find((one) => one.symbol === before.symbol);
    if (now?.sha256 === before.sha256) continue;
    throw new PtError("E_DATA_CHANGED", `${before.symbol}: the funding rates are not those of the recorded run`, {
      hint: "Restore the cache of that run, or drop `funding_data` from the configuration to accept today's rates.",
      details: { symbol: before.symbol, recorded: before.sha256, found: now?.sha256 ?? null },
    });
  }
}
