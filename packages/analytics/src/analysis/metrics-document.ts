import { DAY_MS } from "@powertrader/core/market";
import type { Analysis } from "./analyze-run.ts";
import type { CoinRow } from "./ledger.ts";

export const METRICS_SCHEMA_VERSION = 1;

/** `metrics.json`: an analysis for other programs. snake_case, seconds, fractions; undefined metrics are `null`. */
export function metricsDocument(analysis: Analysis): Readonly<Record<string, unknown>> {
  const { run, metrics, benchmark, drawdowns, months, ledger, exits } = analysis;
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
    coins: ledger.coins.map(coinEntry),
    account_flows: ledger.accountFlows,
    exits: exits.map((one) => ({
      reason: one.name,
      trades: one.trades,
      win_rate: one.winRate,
      pnl: one.pnl,
      average_bars: one.averageBars,
    })),
    intrabar: result.intrabar ?? null,
    monthly_returns: months.map(({ year, month, value }) => ({ year, month, return: value })),
    notes: result.notes,
    warnings: analysis.warnings,
  };
}

/** Without the file that it comes from a value is `null`. */
function coinEntry({ symbol, result, trades }: CoinRow): Readonly<Record<string, unknown>> {
  return {
    symbol,
    trades: trades?.trades ?? null,
    fills: result?.fills ?? null,
    win_rate: trades?.winRate ?? null,
    profit_factor: trades?.profitFactor ?? null,
    realised_pnl: result?.realisedPnl ?? null,
    unrealised_pnl: result?.unrealisedPnl ?? null,
    fees: result?.fees ?? null,
    slippage_cost: result?.slippage ?? null,
    flows: result?.flows ?? null,
    funding: result?.funding ?? null,
    borrow: result?.borrow ?? null,
    turnover: result?.turnover ?? null,
    average_trade_pct: trades?.averageTradePct ?? null,
    average_holding_hours: trades?.averageHoldingHours ?? null,
    average_bars: trades?.averageBars ?? null,
  };
}
