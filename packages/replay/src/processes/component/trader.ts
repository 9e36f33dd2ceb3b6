import { dirname, join } from "node:path";
import { toExitPlan } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { decodeOrderEvent, decodeSignal, decodeSimFill, RUN_FILES } from "@powertrader/core/files";
import { createSignalPolicy, type Signal, type TraderPolicy } from "@powertrader/core/strategy";
import { findStrategy, resolveParams } from "@powertrader/strategies";
import type { AccountLine } from "../wire/account-line.ts";
import { AppendFile } from "../wire/append-file.ts";
import { encodeSentIntent } from "../wire/intent-line.ts";
import { IPC_FILES } from "../wire/ipc-files.ts";
import type { Session } from "../wire/session.ts";
import { TailReader } from "../wire/tail-reader.ts";
import { AccountMirror } from "./account-mirror.ts";
import type { Half } from "./half.ts";
import { LineQueue } from "./line-queue.ts";

/** Folder inside a run folder in which a policy may keep files of its own. */
const POLICY_FOLDER = "hub_data";

/** Hosts the trader policy of a run: account, signals and what became of orders in, order intents out. */
export function createTrader(folder: string, session: Session): Half {
  const runFolder = dirname(folder);
  const policy = policyOf(session, join(runFolder, POLICY_FOLDER));
  const account = new AccountMirror();
  const accounts = new TailReader(join(folder, IPC_FILES.account));
  const signals = new LineQueue(join(runFolder, RUN_FILES.signals), decodeSignal);
  const fills = new LineQueue(join(runFolder, RUN_FILES.fills), decodeSimFill);
  const events = new LineQueue(join(runFolder, RUN_FILES.orderEvents), decodeOrderEvent);
  const out = new AppendFile(join(folder, IPC_FILES.orders));
  const { run_id: runId } = session;

  const tell = (told: string) => {
    for (const what of told) {
      if (what === "f") policy.onFill?.(fills.next());
      else policy.onOrderEvent?.(events.next());
    }
  };
  const decide = ({ sequence, signals: count }: AccountLine) => {
    const now: Signal[] = [];
    while (now.length < count) now.push(signals.next());
    for (const intent of policy.onTick(now, account)) out.add(encodeSentIntent({ runId, sequence, intent }));
  };

  let last = 0;
  return {
    advance(answer) {
      let asked: AccountLine | undefined;
      for (const text of accounts.read()) {
        const line = JSON.parse(text) as AccountLine;
        if (line.run_id !== runId) continue;
        tell(line.told);
        account.become(line);
        if (line.end !== undefined) {
          policy.onEnd?.(account);
          return "over";
        }
        if (line.sequence !== last + 1) throw outOfOrder(folder, line.sequence, last);
        decide(line);
        last = line.sequence;
        asked = line;
      }
      if (asked === undefined) return "idle";
      out.flush();
      answer(asked.sequence, asked.timestamp, policy.isIdle);
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

function policyOf(session: Session, folder: string): TraderPolicy {
  const strategy = findStrategy(session.strategy);
  const own = strategy.createPolicy?.(resolveParams(strategy, session.params), { symbols: session.symbols, folder });
  return own ?? createSignalPolicy(session.size ?? 1 / session.symbols.length, toExitPlan(session.exits));
}

function outOfOrder(folder: string, found: number, last: number): PtError {
  return new PtError("E_PROTOCOL", `${join(folder, IPC_FILES.account)}: sequence ${found} comes after ${last}`);
}
