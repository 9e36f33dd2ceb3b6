import type { Signal } from "../strategy/signal.ts";
import { meetMarket } from "./meet-market.ts";
import { cancelWorking, placeOrders } from "./place-orders.ts";
import type { Run } from "./run.ts";
import { closePosition } from "./close-position.ts";

/**
 * One tick of the simulated market: everything that happens at the moment `nowMs` at which a bar of at least one
 * coin closes. The order of the phases is the product; phases are outermost, coins inside in `--coins` order.
 */
export function step(run: Run, nowMs: number): void {
  const { markets, settings } = run;

  // 1 market: orders of earlier ticks meet the bar that has just closed, from its open on.
  for (const market of markets) market.advanceTo(nowMs, settings.model.maxVolumePct);
  if (settings.model.fillAt === "next-open") {
    for (const market of markets) if (market.hasBar && market.working.length > 0) meetMarket(run, market, "next_open");
  }

  // 3 ledger: positions are marked at the close.
  for (const market of markets) if (market.hasBar) market.mark = market.columns.close[market.row]!;
  if (run.value() <= 0) return ruin(run, nowMs);

  // 4 signals
  const signals = collectSignals(run, nowMs);

  // 5 decisions
  placeOrders(run, nowMs, run.policy.onTick(nowMs, signals, run));
  if (settings.model.fillAt === "close") {
    for (const market of markets) if (market.hasBar && market.working.length > 0) meetMarket(run, market, "close");
  }

  recordTick(run, nowMs);
}

const NO_SIGNALS: readonly Signal[] = [];

/** Asks the strategy about every coin that has a bar now and its warm-up behind it. */
function collectSignals(run: Run, nowMs: number): readonly Signal[] {
  const { source } = run;
  let signals: Signal[] | undefined;
  for (const market of run.markets) {
    if (!market.hasBar || market.row < source.warmUpBars) continue;
    market.firstDecisionMs ??= nowMs;
    const draft = market.onBar();
    if (draft === undefined) continue;
    const signal: Signal = {
      ...draft,
      signalId: `${market.symbol}-s${++market.signalsMade}`,
      tsMs: nowMs,
      strategy: source.name,
      symbol: market.symbol,
    };
    run.recorder.signal(signal);
    signals ??= [];
    signals.push(signal);
  }
  return signals ?? NO_SIGNALS;
}

/** Equity and cash of this tick, with every position at its mark. */
export function recordTick(run: Run, nowMs: number): void {
  run.curve.record(nowMs, run.value(), run.cash);
}

/** Nothing is left: everything is closed at this close and trading stops. */
function ruin(run: Run, nowMs: number): void {
  for (const market of run.markets) {
    cancelWorking(run, market, "cancelled", "liquidated", nowMs);
    closePosition(run, market, nowMs, "liquidated");
  }
  run.status = "ruined";
  recordTick(run, nowMs);
}
