import { didYouMean, PtError } from "@powertrader/core/errors";
import { shortTimeframe, type Timeframe } from "@powertrader/core/market";
import type { Exchange } from "ccxt";
import pRetry from "p-retry";
import { boundedFetch } from "./bounded-fetch.ts";
import type { CandleRow, CandleSource, PageRequest } from "./candle-source.ts";
import { asExchangeError, type CcxtErrors, isTransient } from "./ccxt-errors.ts";
import { stopped } from "./stopped.ts";

export interface CcxtSourceOptions {
  /** Base URL of a server on this machine that speaks the exchange's REST API; no market list is asked for then. */
  readonly baseUrl?: string;
  /** Stands in the sidecars; `ccxt:<exchange>` by default. */
  readonly name?: string;
  /** What messages call the exchange, when it only speaks like the one of that name. */
  readonly label?: string;
  readonly signal?: AbortSignal | undefined;
  /** Pause before the first repetition of a request; it doubles each time. */
  readonly retryMs?: number;
  /** How long a request may take, its body included. */
  readonly timeoutMs?: number;
  /** Told before each repetition, in one line. */
  readonly onRetry?: ((text: string) => void) | undefined;
}

const REPETITIONS = 4;
const RETRY_MS = 500;
const TIMEOUT_MS = 15_000;
/** Where ccxt does not know how many bars an exchange sends at once. */
const CAUTIOUS_PAGE_BARS = 500;

/**
 * Candles of an exchange through ccxt, which is loaded only here: its import takes a third of a second.
 * @throws PtError E_NAME for an exchange that ccxt does not know
 */
export async function openCcxtSource(exchange: string, options: CcxtSourceOptions = {}): Promise<CandleSource> {
  const { default: ccxt } = await import("ccxt");
  const create =
    Object.hasOwn(ccxt, exchange) && ccxt.exchanges.includes(exchange) ? classOf(ccxt, exchange) : undefined;
  if (create === undefined) {
    throw new PtError("E_NAME", `no exchange is called "${exchange}"${didYouMean(exchange, ccxt.exchanges)}`, {
      hint: "Use a name of ccxt, e.g. kucoin, binance, bybit, or sim for synthetic candles.",
    });
  }
  const client = new create({
    enableRateLimit: options.baseUrl === undefined,
    timeout: options.timeoutMs ?? TIMEOUT_MS,
  });
  client.enableLastJsonResponse = true;
  client.fetchImplementation = boundedFetch(options.signal);
  if (options.baseUrl !== undefined) redirect(client, options.baseUrl);
  return new CcxtSource(client, ccxt as unknown as CcxtErrors, exchange, options);
}

type ExchangeClass = new (config: object) => Exchange;

function classOf(ccxt: object, exchange: string): ExchangeClass {
  return (ccxt as Readonly<Record<string, ExchangeClass>>)[exchange]!;
}

/** Sends all requests of a client to a server on this machine. */
function redirect(client: Exchange, baseUrl: string): void {
  const moved = (urls: unknown): unknown => {
    if (typeof urls !== "string") return Object.fromEntries(Object.entries(urls ?? {}).map(([k, v]) => [k, moved(v)]));
    return baseUrl + new URL(client.implodeHostname(urls)).pathname.replace(/\/$/, "");
  };
  client.urls.api = moved(client.urls.api) as typeof client.urls.api;
}

class CcxtSource implements CandleSource {
  readonly name: string;
  readonly pageBars: number;
  readonly #client: Exchange;
  readonly #errors: CcxtErrors;
  readonly #exchange: string;
  readonly #label: string;
  readonly #options: CcxtSourceOptions;

  constructor(client: Exchange, errors: CcxtErrors, exchange: string, options: CcxtSourceOptions) {
    this.name = options.name ?? `ccxt:${exchange}`;
    this.#client = client;
    this.#errors = errors;
    this.#exchange = exchange;
    this.#label = options.label ?? exchange;
    this.#options = options;
    // One bar less than the limit: some venues count the bar at the end of the range too.
    const limit = client.features?.spot?.fetchOHLCV?.limit ?? CAUTIOUS_PAGE_BARS;
    this.pageBars = Math.max(1, limit - 1);
  }

