import { join } from "node:path";

/** The folder inside a run folder through which orchestrator and components talk; docs/replay-protocol.md is its contract. */
export const IPC_FOLDER = "ipc";

/** Names inside that folder. */
export const IPC_FILES = {
  session: "session.json",
  state: "backtest_state.json",
  journal: "journal.jsonl",
  account: "account.jsonl",
  ready: "component_ready.jsonl",
  signals: "signals.jsonl",
  orders: "orders.jsonl",
} as const;

/** Path of a series' bars inside the folder. */
export function ipcBarsFile(symbol: string, timeframe: string): string {
  return join("bars", `${symbol}_${timeframe}.jsonl`);
}

/** The two halves of a decision, each a process of its own. */
export const COMPONENTS = ["thinker", "trader"] as const;
export type ComponentName = (typeof COMPONENTS)[number];

/** What a component finds in its environment. */
export const COMPONENT_VARIABLES = {
  folder: "PT_IPC_DIR",
  runId: "PT_RUN_ID",
  component: "PT_COMPONENT",
  doorbellIn: "PT_DOORBELL_IN",
  doorbellOut: "PT_DOORBELL_OUT",
} as const;
