import type { RunConfig } from "@powertrader/core/config";
import type { Result } from "@powertrader/core/files";
import { shortTimeframe } from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";
import Table from "cli-table3";

/** The values a run was started with, in a few lines. */
export function describeRun(config: RunConfig): readonly string[] {
  const params = Object.entries(config.params).map(([name, value]) => ` ${name}=${String(value)}`);
  const model = config.execution_model;
  return [
    `${config.coins.join(", ")} against ${config.quote} on ${config.exchange}, ${shortTimeframe(config.timeframe)} bars, ${config.start_date} to ${config.end_date}`,
    `${config.strategy}${params.join("")}, capital ${config.initial_capital} ${config.quote}, size ${config.size}, seed ${config.seed}`,
    `slippage ${model.slippage_bps} bps, fee ${model.fee_bps} bps, latency ${model.latency_ms.join("–")} ms, at most ${model.max_volume_pct} % of a bar's volume, fills at ${model.fill_at}`,
  ];
}

/** What a person wants to know when a run has ended, and what to type next. */
export function summaryOf(result: Result, config: RunConfig, folder: string): string {
  const { metrics } = result;
  const table = new Table({
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "left", "right"],
  });
  const money = (value: number | null | undefined) => (value == null ? "—" : MONEY.format(value));
  const share = (value: number | null | undefined) => (value == null ? "—" : `${PERCENT.format(value * 100)} %`);
  const ratio = (value: number | null | undefined) => (value == null ? "—" : value.toFixed(2));
  table.push(
    ["final equity", `${money(result.final_equity)} ${config.quote}`, "trades", String(metrics.trades ?? 0)],
    ["return", share(metrics.total_return), "win rate", share(metrics.win_rate)],
    ["buy and hold", share(metrics.benchmark_return), "profit factor", ratio(metrics.profit_factor)],
    ["max drawdown", share(metrics.max_drawdown), "fees paid", money(metrics.fees)],
    ["sharpe", ratio(metrics.sharpe), "exposure", share(metrics.exposure)],
  );
  const synthetic = result.synthetic ? " · SYNTHETIC candles" : "";
  const ruined = result.status === "ruined" ? " · RUINED: equity fell to zero and trading stopped" : "";
  return [
    `${config.strategy} · ${config.coins.join(", ")} · ${formatDate(result.start_ts * 1000)} to ${formatDate(result.end_ts * 1000)} · ${MONEY.format(result.bars).replace(/\.00$/, "")} bars${synthetic}${ruined}`,
    table.toString(),
    ...result.open_positions.map(
      (one) => `open: ${one.side} ${one.qty} ${one.symbol}, worth ${money(one.value)} ${config.quote}`,
    ),
    ...result.notes.map((note) => `note: ${note}`),
    `run folder: ${folder}`,
    `next: npx --no -- pt-analyze ${folder}`,
  ].join("\n");
}

const MONEY = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const PERCENT = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "auto",
});
