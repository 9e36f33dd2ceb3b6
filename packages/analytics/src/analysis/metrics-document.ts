import { DAY_MS } from "@powertrader/core/market";
import type { Analysis } from "./analyze-run.ts";

export const METRICS_SCHEMA_VERSION = 1;

/** `metrics.json`: an analysis for other programs. snake_case, seconds, fractions; undefined metrics are `null`. */
export function metricsDocument(analysis: Analysis): Readonly<Record<string, unknown>> {
  const { run, metrics, benchmark, drawdowns, months, symbols } = analysis;
  const { config, result } = run;
  return {
    schema_version: METRICS_SCHEMA_VERSION,
    run: {
      hash: result.hash,
      status: result.status,
      partial: run.isPartial,
      synthetic: result.synthetic,
      name: config.name,
      tags: config.tags,
      note: config.note,
      strategy: config.strategy,
      params: config.params,
      exchange: config.exchange,
      coins: config.coins,
      quote: config.quote,
      timeframe: config.timeframe,
      start_ts: result.start_ts,
      end_ts: result.end_ts,
      bars: result.bars,
      initial_capital: result.initial_capital,
      final_equity: result.final_equity,
    },
    metrics_source: metrics.isRecomputed ? "equity.jsonl" : "result.json",
    metrics: metrics.values,
    undefined_metrics: metrics.undefined,
    benchmark: {
      kind: "buy-and-hold",
      final_equity: benchmark === undefined ? null : benchmark[benchmark.length - 1]!,
    },
    drawdowns_interval: config.equity_interval,
    drawdowns: drawdowns.map((one) => ({
      share: one.share,
      peak_ts: one.peakMs / 1000,
      trough_ts: one.troughMs / 1000,
      recovery_ts: one.recoveryMs === undefined ? null : one.recoveryMs / 1000,
      days: one.durationMs / DAY_MS,
    })),
    symbols: symbols.map((one) => ({
      symbol: one.name,
      trades: one.trades,
      fills: one.fills,
      win_rate: one.winRate,
      profit_factor: one.profitFactor,
      pnl: one.pnl,
      unrealised_pnl: one.unrealisedPnl,
      average_trade_pct: one.averageTradePct,
      average_holding_hours: one.averageHoldingHours,
      fees: one.fees,
      slippage_cost: one.slippageCost,
      turnover: one.turnover,
    })),
    monthly_returns: months.map(({ year, month, value }) => ({ year, month, return: value })),
    notes: result.notes,
    warnings: analysis.warnings,
  };
}
