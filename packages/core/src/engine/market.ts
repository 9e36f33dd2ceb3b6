import type { CandleColumns } from "../market/candles.ts";
import { type Timeframe, timeframeMs } from "../market/timeframe.ts";
import { type Cursor, type HigherTimeframes, HistoryView } from "../strategy/history-view.ts";
import type { BarWatcher } from "../strategy/signal-source.ts";
import type { ExitPlan } from "./exit-plan.ts";
import type { FeeModel } from "./fees.ts";
import type { FinerSeries, TimedBar } from "./finer-bars.ts";
import { barCapacity } from "./liquidity.ts";
import { Numbering } from "./numbering.ts";
import type { Order } from "./order.ts";
import { Position } from "./position.ts";
import { PresentBar } from "./present-bar.ts";
import type { RestingOrder } from "./resting-order.ts";
import type { Session } from "./session.ts";

/** One coin's candles for a run: warm-up rows first, then the rows that are traded. */
export interface Series {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly columns: CandleColumns;
  /** Rows before the first traded one. */
  readonly warmUpRows: number;
  /** The same coin at finer timeframes, coarsest first, to look into a bar with `intrabar: drill-down`. */
  readonly finer?: readonly FinerSeries[];
  /** Where the strategy's views of longer timeframes come from. */
  readonly higher?: HigherTimeframes;
}

/** An order between placement and its last fill. */
export interface WorkingOrder {
  readonly order: Order;
  readonly kind: "enter" | "exit";
  readonly latencyMs: number;
  /** Where the position that it opens will be left again; `undefined` for none and for exits. */
  readonly exits: ExitPlan | undefined;
  /** Base units that risk allows at most. */
  readonly maxQty: number;
  /** The whole quantity once it is known, else `NaN`. */
  orderQty: number;
  filledQty: number;
}

export const NO_ORDERS: readonly WorkingOrder[] = [];
const NONE_RESTING: readonly RestingOrder[] = [];

/** One coin in a run: its bars up to now, its working orders and its position. */
export class Market {
  readonly symbol: string;
  readonly timeframeMs: number;
  readonly columns: CandleColumns;
  /** Row of the first bar that is traded. */
  readonly firstRow: number;
  readonly history: HistoryView;
  /** The bar that closed last, which is another with every tick. */
  readonly bar: TimedBar;
  readonly finer: readonly FinerSeries[];
  readonly fees: FeeModel;
  /** The position that orders without a name mean. */
  readonly position: Position;
  /** That one first; others were named by the policy and stay. */
  readonly positions: Position[];
  /** Market orders in the order they were placed, which is the order they are worked in. Replaced, never pushed to. */
  working: readonly WorkingOrder[] = NO_ORDERS;
  /** Orders that wait for a price, in the order they were placed. Replaced, never pushed to. */
  resting: readonly RestingOrder[] = NONE_RESTING;

  /** Asks the strategy about the bar that has just closed; set when the run is made. */
  onBar: BarWatcher = () => undefined;
  /** Whether a bar of this coin closes at the present tick. */
  hasBar = false;
  /** What a unit is worth now: the bar's open while orders meet it, its close afterwards, the last close without a bar, 0 before the first. */
  mark = 0;
  /** Close of the first bar the strategy was asked about, epoch milliseconds. */
  firstDecisionMs: number | undefined = undefined;
  readonly orderIds: Numbering;
  readonly signalIds: Numbering;
  readonly tradeIds: Numbering;

  readonly #cursor: Cursor;
  /** Row of the bar that was last traded in, what orders took of its volume, and the latest arrival. */
  #tradedRow = -1;
  #taken = 0;
  #latestMs = 0;

