import { LISTED_COINS, priceDecimals, profileOf } from "../market/coin-profile.ts";
import { VOLUME_STEP } from "../market/day-candles.ts";
import { type Answer, success } from "./answer.ts";

/** `GET /api/v1/symbols`, `/api/v2/symbols`: the listed pairs with their steps. */
export function kucoinSymbols(): Answer {
  return success(LISTED_COINS.map(symbolOf));
}

/** `GET /api/v1/currencies`, `/api/v3/currencies`. */
export function kucoinCurrencies(): Answer {
  return success(
    ["USDT", ...LISTED_COINS].map((coin) => ({ currency: coin, name: coin, fullName: coin, precision: 8, chains: [] })),
  );
}

/** `GET /api/v1/market/allTickers`: the fee of every listed pair; no prices. */
export function kucoinTickers(nowMs: number): Answer {
  const fees = { takerFeeRate: "0.001", makerFeeRate: "0.001", takerCoefficient: "1", makerCoefficient: "1" };
  return success({
    time: nowMs,
    ticker: LISTED_COINS.map((coin) => ({ symbol: `${coin}-USDT`, symbolName: `${coin}-USDT`, ...fees })),
  });
}

function symbolOf(coin: string) {
  const priceIncrement = (10 ** -priceDecimals(profileOf(coin))).toFixed(priceDecimals(profileOf(coin)));
  return {
    symbol: `${coin}-USDT`,
    name: `${coin}-USDT`,
    baseCurrency: coin,
    quoteCurrency: "USDT",
    feeCurrency: "USDT",
    market: "USDS",
    baseMinSize: String(VOLUME_STEP),
    quoteMinSize: "0.1",
    baseMaxSize: "10000000000",
    quoteMaxSize: "99999999",
    baseIncrement: String(VOLUME_STEP),
    quoteIncrement: "0.000001",
    priceIncrement,
    priceLimitRate: "0.1",
    isMarginEnabled: false,
    enableTrading: true,
  };
}
