export { type SimExchange, type SimExchangeOptions, startSimExchange } from "./http/start-sim-exchange.ts";
export { MARKET_START_MS } from "./market/calendar.ts";
export { createMarket, type Market } from "./market/market.ts";
export { visibleBars } from "./market/visible-bars.ts";
