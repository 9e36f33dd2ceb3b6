/** How the text of a flag or variable is read. */
export type SettingKind = "text" | "number" | "integer" | "list" | "switch" | "pair" | "table" | "params";

/** One thing a run can be told: its key in files, and what it is for. Flag and variable follow from the key. */
export interface Setting {
  /** Path in the configuration file, e.g. `execution_model.fee_bps`. */
  readonly key: string;
  readonly kind: SettingKind;
  readonly describe: string;
  /** Shown in help and in the template; the value itself lives in the schema. */
  readonly byDefault: string;
  /** What the template shows where the default is no value that could stand in a file. */
  readonly example?: string;
  /** What stands behind the flag in help, e.g. `<list>`. */
  readonly value?: string;
  readonly flag?: string;
  /** Part of `config.json`. Paths of this machine are not. */
  readonly recorded?: false;
}

/** Every setting of a run, in the order of `config.json`. */
export const RUN_SETTINGS: readonly Setting[] = [
  {
    key: "initial_capital",
    kind: "number",
    value: "<money>",
    describe: "quote currency at the start",
    byDefault: "10000",
  },
  {
    key: "coins",
    kind: "list",
    value: "<list>",
    describe: "coins to trade, in the order that decides between competing signals",
    byDefault: "BTC,ETH,DOGE",
  },
  { key: "quote", kind: "text", value: "<coin>", describe: "what prices are in", byDefault: "USDT" },
  { key: "exchange", kind: "text", value: "<name>", describe: "folder of the cache to read", byDefault: "kucoin" },
  { key: "timeframe", kind: "text", value: "<tf>", describe: "bar length, e.g. 1h or 1hour", byDefault: "1h" },
  {
    key: "higher_timeframes",
    kind: "text",
    value: "<from>",
    describe:
      "where a strategy's longer timeframes come from: aggregate the run's candles, or stored ones of the cache",
    byDefault: "aggregate",
  },
  {
    key: "history_days",
    kind: "integer",
    value: "<n>",
    describe: "days that a strategy can look back on longer timeframes",
    byDefault: "365",
  },
  {
    key: "start_date",
    kind: "text",
    value: "<date>",
    describe: "first moment traded, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ",
    byDefault: "none, required",
    example: "2024-01-01",
  },
  {
    key: "end_date",
    kind: "text",
    value: "<date>",
    describe: "first moment no longer traded (exclusive)",
    byDefault: "the last closed candle that all coins have",
    example: "2024-07-01",
  },
  {
    key: "mode",
    kind: "text",
    value: "<mode>",
    describe: "replay lets a strategy decide, replay-signals the file of --signals",
    byDefault: "replay",
  },
  {
    key: "strategy",
    kind: "text",
    value: "<name>",
    describe: "what decides; see pt-replay strategies",
    byDefault: "powertrader",
  },
  {
    key: "params",
    flag: "param",
    kind: "params",
    value: "<k=v>",
    describe: "a parameter of the strategy; may be repeated",
    byDefault: "the strategy's own",
  },
  {
    key: "walk_forward",
    flag: "no-walk-forward",
    kind: "switch",
    describe: "train models once, before the first tick, and never again",
    byDefault: "no",
  },
  {
    key: "retrain_interval",
    kind: "integer",
    value: "<days>",
    describe: "days from one training of a strategy's models to the next",
    byDefault: "7",
  },
  {
    key: "size",
    kind: "number",
    value: "<share>",
    describe: "fraction of equity per entry, at most 1 (no leverage)",
    byDefault: "1 / number of coins",
    example: "0.5",
  },
  {
    key: "leverage",
    kind: "number",
    value: "<n>",
    describe: "how many times its margin a position may be worth, isolated",
    byDefault: "1",
  },
  { key: "seed", kind: "integer", value: "<n>", describe: "root of all randomness", byDefault: "1" },
  {
    key: "close_at_end",
    kind: "switch",
    describe: "close positions at the last close instead of marking them",
    byDefault: "no",
  },
  {
    key: "equity_interval",
    kind: "text",
    value: "<tf>",
    describe: "thin equity.jsonl to one row an interval (metrics stay exact)",
    byDefault: "every tick",
    example: "1d",
  },
  {
    key: "name",
    kind: "text",
    value: "<text>",
    describe: "name of the run in lists and reports",
    byDefault: "none",
    example: "first try",
  },
  {
    key: "tags",
    flag: "tag",
    kind: "list",
    value: "<text>",
    describe: "a tag for lists; may be repeated",
    byDefault: "none",
  },
  {
    key: "note",
    kind: "text",
    value: "<text>",
    describe: "a sentence for the report",
    byDefault: "none",
    example: "what I wanted to know",
  },
  {
    key: "execution",
    kind: "text",
    value: "<preset>",
    describe: "venue whose execution_model values stand in for the defaults, or a .json file; see pt-replay execution",
    byDefault: "none",
    example: "kucoin",
  },
  {
    key: "execution_model.slippage_model",
    kind: "text",
    value: "<name>",
    describe: "how slippage grows: volatility, fixed, volume-share, square-root or spread",
    byDefault: "volatility",
  },
  {
    key: "execution_model.slippage_bps",
    kind: "number",
    value: "<bps>",
    describe: "slippage on a calm bar; up to twice that on a wild one",
    byDefault: "5",
  },
  {
    key: "execution_model.impact",
    kind: "number",
    value: "<n>",
    describe: "impact coefficient of volume-share and square-root slippage",
    byDefault: "0.1",
  },
  {
    key: "execution_model.spread_bps",
    kind: "number",
    value: "<bps>",
    describe: "bid-ask spread of the spread model; half of it is paid",
    byDefault: "0",
  },
  {
    key: "execution_model.fee_bps",
    kind: "number",
    value: "<bps>",
    describe: "fee on the notional of every fill",
    byDefault: "20",
  },
  {
    key: "execution_model.maker_fee_bps",
    kind: "number",
    value: "<bps>",
    describe: "fee of orders that waited in the book",
    byDefault: "the same as fee_bps",
    example: "10",
  },
  {
    key: "execution_model.fee_per_order",
    kind: "number",
    value: "<money>",
    describe: "fixed fee of every order that fills",
    byDefault: "0",
  },
  {
    key: "execution_model.fee_in",
    kind: "text",
    value: "<what>",
    describe: "fees are paid in quote currency, or kept back from what a buy received",
    byDefault: "quote",
  },
  {
    key: "execution_model.max_volume_pct",
    kind: "number",
    value: "<pct>",
    describe: "share of a bar's volume that our orders may take",
    byDefault: "1",
  },
  {
    key: "execution_model.latency_ms",
    kind: "pair",
    value: "<min,max>",
    describe: "delay from decision to arrival, milliseconds",
    byDefault: "50,500",
  },
  {
    key: "execution_model.partial_fill_threshold",
    kind: "number",
    value: "<share>",
    describe: "smallest share of an order that is filled on its own",
    byDefault: "0.01",
  },
  {
    key: "execution_model.qty_step",
    kind: "number",
    value: "<qty>",
    describe: "quantities are multiples of this; 0 for any",
    byDefault: "1e-8",
  },
  {
    key: "execution_model.price_tick",
    kind: "number",
    value: "<price>",
    describe: "prices of fills are multiples of this; 0 for any",
    byDefault: "0",
  },
  {
    key: "execution_model.min_notional",
    kind: "number",
    value: "<money>",
    describe: "entries worth less are refused",
    byDefault: "10",
  },
  {
    key: "execution_model.fill_at",
    kind: "text",
    value: "<when>",
    describe: "next-open, or close of the decision bar",
    byDefault: "next-open",
  },
  {
    key: "execution_model.size_at",
    kind: "text",
    value: "<when>",
    describe: "when size becomes a quantity: fill or decision",
    byDefault: "fill",
  },
  {
    key: "execution_model.remainder",
    kind: "text",
    value: "<what>",
    describe: "part of an order that a bar could not fill: carry or cancel",
    byDefault: "carry",
  },
  {
    key: "execution_model.limit_fill",
    kind: "text",
    value: "<when>",
    describe: "a limit order fills when the bar trades at its price (touch) or through it (through)",
    byDefault: "touch",
  },
  {
    key: "execution_model.limit_gap",
    kind: "text",
    value: "<where>",
    describe: "a limit order whose price the open has passed already fills open-if-better or at-limit",
    byDefault: "open-if-better",
  },
  {
    key: "execution_model.stop_fill",
    kind: "text",
    value: "<where>",
    describe: "a stop that the open has jumped over fills open-if-gapped or at-stop",
    byDefault: "open-if-gapped",
  },
  {
    key: "execution_model.trail_from",
    kind: "text",
    value: "<bars>",
    describe: "a trailing stop follows extremes of earlier-bars, or of this-bar before it is tested",
    byDefault: "earlier-bars",
  },
  {
    key: "execution_model.intrabar",
    kind: "text",
    value: "<mode>",
    describe:
      "what a bar did first where its prices leave it open: pessimistic, drill-down, ohlc-path, nearest-extreme or optimistic",
    byDefault: "pessimistic",
  },
  {
    key: "execution_model.maintenance_margin",
    kind: "number",
    value: "<share>",
    describe: "with leverage: margin below this share of the notional is liquidated",
    byDefault: "0.005",
  },
  {
    key: "execution_model.liquidation_fee_bps",
    kind: "number",
    value: "<bps>",
    describe: "fee of a liquidation on top of the taker's",
    byDefault: "0",
  },
  {
    key: "execution_model.borrow_rate",
    kind: "number",
    value: "<share>",
    describe: "yearly interest on coins sold short and on cash below zero, paid at midnight UTC",
    byDefault: "0",
  },
  {
    key: "execution_model.funding",
    kind: "switch",
    describe: "pay and receive the funding rates that were imported",
    byDefault: "no",
  },
  {
    key: "execution_model.session",
    kind: "text",
    value: "<name>",
    describe: "trading hours: 24/7, or us-equities (09:30 to 16:00 New York), outside of which nothing fills",
    byDefault: "24/7",
  },
  {
    key: "exits.stop_loss",
    kind: "number",
    value: "<share>",
    describe: "leave at this loss, as a share of the entry price",
    byDefault: "none",
    example: "0.05",
  },
  {
    key: "exits.take_profit",
    kind: "table",
    value: "<share>",
    describe: "leave at this gain, or in parts: 0.05:0.5,0.1:0.5 (gain:share of the position)",
    byDefault: "none",
    example: "0.1",
  },
  {
    key: "exits.trailing_stop",
    kind: "number",
    value: "<share>",
    describe: "leave this far behind the best price",
    byDefault: "none",
    example: "0.03",
  },
  {
    key: "exits.trailing_from",
    kind: "number",
    value: "<share>",
    describe: "gain from which on the stop trails",
    byDefault: "none: it trails from the entry on",
    example: "0.02",
  },
  {
    key: "exits.trailing_then",
    kind: "number",
    value: "<share>",
    describe: "distance once trailing_from was reached; before, trailing_stop holds",
    byDefault: "none",
    example: "0.01",
  },
  {
    key: "exits.break_even_at",
    kind: "number",
    value: "<share>",
    describe: "gain at which the stop moves to the entry price",
    byDefault: "none",
    example: "0.02",
  },
  {
    key: "exits.break_even_offset",
    kind: "number",
    value: "<share>",
    describe: "how far beyond the entry price it moves",
    byDefault: "0",
  },
  {
    key: "exits.time_targets",
    kind: "table",
    value: "<table>",
    describe: "minutes since the entry : gain at which to leave from then on, -1 at once, e.g. 0:0.1,120:0.02",
    byDefault: "none",
    example: "0:0.1,1440:0.02",
  },
  {
    key: "exits.max_bars",
    kind: "integer",
    value: "<n>",
    describe: "leave at the open after so many bars",
    byDefault: "none",
    example: "48",
  },
  {
    key: "risk.profile",
    flag: "risk-profile",
    kind: "text",
    value: "<name>",
    describe:
      "limits and sizes by name: conservative, balanced, aggressive or plan; may be repeated, for a run with each",
    byDefault: "none",
    example: "balanced",
  },
  {
    key: "cache_dir",
    kind: "text",
    value: "<path>",
    describe: "folder of the candle cache",
    byDefault: "backtest_cache",
    recorded: false,
  },
  {
    key: "model",
    kind: "text",
    value: "<path>",
    describe: "replay with models as they are and train none: what pt-train --output made, or one model's folder",
    byDefault: "none, models are trained",
    example: "models",
    recorded: false,
  },
  {
    key: "output_dir",
    kind: "text",
    value: "<path>",
    describe: "run folder to make",
    byDefault: "backtest_results/backtest_<time>_<id>",
    example: "backtest_results/first-try",
    recorded: false,
  },
  {
    key: "bars",
    flag: "no-bars",
    kind: "switch",
    describe: "leave the bars out of the run folder",
    byDefault: "no",
    recorded: false,
  },
];

/** `execution_model.fee_bps` → `fee-bps` */
export function flagName(setting: Setting): string {
  return setting.flag ?? setting.key.split(".").at(-1)!.replaceAll("_", "-");
}

/** `execution_model.fee_bps` → `PT_FEE_BPS` */
export function variableName(setting: Setting): string {
  return `PT_${flagName(setting).replaceAll("-", "_").toUpperCase()}`;
}
