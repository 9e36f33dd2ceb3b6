import type { Market } from "../market/market.ts";
import { type Answer, notFound, success } from "./answer.ts";
import { kucoinCandles } from "./kucoin-candles.ts";
import { kucoinCurrencies, kucoinSymbols, kucoinTickers } from "./kucoin-listing.ts";

type Endpoint = (market: Market, query: URLSearchParams, nowMs: number) => Answer;

/** Besides candles, what ccxt asks for before it lets a program fetch them. */
const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ["/api/v1/market/candles", kucoinCandles],
  ["/api/v1/symbols", kucoinSymbols],
  ["/api/v2/symbols", kucoinSymbols],
  ["/api/v1/currencies", kucoinCurrencies],
  ["/api/v3/currencies", kucoinCurrencies],
  ["/api/v1/market/allTickers", (_market, _query, nowMs) => kucoinTickers(nowMs)],
  ["/api/v1/contracts/active", () => success([])],
  ["/api/v1/timestamp", (_market, _query, nowMs) => success(nowMs)],
]);

/** Answers a request as KuCoin's REST API would at `nowMs`. `target` is the path with the query. */
export function answer(market: Market, method: string, target: string, nowMs: number): Answer {
  const [path, query] = target.split("?", 2);
  const endpoint = method === "GET" ? ENDPOINTS.get(path!) : undefined;
  return endpoint === undefined ? notFound() : endpoint(market, new URLSearchParams(query), nowMs);
}