  constructor(series: Series, fees: FeeModel) {
    this.fees = fees;
    this.symbol = series.symbol;
    this.orderIds = new Numbering(`${series.symbol}-`);
    this.signalIds = new Numbering(`${series.symbol}-s`);
    this.tradeIds = new Numbering(`${series.symbol}-t`);
    this.timeframeMs = timeframeMs(series.timeframe);
    this.columns = series.columns;
    this.finer = series.finer ?? [];
    this.position = new Position(this);
    this.positions = [this.position];
    this.firstRow = series.warmUpRows;
    this.#cursor = { row: series.warmUpRows - 1 };
    this.bar = new PresentBar(series.columns, this.#cursor, this.timeframeMs);
    this.history = new HistoryView(series.symbol, series.timeframe, series.columns, this.#cursor, series.higher);
  }

  /** Row of the last closed bar. */
  get row(): number {
    return this.#cursor.row;
  }

  /** Moves to the bar that closes at `nowMs`, if there is one. */
  advanceTo(nowMs: number): void {
    const next = this.#cursor.row + 1;
    this.hasBar = next < this.columns.length && this.columns.time[next]! + this.timeframeMs === nowMs;
    if (this.hasBar) this.#cursor.row = next;
  }

  /** Moves to the bar of a tick, counted from 0, where every coin has one at each. */
  showTick(tick: number): void {
    this.#cursor.row = this.firstRow + tick;
    this.hasBar = true;
  }

  /**
   * Whether the strategy is asked about every bar from now on, and the market can do nothing to the coin but move its
   * mark. What is sold short could rise until nothing is left.
   */
  get isCalm(): boolean {
    const isQuiet = this.working.length === 0 && this.resting.length === 0 && !this.isProtected;
    return isQuiet && this.firstDecisionMs !== undefined && this.netQty >= 0;
  }

  /** Whether the venue trades in the present bar. */
  isTrading(session: Session): boolean {
    return session.isOpen(this.columns.time[this.row]!);
  }

  /** While orders meet the bar, positions are worth its open. */
  markAtOpen(): void {
    this.mark = this.columns.open[this.row]!;
  }

  /** Once the bar is over, positions are worth its close. */
  markAtClose(): void {
    this.mark = this.columns.close[this.row]!;
  }

  /** Close of the last bar, the present one included; 0 before the first. */
  get lastClose(): number {
    return this.row < 0 ? 0 : this.columns.close[this.row]!;
  }

  /** Base units that the present bar can still give. */
  capacity(maxVolumePct: number): number {
    const offered = barCapacity(this.columns.volume[this.row]!, maxVolumePct);
    return this.#tradedRow === this.row ? offered - this.#taken : offered;
  }

  /** Largest latency executed in the present bar: a later order never executes earlier. */
  get queueMs(): number {
    return this.#tradedRow === this.row ? this.#latestMs : 0;
  }

  /** Takes volume out of the present bar, by an order that arrives `latencyMs` after its open. */
  take(qty: number, latencyMs: number): void {
    if (this.#tradedRow !== this.row) this.#taken = 0;
    this.#tradedRow = this.row;
    this.#taken += qty;
    this.#latestMs = latencyMs;
  }

  /** Lets an order work behind those that work already. */
  addWorking(order: WorkingOrder): void {
    this.working = this.working.length === 0 ? [order] : [...this.working, order];
  }

  /** Lets an order wait for its price behind those that wait already. */
  addResting(order: RestingOrder): void {
    this.resting = [...this.resting, order];
  }

  /** The position with a name, made when it is first asked for. */
  positionOf(id: string | null): Position {
    if (id === null) return this.position;
    const known = this.positions.find((position) => position.id === id);
    if (known !== undefined) return known;
    const position = new Position(this, id);
    this.positions.push(position);
    return position;
  }

  /** Whether any position has protective exits. */
  get isProtected(): boolean {
    if (this.positions.length === 1) return this.position.exits !== undefined;
    return this.positions.some(({ exits }) => exits !== undefined);
  }

  /** What is held in all positions together, base units. */
  get netQty(): number {
    if (this.positions.length === 1) return this.position.qty;
    return this.positions.reduce((sum, { qty }) => sum + qty, 0);
  }

  /** Signed value of all positions at the mark. */
  get value(): number {
    return this.netQty * this.mark;
  }

  /** What all positions are worth at the mark, longs and shorts added up. */
  get notional(): number {
    if (this.positions.length === 1) return Math.abs(this.position.qty * this.mark);
    return this.positions.reduce((sum, { qty }) => sum + Math.abs(qty * this.mark), 0);
  }
}
