import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { DAY_MS, HOUR_MS, WEEK_MS } from "@powertrader/core/market";
import { createMarket, type SimExchange, startSimExchange, visibleBars } from "@powertrader/sim-exchange";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The part of a ccxt exchange that is used here. */
interface CcxtExchange {
  urls: { api: unknown };
  implodeHostname(url: string): string;
  setMarkets(markets: readonly object[]): unknown;
  loadMarkets(): Promise<Record<string, { active: boolean; precision: { price: number } }>>;
  fetchTime(): Promise<number>;
  fetchOHLCV(symbol: string, timeframe: string, since?: number, limit?: number): Promise<number[][]>;
}

const SEED = 42;
const JANUARY = Date.UTC(2024, 0, 1);
const NOW = Date.UTC(2024, 2, 1, 10, 30, 20);
const BTC_USDT = {
  id: "BTC-USDT",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  baseId: "BTC",
  quoteId: "USDT",
  type: "spot",
  spot: true,
  active: true,
  precision: {},
  limits: {},
  info: {},
};

const market = createMarket(SEED);
let exchange: SimExchange;
let kucoin: CcxtExchange;

beforeAll(async () => {
  exchange = await startSimExchange({ seed: SEED, now: { nowMs: () => NOW } });
  kucoin = await connect();
});

afterAll(() => exchange.close());

/** KuCoin's client as the cache package has it installed, with every host replaced by the exchange. */
async function connect(): Promise<CcxtExchange> {
  const fromCache = createRequire(new URL("../../packages/cache/package.json", import.meta.url));
  const { default: ccxt } = await import(pathToFileURL(fromCache.resolve("ccxt")).href);
  const client: CcxtExchange = new ccxt.kucoin({ enableRateLimit: false });
  const move = (urls: unknown): unknown =>
    typeof urls === "string"
      ? exchange.url + new URL(client.implodeHostname(urls)).pathname.replace(/\/$/, "")
      : Object.fromEntries(Object.entries(urls as object).map(([name, url]) => [name, move(url)]));
  client.urls.api = move(client.urls.api);
  return client;
}

/** What ccxt should make of the bars: `[ms, open, high, low, close, volume]`, oldest first. */
function expected(timeframe: "1min" | "1hour" | "4hour" | "1day" | "1week", fromMs: number, toMs: number) {
  const bars = visibleBars(market, "BTC", timeframe, { fromMs, toMs }, NOW);
  return Array.from(bars.time, (timeMs, i) => [
    timeMs,
    bars.open[i],
    bars.high[i],
    bars.low[i],
    bars.close[i],
    bars.volume[i],
  ]);
}

describe("ccxt's KuCoin client on the simulated exchange", () => {
  it("fetches the candles of the market with the markets set by hand", async () => {
    const client = await connect();
    client.setMarkets([BTC_USDT]);
    const rows = await client.fetchOHLCV("BTC/USDT", "1h", JANUARY, 500);
    expect(rows).toEqual(expected("1hour", JANUARY, JANUARY + 500 * HOUR_MS));
  });

  it("loads the listed markets by itself", async () => {
    const markets = await kucoin.loadMarkets();
    expect(Object.keys(markets)).toEqual(["BTC/USDT", "ETH/USDT", "DOGE/USDT", "SOL/USDT", "XRP/USDT"]);
    expect(markets["BTC/USDT"]).toMatchObject({ active: true, precision: { price: 0.1 } });
  });

  it.each([
    ["1m", "1min", 60_000],
    ["4h", "4hour", 4 * HOUR_MS],
    ["1d", "1day", DAY_MS],
  ] as const)("fetches %s", async (short, timeframe, barMs) => {
    const rows = await kucoin.fetchOHLCV("BTC/USDT", short, JANUARY, 50);
    expect(rows).toEqual(expected(timeframe, JANUARY, JANUARY + 50 * barMs));
  });

  it("fetches weeks that start on Thursday", async () => {
    const rows = await kucoin.fetchOHLCV("BTC/USDT", "1w", JANUARY - 10 * WEEK_MS, 10);
    expect(rows).toEqual(expected("1week", JANUARY - 10 * WEEK_MS, JANUARY));
    expect(rows).toHaveLength(10);
  });

  it("begins with the next full candle after a moment inside one", async () => {
    const rows = await kucoin.fetchOHLCV("BTC/USDT", "1h", JANUARY + 1_391_000, 3);
    expect(rows.map(([timeMs]) => timeMs)).toEqual([1, 2, 3].map((hours) => JANUARY + hours * HOUR_MS));
  });

  it("gets the open bar last", async () => {
    const rows = await kucoin.fetchOHLCV("BTC/USDT", "1h", NOW - 3 * HOUR_MS, 100);
    expect(rows.at(-1)).toEqual(expected("1hour", NOW - HOUR_MS, NOW).at(-1));
    expect(rows.at(-1)![0]).toBe(Date.UTC(2024, 2, 1, 10));
  });

  it("hears the exchange's time, and its refusal as an error of ccxt", async () => {
    expect(await kucoin.fetchTime()).toBe(NOW);
    const client = await connect();
    client.setMarkets([{ ...BTC_USDT, id: "BTC-EUR", symbol: "BTC/EUR", quote: "EUR", quoteId: "EUR" }]);
    await expect(client.fetchOHLCV("BTC/EUR", "1h", JANUARY, 5)).rejects.toMatchObject({ name: "BadRequest" });
  });
});
