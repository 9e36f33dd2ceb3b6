import type { CurveColumns, Run } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { RESULT_SCHEMA_VERSION, type Result } from "@powertrader/core/files";
import { buyAndHold, computeMetrics } from "@powertrader/core/metrics";
import type { PreparedRun } from "./prepare-run.ts";
import type { RunBook } from "./run-book.ts";

/** The outcome of a finished run as `result.json` states it. */
export function resultOf(prepared: PreparedRun, run: Run, book: RunBook, curve: CurveColumns, hash: string): Result {
  const benchmarkEquity = buyAndHold({
    series: run.markets.map((market) => ({
      columns: market.columns,
      timeframeMs: market.timeframeMs,
      firstDecisionMs: market.firstDecisionMs,
    })),
    timeMs: curve.timeMs,
    length: curve.length,
    initialCapital: prepared.settings.initialCapital,
    fillAt: prepared.settings.model.fillAt,
  });
  const metrics = computeMetrics({
    ...curve,
    trades: book.trades,
    costs: book.costs,
    session: prepared.config.execution_model.session,
    benchmarkEquity,
  });
  return {
    schema_version: RESULT_SCHEMA_VERSION,
    status: finalStatus(run),
    hash,
    synthetic: prepared.config.data.some((one) => one.source.includes("synthetic:")),
    start_ts: prepared.settings.startMs / 1000,
    end_ts: (run.status === "completed" ? prepared.endMs : curve.timeMs[curve.length - 1]!) / 1000,
    bars: curve.length - 1,
    initial_capital: prepared.settings.initialCapital,
    final_equity: curve.equity[curve.length - 1]!,
    open_positions: openPositions(run),
    warm_up: warmUp(prepared, run),
    intrabar: intrabar(run, curve.equity[curve.length - 1]!),
    metrics: metrics.values,
    undefined_metrics: metrics.undefined,
    notes: [...prepared.notes, ...book.notes(), ...ambiguityNote(run)],
  };
}

function finalStatus(run: Run): Result["status"] {
  if (run.status === "running") throw new PtError("E_STRATEGY", "the run did not come to an end");
  return run.status;
}

function openPositions(run: Run): Result["open_positions"] {
  return run.markets.flatMap((market) =>
    market.positions
      .filter(({ qty }) => qty !== 0)
      .map(({ id, qty, entryPrice, entryMs, fees, flows }) => ({
        symbol: market.symbol,
        side: qty > 0 ? "long" : "short",
        qty: Math.abs(qty),
        entry_price: entryPrice,
        entry_ts: entryMs / 1000,
        mark: market.mark,
        value: qty * market.mark,
        unrealised_pnl: qty * (market.mark - entryPrice),
        fees,
        ...(flows !== 0 && { flows }),
        ...(id !== null && { position_id: id }),
      })),
  );
}

function warmUp(prepared: PreparedRun, run: Run): Result["warm_up"] {
  return run.markets.map((market, i) => ({
    symbol: market.symbol,
    wanted: prepared.source.warmUpBars,
    had: prepared.series[i]!.warmUpRows,
    first_decision: market.firstDecisionMs === undefined ? null : market.firstDecisionMs / 1000,
  }));
}

function intrabar({ settings, doubts }: Run, finalEquity: number): Result["intrabar"] {
  const orNull = (equity: number) => (doubts.bars === 0 ? null : equity);
  return {
    mode: settings.model.intrabar,
    ambiguous_bars: doubts.bars,
    conservative_equity: orNull(finalEquity + doubts.worst),
    optimistic_equity: orNull(finalEquity + doubts.best),
  };
}

function ambiguityNote({ settings, doubts }: Run): readonly string[] {
  if (doubts.bars === 0) return [];
  const { intrabar: mode } = settings.model;
  const bars = doubts.bars === 1 ? "1 bar leaves" : `${doubts.bars} bars leave`;
  const advice = mode === "drill-down" ? "" : "; --intrabar drill-down looks at finer candles";
  return [`${bars} open whether stop or target came first, decided ${mode}${advice}`];
}
