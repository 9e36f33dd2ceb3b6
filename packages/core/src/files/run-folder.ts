/** Names inside a run folder. */
export const RUN_FILES = {
  config: "config.json",
  result: "result.json",
  manifest: "manifest.json",
  signals: "signals.jsonl",
  orders: "sim_orders.jsonl",
  orderEvents: "order_events.jsonl",
  fills: "sim_fills.jsonl",
  trades: "trades.jsonl",
  cashFlows: "cash_flows.jsonl",
  equity: "equity.jsonl",
  metrics: "metrics.json",
  report: "report.html",
  run: "run.json",
  events: "events.jsonl",
  /** A folder: what a policy keeps of its own. */
  hubData: "hub_data",
  /** A folder: the models that were trained, `<COIN>/<cutoff>/`. */
  models: "models",
} as const;

/** Files whose bytes make the run hash, in this order; after them comes the equity of every tick. */
export const HASHED_FILES = [
  RUN_FILES.orders,
  RUN_FILES.orderEvents,
  RUN_FILES.fills,
  RUN_FILES.trades,
  RUN_FILES.cashFlows,
] as const;

/** Path of a series' bars inside a run folder. */
export function barsFile(symbol: string, timeframe: string): string {
  return `bars/${symbol}_${timeframe}.f64`;
}