  async check(symbol: string, timeframe: Timeframe): Promise<void> {
    const known = this.#client.timeframes ?? {};
    if (this.#client.has.fetchOHLCV !== true) {
      throw new PtError("E_MARKET", `${this.#label} serves no candles through ccxt`, {
        hint: "Choose another exchange.",
      });
    }
    if (!Object.hasOwn(known, shortTimeframe(timeframe))) {
      throw new PtError("E_TIMEFRAME", `${this.#label} has no ${shortTimeframe(timeframe)} candles`, {
        hint: `It has ${Object.keys(known).join(" ")}.`,
      });
    }
    await this.#retrying(symbol, async () => {
      await this.#loadMarkets(symbol);
      this.#client.market(unified(symbol));
    });
  }

  async fetchPage({ symbol, timeframe, fromMs, toMs }: PageRequest): Promise<readonly CandleRow[]> {
    const unit = this.#client.parseTimeframe(shortTimeframe(timeframe)) * 1000;
    const bars = Math.ceil((toMs - fromMs) / unit);
    // KuCoin takes the end of the range from the number of bars, the others from `until`.
    const params = this.#exchange === "kucoin" ? {} : { until: toMs };
    return this.#retrying(symbol, async () => {
      await this.#loadMarkets(symbol);
      const rows = await this.#client.fetchOHLCV(unified(symbol), shortTimeframe(timeframe), fromMs, bars, params);
      return (rows.length > 0 ? rows : this.#allRows(symbol, timeframe)) as readonly CandleRow[];
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /**
   * The rows of the last answer as they came. ccxt leaves out those before the range, and takes a page of HTML for no
   * rows: neither must look like an answer that there are none.
   */
  #allRows(symbol: string, timeframe: Timeframe): readonly unknown[] {
    const list = listIn(this.#client.last_json_response, 3);
    if (list === undefined) throw new this.#errors.BadResponse(`${this.#label} sent no list of candles`);
    return this.#client.parseOHLCVs(list as object[], this.#client.market(unified(symbol)), shortTimeframe(timeframe));
  }

  /** A server on this machine has no market list: each symbol is made known as a plain spot market. */
  async #loadMarkets(symbol: string): Promise<void> {
    if (this.#options.baseUrl === undefined) {
      await this.#client.loadMarkets();
      return;
    }
    const [base, quote] = symbol.split("-") as [string, string];
    if (this.#client.markets !== undefined && unified(symbol) in this.#client.markets) return;
    const known = Object.values(this.#client.markets ?? {});
    const market = { id: symbol, lowercaseId: symbol.toLowerCase(), symbol: unified(symbol), base, quote };
    const rest = {
      baseId: base,
      quoteId: quote,
      type: "spot",
      spot: true,
      active: true,
      precision: {},
      limits: {},
      info: {},
    };
    this.#client.setMarkets([...known, { ...market, ...rest }]);
  }

  async #retrying<T>(symbol: string, request: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    try {
      return await pRetry(request, {
        retries: REPETITIONS,
        minTimeout: this.#options.retryMs ?? RETRY_MS,
        randomize: true,
        onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
          if (retriesLeft === 0 || signal?.aborted || !isTransient(error, this.#errors)) return;
          this.#options.onRetry?.(
            `${this.#label} failed (${error.name}), try ${attemptNumber + 1} of ${REPETITIONS + 1} follows`,
          );
        },
        shouldRetry: ({ error }) => !signal?.aborted && isTransient(error, this.#errors),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw stopped(error);
      throw asExchangeError(error, this.#errors, this.#label, symbol);
    }
  }
}

/** `BTC-USDT` → `BTC/USDT`, ccxt's spelling. */
function unified(symbol: string): string {
  return symbol.replace("-", "/");
}

/** The first list within a few levels of an answer. A page of HTML has none, nor has an error object. */
function listIn(value: unknown, depth: number): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (depth === 0 || value === null || typeof value !== "object") return undefined;
  for (const inner of Object.values(value)) {
    const list = listIn(inner, depth - 1);
    if (list !== undefined) return list;
  }
  return undefined;
}
