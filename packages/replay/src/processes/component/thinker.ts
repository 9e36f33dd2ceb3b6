import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import type { BarWatcher } from "@powertrader/core/strategy";
import { findStrategy, IndicatorHub, resolveParams } from "@powertrader/strategies";
import { AppendFile } from "../wire/append-file.ts";
import { IPC_FILES } from "../wire/ipc-files.ts";
import type { JournalLine } from "../wire/journal-line.ts";
import type { Session } from "../wire/session.ts";
import { encodeSentSignal } from "../wire/signal-line.ts";
import { TailReader } from "../wire/tail-reader.ts";
import type { Half } from "./half.ts";
import { MarketMirror } from "./market-mirror.ts";
import { SessionModels } from "./session-models.ts";

/** What was thought is handed over at least this often, so that a slow strategy with a long journal is seen to live. */
const HAND_OVER_MS = 5;

/** Hosts the signal source of a run: bars and journal in, signals out. */
export function createThinker(folder: string, session: Session): Half {
  const strategy = findStrategy(session.strategy);
  const params = resolveParams(strategy, session.params);
  const models = new SessionModels(folder, session);
  const source = strategy.create(params, { indicators: new IndicatorHub(), timeframe: session.timeframe, models });
  const mirrors = session.symbols.map((symbol) => new MarketMirror(folder, session, symbol));
  for (const mirror of mirrors) mirror.takeUntil(session.start_ts * 1000);
  const watchers = new Map<string, BarWatcher>();
  for (const { symbol, history } of mirrors) watchers.set(symbol, source.watch(history));
  const bySymbol = new Map(mirrors.map((mirror) => [mirror.symbol, mirror]));
  const journal = new TailReader(join(folder, IPC_FILES.journal));
  const out = new AppendFile(join(folder, IPC_FILES.signals));
  const { run_id: runId } = session;

  const think = ({ sequence, timestamp, closed, asked }: JournalLine) => {
    for (const symbol of closed) bySymbol.get(symbol)!.advance();
    for (const symbol of asked) {
      const draft = watchers.get(symbol)!();
      if (draft !== undefined) out.add(encodeSentSignal({ runId, sequence, symbol, draft }, timestamp));
    }
  };

  let last = 0;
  return {
    advance(answer) {
      const lines = linesOf(journal.read(), runId);
      if (lines.length === 0) return "idle";
      models.refresh();
      for (const mirror of mirrors) mirror.takeUntil(lines.at(-1)!.timestamp * 1000);
      let handedMs = performance.now();
      for (const line of lines) {
        if (line.end !== undefined) return "over";
        if (line.sequence !== last + 1) throw outOfOrder(folder, line.sequence, last);
        think(line);
        last = line.sequence;
        if (performance.now() - handedMs < HAND_OVER_MS && line !== lines.at(-1)) continue;
        out.flush();
        answer(line.sequence, line.timestamp);
        handedMs = performance.now();
      }
      return "busy";
    },
    get sequence() {
      return last;
    },
    close() {
      out.close();
    },
  };
}

function linesOf(texts: readonly string[], runId: string): readonly JournalLine[] {
  if (texts.length === 0) return [];
  return texts.map((text) => JSON.parse(text) as JournalLine).filter((line) => line.run_id === runId);
}

function outOfOrder(folder: string, found: number, last: number): PtError {
  return new PtError("E_PROTOCOL", `${join(folder, IPC_FILES.journal)}: sequence ${found} comes after ${last}`);
}
