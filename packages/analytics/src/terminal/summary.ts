import { formatDay, formatMoney } from "@powertrader/core/format";
import { printable } from "@powertrader/core/market";
import Table from "cli-table3";
import type { Analysis } from "../analysis/analyze-run.ts";
import { formatMetric, METRIC_CATALOGUE } from "../format/metric-catalogue.ts";

const BESIDE_BENCHMARK = [
  "total_return",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "max_drawdown",
  "max_drawdown_days",
];
const ALONE = [
  "trades",
  "win_rate",
  "profit_factor",
  "average_trade_pct",
  "exposure",
  "peak_deployed",
  "return_on_deployed",
  "fees",
  "slippage_cost",
];

/** The numbers a person wants to see in the terminal: what ran, and the strategy beside buying and holding. */
export function summaryOf({ run, metrics }: Analysis): string {
  const { config, result } = run;
  const text = (name: string) => {
    const value = metrics.values[name] ?? null;
    return value === null ? "—" : formatMetric(value, METRIC_CATALOGUE[name]!.unit);
  };
  const table = new Table({
    head: ["", "strategy", "buy and hold"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "right"],
  });
  for (const name of BESIDE_BENCHMARK) {
    const benchmark = name === "total_return" ? "benchmark_return" : `benchmark_${name}`;
    table.push([METRIC_CATALOGUE[name]!.label.toLowerCase(), text(name), text(benchmark)]);
  }
  for (const name of ALONE) table.push([METRIC_CATALOGUE[name]!.label.toLowerCase(), text(name), ""]);
  const marks = [
    result.synthetic ? "SYNTHETIC candles" : undefined,
    run.isPartial ? "PARTIAL run" : undefined,
    result.status === "ruined" ? "RUINED" : undefined,
  ].filter((mark) => mark !== undefined);
  return [
    [
      printable(config.strategy),
      printable(config.coins.join(", ")),
      `${formatDay(result.start_ts * 1000)} to ${formatDay(result.end_ts * 1000)}`,
      `${formatMoney(result.initial_capital)} → ${formatMoney(result.final_equity)} ${printable(config.quote)}`,
      ...marks,
    ].join(" · "),
    table.toString(),
  ].join("\n");
}
