import { join } from "node:path";
import type { Run } from "@powertrader/core/engine";
import { AppendFile } from "../wire/append-file.ts";
import { IPC_FILES } from "../wire/ipc-files.ts";
import type { EndStatus } from "../wire/journal-line.ts";

/** Publishes the account, a line per tick: what the trader is asked about. */
export class AccountFeed {
  readonly #head: string;
  readonly #file: AppendFile;
  /** What became of orders since the last line, as `AccountLine.told` says it. */
  #told = "";

  constructor(folder: string, runId: string) {
    this.#head = `{"run_id":"${runId}","sequence":`;
    this.#file = new AppendFile(join(folder, IPC_FILES.account));
  }

  noteFill(): void {
    this.#told += "f";
  }

  noteOrderEvent(): void {
    this.#told += "e";
  }

  /** Whether something became of orders since the last line. */
  get hasNews(): boolean {
    return this.#told !== "";
  }

  /** Adds a line, which readers see after `flush`. @param signals - how many lines of `signals.jsonl` are of this tick */
  add(run: Run, sequence: number, signals: number, end?: EndStatus): void {
    let markets = "";
    for (const { symbol, mark, position, positions } of run.markets) {
      const pursuit = run.pursuitOf(symbol);
      markets += `${markets === "" ? "" : ","}${JSON.stringify(symbol)}:{"mark":${mark},"qty":${position.qty}`;
      if (positions.length > 1) markets += `,"positions":${namedPositions(positions)}`;
      markets += pursuit === undefined ? "}" : `,"pursuit":"${pursuit}"}`;
    }
    this.#file.add(
      `${this.#head}${sequence},"timestamp":${run.nowMs / 1000},"equity":${run.equity},"cash":${run.cash},` +
        `"signals":${signals},"told":"${this.#told}","markets":{${markets}}${end === undefined ? "" : `,"end":"${end}"`}}\n`,
    );
    this.#told = "";
  }

  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }
}

function namedPositions(positions: Run["markets"][number]["positions"]): string {
  return JSON.stringify(Object.fromEntries(positions.flatMap(({ id, qty }) => (id === null ? [] : [[id, qty]]))));
}
