import { firstRowAt } from "../market/candles.ts";
import { timeframeMs } from "../market/timeframe.ts";
import type { ExecutionModel } from "./execution-model.ts";
import { sizeRefusal } from "./fill-order.ts";
import type { Market, Series } from "./market.ts";
import type { Order } from "./order.ts";
import { orderTerms } from "./order-terms.ts";
import { accept, workingOrder } from "./place-orders.ts";
import type { RunRecorder } from "./recorder.ts";
import { Run } from "./run.ts";
import { type DriveOptions, runBacktest } from "./run-backtest.ts";

/** Orders of somebody else, and the market that they shall meet. */
export interface OrderProcessing {
  /** Each with its own id, on terms that a venue takes. Of the same moment, the first goes first. */
  readonly orders: readonly Order[];
  /** A series for every symbol that is ordered, in the order in which coins are worked. */
  readonly series: readonly Series[];
  readonly model: ExecutionModel;
  /** Root of the latencies, each keyed by the id of its order. */
  readonly seed: number;
  /** Quote currency: what an order that is a share of equity is a share of, before the first fill. */
  readonly initialCapital: number;
  readonly recorder: Pick<RunRecorder, "fill" | "orderEvent">;
}

/**
 * Lets orders that were decided elsewhere meet the market, with the engine of every run: an order may execute in the
 * bars that open at or after its `tsMs` (with `fillAt: close`, at closes at or after it). There is no account behind
 * them: neither cash nor holdings cut an order, a sale of what nobody bought is a short position, nothing is ruined.
 */
export async function processOrders(processing: OrderProcessing, options: DriveOptions = {}): Promise<void> {
  const queue = new OrderQueue(processing);
  const run = new UnboundRun({
    settings: {
      startMs: Math.min(...processing.series.map(({ columns, warmUpRows }) => columns.time[warmUpRows]!)),
      initialCapital: processing.initialCapital,
      seed: processing.seed,
      closeAtEnd: false,
      model: processing.model,
      leverage: 1,
    },
    series: processing.series,
    source: { name: "orders", warmUpBars: Infinity, watch: () => () => undefined },
    policy: {
      name: "orders",
      onTick: () => {
        queue.placeDue(run);
        return [];
      },
    },
    recorder: { ...SILENT, ...heard(processing.recorder) },
  });
  for (const market of run.markets) market.mark = market.lastClose || market.columns.open[0]!;
  queue.placeDue(run);
  await runBacktest(run, options);
}

const SILENT = { signal: () => {}, order: () => {}, trade: () => {}, cashFlow: () => {} };

function heard(recorder: OrderProcessing["recorder"]): OrderProcessing["recorder"] {
  return { fill: (fill) => recorder.fill(fill), orderEvent: (event) => recorder.orderEvent(event) };
}

/** A run whose orders come from outside of it: its books are kept, and bind nobody. */
class UnboundRun extends Run {
  override freeMoney(): number {
    return Infinity;
  }

  /** At or below zero a run is ruined and stops; this one goes on, with nothing to take a share of. */
  override markAtClose(): void {
    super.markAtClose();
    if (!(this.equity > 0)) this.equity = Number.MIN_VALUE;
  }
}

interface Waiting {
  readonly order: Order;
  /** Last row that the order misses. */
  readonly missedRow: number;
}

/** Orders that wait for their moment. */
class OrderQueue {
  /** By symbol, the next one last. */
  readonly #waiting: ReadonlyMap<string, Waiting[]>;

  constructor({ orders, series, model }: OrderProcessing) {
    this.#waiting = new Map(
      series.map((one) => {
        const own = orders.filter(({ symbol }) => symbol === one.symbol);
        const waiting = own.map((order) => ({ order, missedRow: missedRow(order, one, model) }));
        waiting.sort((a, b) => a.missedRow - b.missedRow || a.order.tsMs - b.order.tsMs);
        return [one.symbol, waiting.reverse()];
      }),
    );
  }

  /** Places the orders whose last bar to miss has closed. */
  placeDue(run: Run): void {
    for (const market of run.markets) {
      const own = this.#waiting.get(market.symbol)!;
      for (let next = own.at(-1); next !== undefined && next.missedRow <= market.row; next = own.at(-1)) {
        own.pop();
        place(run, market, next.order);
      }
    }
  }
}

/** An order misses the bars that open before it; one that meets a close, those that have closed before it. */
function missedRow({ tsMs, terms }: Order, { columns, timeframe }: Series, { fillAt }: ExecutionModel): number {
  const meetsClose = fillAt === "close" && terms.orderType === "market";
  return meetsClose ? firstRowAt(columns, tsMs - timeframeMs(timeframe)) : firstRowAt(columns, tsMs) - 1;
}

/** An order that enters is worth the minimum at least. Without an account, one that takes away from no position enters. */
function place(run: Run, market: Market, order: Order): void {
  const { model } = run.settings;
  const { qty, sizeShare, tsMs } = order;
  const isOpenDay = order.terms.timeInForce === "DAY" && order.terms.expiresMs === null;
  const terms = isOpenDay ? orderTerms(order.terms, tsMs, model.session.endAfter) : order.terms;
  const working = workingOrder(run, { ...order, terms }, "enter");
  const isMeasured = qty !== null && (sizeShare !== null || !reduces(market, order));
  const price = terms.limitPrice ?? market.mark;
  accept(run, market, working, isMeasured ? sizeRefusal(qty, price, model.minNotional) : undefined);
}

/** Whether the order takes away from what earlier fills have left. */
function reduces({ position }: Market, { side }: Order): boolean {
  return side === "sell" ? position.qty > 0 : position.qty < 0;
}
