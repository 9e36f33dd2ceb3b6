import { type ResolvedSettings, toExecutionModel } from "@powertrader/core/config";
import {
  type DriveOptions,
  type Fill,
  type Order,
  type OrderEvent,
  processOrders,
  type Series,
} from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { openSeries } from "@powertrader/core/files";
import { timeframeMs } from "@powertrader/core/market";
import { formatTime, parseDate } from "@powertrader/core/time";
import { openFiner } from "../run/finer-series.ts";
import { type SelectedRows, selectData, toSeries } from "../run/select-rows.ts";
import { type ReadOrder, readOrders, wrong } from "./read-orders.ts";

/** What became of the orders of a file. */
export interface FilledOrders {
  readonly orders: number;
  readonly fills: readonly Fill[];
  readonly events: readonly OrderEvent[];
  readonly notes: readonly string[];
  /** Leaves what was read as column files in the cache. */
  readonly keep: () => void;
}

/**
 * Lets the orders of a file meet the cached candles. The whole file is judged first.
 * @throws PtError E_FILE naming the line that is wrong, or what reading the candles throws
 */
export async function fillOrders(
  path: string,
  resolved: ResolvedSettings,
  options: DriveOptions = {},
): Promise<FilledOrders> {
  const { config } = resolved;
  const orders = readOrders(path);
  const opened = symbolsOf(orders, config.coins).map((symbol) => openMarket(path, symbol, orders, resolved));
  const fills: Fill[] = [];
  const events: OrderEvent[] = [];
  await processOrders(
    {
      orders: orders.map(({ order }) => order),
      series: opened.map(({ series }) => series),
      model: toExecutionModel(config.execution_model),
      seed: config.seed,
      initialCapital: config.initial_capital,
      recorder: { fill: (fill) => void fills.push(fill), orderEvent: (event) => void events.push(event) },
    },
    options,
  );
  if (options.signal?.aborted) throw new PtError("E_CANCELLED", "cancelled; nothing was written");
  return {
    orders: orders.length,
    fills,
    events,
    notes: opened.flatMap(({ notes }) => notes),
    keep: () => {
      for (const one of opened) one.keep();
    },
  };
}

/** In the order of `--coins` as far as it names them, as in a run; the others as they appear. */
function symbolsOf(orders: readonly ReadOrder[], coins: readonly string[]): readonly string[] {
  const rank = (symbol: string) => {
    const at = coins.indexOf(symbol.split("-")[0]!);
    return at < 0 ? coins.length : at;
  };
  return [...new Set(orders.map(({ order }) => order.symbol))].sort((a, b) => rank(a) - rank(b));
}

interface OpenedMarket {
  readonly series: Series;
  readonly notes: readonly string[];
  readonly keep: () => void;
}

/** The bars of a symbol from the one before its first order on. */
function openMarket(
  path: string,
  symbol: string,
  orders: readonly ReadOrder[],
  { config, cacheDir }: ResolvedSettings,
): OpenedMarket {
  const { exchange, timeframe } = config;
  const own = orders.filter(({ order }) => order.symbol === symbol);
  const first = own.reduce((a, b) => (b.order.tsMs < a.order.tsMs ? b : a));
  const request = { cacheDir, exchange, symbols: [symbol], timeframe, warmUpBars: 0 };
  const endMs = config.end_date === undefined ? undefined : parseDate(config.end_date, "end_date");
  const candles = openSeries(cacheDir, exchange, symbol, timeframe)?.columns;
  const firstMs = candles?.time[0];
  if (firstMs !== undefined && first.order.tsMs < firstMs) {
    throw wrong(path, first.line, outside(symbol, first.order, `before its first candle, ${formatTime(firstMs)}`), {
      hint: "Fetch earlier candles with pt-cache warm, or leave the order out.",
    });
  }
  const startMs = Math.max(firstMs ?? 0, first.order.tsMs - timeframeMs(timeframe));
  const { selected, range, notes } = named(path, first.line, () => selectData({ ...request, startMs, endMs }));
  const [rows] = selected as [SelectedRows];
  const late = own.find(({ order }) => order.tsMs > range.toMs);
  if (late !== undefined) {
    throw wrong(path, late.line, outside(symbol, late.order, `after the last moment, ${formatTime(range.toMs)}`), {
      hint: "Fetch later candles with pt-cache warm, choose a later --end-date, or leave the order out.",
    });
  }
  const isDrilling = config.execution_model.intrabar === "drill-down";
  const finer = isDrilling ? openFiner(cacheDir, exchange, symbol, timeframe, range) : undefined;
  return {
    series: toSeries(rows, finer),
    notes,
    keep: () => {
      rows.series.keep();
      finer?.keep();
    },
  };
}

function outside(symbol: string, { tsMs }: Order, where: string): string {
  return `the ${symbol} order at ${formatTime(tsMs)} lies ${where}`;
}

/** Names the line whose order wants the candles that are not there. */
function named<T>(path: string, line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PtError)) throw error;
    throw new PtError(error.code, `${path}:${line}: ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      details: { ...error.details, file: path, line },
      cause: error,
    });
  }
}
