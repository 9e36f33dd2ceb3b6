import type { RunConfig } from "@powertrader/core/config";
import type { Result } from "@powertrader/core/files";
import {
  formatChange,
  formatCount,
  formatGain,
  formatMoney,
  formatQuantity,
  formatRatio,
  formatShare,
} from "@powertrader/core/format";
import { shortTimeframe } from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";
import Table from "cli-table3";

/** The values a run was started with, in a few lines. */
export function describeRun(config: RunConfig): readonly string[] {
  const params = Object.entries(config.params).map(([name, value]) => ` ${name}=${String(value)}`);
  const model = config.execution_model;
  return [
    `${config.coins.join(", ")} against ${config.quote} on ${config.exchange}, ${shortTimeframe(config.timeframe)} bars, ${config.start_date} to ${config.end_date}${describeHigher(config)}`,
    `${config.strategy}${config.signals === undefined ? "" : ` of ${config.signals.file}`}${params.join("")}, capital ${config.initial_capital} ${config.quote}, ${config.size === null ? "sizes its own orders" : `size ${formatQuantity(config.size)}`}, seed ${config.seed}`,
    `slippage ${model.slippage_bps} bps, fee ${model.fee_bps} bps, latency ${model.latency_ms.join("–")} ms, at most ${model.max_volume_pct} % of a bar's volume, fills at ${model.fill_at}`,
    ...Object.entries(config.components ?? {}).map(([name, program]) => `the ${name} is not ours: ${program}`),
    ...describeProtection(config),
  ];
}

/** The longer timeframes that are not made of the run's own candles. */
function describeHigher({ higher_data: data = [] }: RunConfig): string {
  const timeframes = [...new Set(data.map(({ timeframe }) => shortTimeframe(timeframe)))];
  return timeframes.length === 0 ? "" : `, ${timeframes.join(", ")} as stored`;
}

/** What differs from plain trading: exits, margin, risk. Nothing where nothing does. */
function describeProtection({ exits, leverage, risk, execution_model: model }: RunConfig): readonly string[] {
  const isSet = ([, value]: readonly [string, unknown]) => value !== null && value !== 0;
  const parts = [
    ...Object.entries(exits)
      .filter(isSet)
      .map(([key, value]) => `${key} ${textOf(value)}`),
    ...(leverage === 1 ? [] : [`leverage ${leverage}`]),
    ...(risk.profile === null ? [] : [`risk profile ${risk.profile}`]),
    ...(model.funding ? ["funding paid"] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(", ")}; what a bar leaves open is decided ${model.intrabar}`];
}

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, one]) => `${key}:${String(one)}`)
    .join(",");
}

const orDash = (value: number | null | undefined, format: (value: number) => string) =>
  value == null ? "—" : format(value);

/** What a person wants to know when a run has ended, and what to type next. */
export function summaryOf(result: Result, config: RunConfig, folder: string): string {
  const { metrics } = result;
  const table = new Table({
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "left", "right"],
  });
  const { quote } = config;
  const profit = result.final_equity - result.initial_capital;
  const rows: readonly (readonly [string, string])[] = [
    ["final equity", `${formatMoney(result.final_equity)} ${quote}`],
    ["trades", formatCount(metrics.trades ?? 0)],
    ["profit", `${formatGain(profit)} ${quote}`],
    ["win rate", orDash(metrics.win_rate, formatShare)],
    ["return", orDash(metrics.total_return, formatChange)],
    ["profit factor", orDash(metrics.profit_factor, formatRatio)],
    ["buy and hold", orDash(metrics.benchmark_return, formatChange)],
    ["fees paid", orDash(metrics.fees, formatMoney)],
    ["most at work", `${orDash(metrics.peak_deployed, formatMoney)} ${quote}`],
    ["exposure", orDash(metrics.exposure, formatShare)],
    ["return on that", orDash(metrics.return_on_deployed, formatChange)],
    ["sharpe", orDash(metrics.sharpe, formatRatio)],
    ["max drawdown", orDash(metrics.max_drawdown, formatShare)],
    ["", ""],
  ];
  for (let i = 0; i < rows.length; i += 2) table.push([...rows[i]!, ...rows[i + 1]!]);
  const synthetic = result.synthetic ? " · SYNTHETIC candles" : "";
  const ruined = result.status === "ruined" ? " · RUINED: equity fell to zero and trading stopped" : "";
  return [
    `${config.strategy} · ${config.coins.join(", ")} · ${formatDate(result.start_ts * 1000)} to ${formatDate(result.end_ts * 1000)} · ${formatCount(result.bars)} bars${synthetic}${ruined}`,
    table.toString(),
    ...result.open_positions.map(
      (one) =>
        `open: ${one.side} ${formatQuantity(one.qty)} ${one.symbol}, worth ${formatMoney(one.value)} ${config.quote}`,
    ),
    ...result.notes.map((note) => `note: ${note}`),
    `run folder: ${folder}`,
    `next: npx --no -- pt-analyze ${folder}`,
  ].join("\n");
}

export interface FinishedRun {
  readonly config: RunConfig;
  readonly result: Result;
  readonly folder: string;
}

/** Runs that differ in their risk profile, beside each other. */
export function comparisonOf(runs: readonly FinishedRun[]): string {
  const table = new Table({
    head: ["risk profile", "return", "max drawdown", "sharpe", "trades", "run folder"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "right", "right", "right", "left"],
  });
  for (const { config, result, folder } of runs) {
    const { metrics } = result;
    table.push([
      config.risk.profile ?? "—",
      orDash(metrics.total_return, formatChange),
      orDash(metrics.max_drawdown, formatShare),
      orDash(metrics.sharpe, formatRatio),
      formatCount(metrics.trades ?? 0),
      folder,
    ]);
  }
  return table.toString();
}
