import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Run, Series } from "@powertrader/core/engine";
import { type CandleColumns, type Timeframe, timeframeMs } from "@powertrader/core/market";
import { AppendFile } from "../wire/append-file.ts";
import { encodeBar } from "../wire/bar-line.ts";
import { IPC_FILES, ipcBarsFile } from "../wire/ipc-files.ts";
import type { EndStatus } from "../wire/journal-line.ts";

/** Publishes bars as they close and a line of the journal per tick. It knows the future; what it publishes does not. */
export class MarketFeed {
  /** The last sequence in the journal. */
  published = 0;
  readonly #runId: string;
  readonly #timeline: Run["timeline"];
  readonly #warmUpBars: number;
  readonly #series: readonly SymbolFeed[];
  readonly #journal: AppendFile;

  /** Writes what has closed before the first tick. */
  constructor(folder: string, run: Run, series: readonly Series[], runId: string) {
    this.#runId = runId;
    this.#timeline = run.timeline;
    this.#warmUpBars = run.source.warmUpBars;
    mkdirSync(join(folder, "bars"));
    this.#series = series.map((one) => new SymbolFeed(folder, one, run.settings.startMs));
    this.#journal = new AppendFile(join(folder, IPC_FILES.journal));
  }

  /** Publishes up to and including a sequence: bars first, so that they are there when the journal tells of them. */
  publish(sequence: number): void {
    while (this.published < sequence) this.#addTick(++this.published);
    for (const one of this.#series) one.flush();
    this.#journal.flush();
  }

  /** Says that there will be no more. */
  end(sequence: number, nowMs: number, status: EndStatus): void {
    const line = { run_id: this.#runId, sequence, timestamp: nowMs / 1000, closed: [], asked: [], end: status };
    this.#journal.add(`${JSON.stringify(line)}\n`);
    this.#journal.flush();
  }

  close(): void {
    for (const one of this.#series) one.close();
    this.#journal.close();
  }

  #addTick(sequence: number): void {
    const nowMs = this.#timeline.at(sequence - 1);
    let closed = "";
    let asked = "";
    for (const one of this.#series) {
      if (!one.advanceTo(nowMs)) continue;
      closed += closed === "" ? one.quoted : `,${one.quoted}`;
      if (one.row >= this.#warmUpBars) asked += asked === "" ? one.quoted : `,${one.quoted}`;
    }
    this.#journal.add(
      `{"run_id":"${this.#runId}","sequence":${sequence},"timestamp":${nowMs / 1000},"closed":[${closed}],"asked":[${asked}]}\n`,
    );
  }
}

/** The bars files of one symbol: the run's timeframe, and longer ones as they are stored. */
class SymbolFeed {
  readonly quoted: string;
  readonly #base: BarsFeed;
  readonly #stored: readonly BarsFeed[];

  constructor(folder: string, series: Series, startMs: number) {
    this.quoted = JSON.stringify(series.symbol);
    const feedOf = (timeframe: Timeframe, columns: CandleColumns) =>
      new BarsFeed(join(folder, ipcBarsFile(series.symbol, timeframe)), columns, timeframeMs(timeframe));
    this.#base = feedOf(series.timeframe, series.columns);
    while (this.#base.row < series.warmUpRows - 1) this.#base.addNext();
    this.#stored = [...(series.higher?.stored ?? [])].map(([timeframe, columns]) => feedOf(timeframe, columns));
    for (const one of this.#stored) one.addUntil(startMs);
    this.flush();
  }

  /** Row of the last bar that was added. */
  get row(): number {
    return this.#base.row;
  }

  /** Adds the bars that close by `nowMs`; returns whether one of the run's timeframe closes right then. */
  advanceTo(nowMs: number): boolean {
    for (const one of this.#stored) one.addUntil(nowMs);
    const hasBar = this.#base.nextCloseMs === nowMs;
    if (hasBar) this.#base.addNext();
    return hasBar;
  }

  flush(): void {
    this.#base.flush();
    for (const one of this.#stored) one.flush();
  }

  close(): void {
    this.#base.close();
    for (const one of this.#stored) one.close();
  }
}

class BarsFeed {
  row = -1;
  readonly #file: AppendFile;
  readonly #columns: CandleColumns;
  readonly #lengthMs: number;

  constructor(path: string, columns: CandleColumns, lengthMs: number) {
    this.#file = new AppendFile(path);
    this.#columns = columns;
    this.#lengthMs = lengthMs;
  }

  get nextCloseMs(): number {
    const next = this.row + 1;
    return next < this.#columns.length ? this.#columns.time[next]! + this.#lengthMs : Infinity;
  }

  addNext(): void {
    this.#file.add(encodeBar(this.#columns, ++this.row));
  }

  addUntil(nowMs: number): void {
    while (this.nextCloseMs <= nowMs) this.addNext();
  }

  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }
}
