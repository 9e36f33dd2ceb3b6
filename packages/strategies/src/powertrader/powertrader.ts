import { PATTERN_TIMEFRAMES } from "../pattern-memory/timeframe-model.ts";
import type { StrategyDefinition } from "../strategy-definition.ts";
import { HubData } from "./hub-data.ts";
import { powertraderParams } from "./params.ts";
import { createThinker } from "./thinker.ts";
import { PowertraderTrader } from "./trader.ts";

/**
 * PowerTrader: seven timeframes predict by what followed candles like their last one; where enough of them think the price
 * too low a little is bought, more of it in stages while it falls, and all is sold when a profit stops growing.
 */
export const powertrader: StrategyDefinition<typeof powertraderParams> = {
  name: "powertrader",
  summary: "pattern memory of seven timeframes; buys dips in stages and sells with a trailing profit line",
  params: powertraderParams,
  // A start may be worth 0.50.
  runDefaults: { "execution_model.min_notional": 0.1 },
  higher: () => PATTERN_TIMEFRAMES,
  training: ({ weights, normalize_weights, min_candles, freshness_days }) => ({
    settings: { weights, normalize_weights },
    minCandles: min_candles,
    freshDays: freshness_days,
  }),
  create: (params, { timeframe, models }) => createThinker({ params, timeframe, models }),
  createPolicy: (params, { symbols, folder }) => {
    const trader = new PowertraderTrader(params, symbols);
    return folder === undefined ? trader : new HubData(trader, params, folder);
  },
};
