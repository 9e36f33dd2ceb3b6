import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { DAY_MS, GrowingAggregator, GrowingColumns, type Timeframe, timeframeMs } from "@powertrader/core/market";
import { type Cursor, HistoryView } from "@powertrader/core/strategy";
import { decodeBar, type TimedCandle } from "../wire/bar-line.ts";
import { ipcBarsFile } from "../wire/ipc-files.ts";
import type { Session } from "../wire/session.ts";
import { TailReader } from "../wire/tail-reader.ts";

/** The bars of one symbol as they are appended to its files, and the view that a strategy has of them. */
export class MarketMirror {
  readonly symbol: string;
  readonly history: HistoryView;
  readonly #cursor: Cursor;
  readonly #base: GrowingSeries;
  readonly #aggregator: GrowingAggregator;
  readonly #stored: readonly GrowingSeries[];

  constructor(folder: string, session: Session, symbol: string) {
    const series = (timeframe: Timeframe) => new GrowingSeries(folder, symbol, timeframe);
    this.symbol = symbol;
    this.#base = series(session.timeframe);
    this.#stored = session.higher_timeframes.map(series);
    this.#cursor = { row: (session.warm_up_rows[symbol] ?? 0) - 1 };
    this.#aggregator = new GrowingAggregator(this.#base.columns, session.timeframe);
    this.history = new HistoryView(symbol, session.timeframe, this.#base.columns, this.#cursor, {
      historyMs: session.history_days * DAY_MS,
      aggregator: this.#aggregator,
      ...(this.#stored.length > 0 && {
        stored: new Map(this.#stored.map(({ timeframe, columns }) => [timeframe, columns])),
      }),
    });
  }

  /** Takes in the bars that have closed by `untilMs`. */
  takeUntil(untilMs: number): void {
    this.#base.takeUntil(untilMs);
    for (const one of this.#stored) one.takeUntil(untilMs);
    this.#aggregator.follow();
  }

  /** The next bar has closed now. */
  advance(): void {
    if (++this.#cursor.row < this.#base.columns.length) return;
    throw new PtError("E_PROTOCOL", `${this.#base.path}: row ${this.#cursor.row + 1} is not there`);
  }
}

/** One bars file. */
class GrowingSeries {
  readonly path: string;
  readonly timeframe: Timeframe;
  readonly columns = new GrowingColumns();
  readonly #lengthMs: number;
  readonly #tail: TailReader;
  #read: TimedCandle[] = [];

  constructor(folder: string, symbol: string, timeframe: Timeframe) {
    this.path = join(folder, ipcBarsFile(symbol, timeframe));
    this.timeframe = timeframe;
    this.#lengthMs = timeframeMs(timeframe);
    this.#tail = new TailReader(this.path);
  }

  takeUntil(untilMs: number): void {
    for (const line of this.#tail.read()) this.#read.push(decodeBar(line));
    let taken = 0;
    for (const bar of this.#read) {
      if (bar.openMs + this.#lengthMs > untilMs) break;
      this.columns.append(bar.openMs, bar);
      taken++;
    }
    if (taken > 0) this.#read = this.#read.slice(taken);
  }
}
