export type { BarView } from "./bar-view.ts";
export { type Cursor, type HigherTimeframes, HistoryView } from "./history-view.ts";
export type { Direction, Signal, SignalDraft } from "./signal.ts";
export { createSignalPolicy } from "./signal-policy.ts";
export type { BarWatcher, SignalSource } from "./signal-source.ts";
export { SIGNAL_TERMS } from "./signal-terms.ts";
export type { AccountView, OrderIntent, TraderPolicy } from "./trader-policy.ts";
