import type { Signal, SignalDraft } from "../strategy/signal.ts";
import type { OrderIntent } from "../strategy/trader-policy.ts";
import { closePositions } from "./close-positions.ts";
import type { Market } from "./market.ts";
import { meetExits, meetExitsAtOpen } from "./meet-exits.ts";
import { meetMarket } from "./meet-market.ts";
import { meetResting } from "./meet-resting.ts";
import { cancelOrders, placeOrders } from "./place-orders.ts";
import type { Run } from "./run.ts";

/**
 * One tick of the simulated market: everything that happens at the moment `run.nowMs` at which a bar of at least one
 * coin closes. The order of the phases is the product; phases are outermost, coins inside in `--coins` order.
 * Loops that every bar passes go by index: an iterator for each costs a quarter of a bar without orders.
 */
export function step(run: Run): void {
  // 1 market, 2 exits, 3 ledger
  stepMarket(run);
  if (run.status !== "running") return;

  // 4 signals
  const signals = collectSignals(run);

  // 5 decisions
  stepOrders(run, run.policy.onTick(signals, run));
}

/** The first half of a tick: what the market does to orders, positions and cash. Leaves the run `ruined` or running. */
export function stepMarket(run: Run): void {
  const { markets, settings } = run;
  const { model } = settings;

  // 1 market: orders of earlier ticks meet the bar that has just closed, from its open on.
  let isTrading = false;
  let isProtected = false;
  for (let i = 0; i < markets.length; i++) {
    const market = markets[i]!;
    market.advanceTo(run.nowMs);
    if (market.working.length > 0 || market.resting.length > 0) isTrading = true;
    if (market.isProtected) isProtected = true;
  }
  if (isTrading) {
    for (const market of markets) if (market.hasBar) market.markAtOpen();
    for (const market of markets) {
      if (!market.hasBar || !market.isTrading(model.session)) continue;
      if (market.working.length > 0 && model.fillAt === "next-open") meetMarket(run, market, "next_open");
      if (market.resting.length === 0) continue;
      if (market.isProtected) meetExitsAtOpen(run, market);
      meetResting(run, market);
    }
  }

  // 2 exits: stops and targets inside the bar, those of positions just entered too.
  if (isTrading || isProtected) {
    for (let i = 0; i < markets.length; i++) {
      const market = markets[i]!;
      if (market.hasBar && market.isProtected && market.isTrading(model.session)) meetExits(run, market);
    }
  }

  // 3 ledger: funding and interest are booked, positions marked at the close.
  run.carry?.settle(run);
  run.markAtClose();
  if (run.equity <= 0) {
    ruin(run);
    return;
  }

  run.risk?.onTick(run.nowMs, run.equity);
}

/** The second half of a tick, once it is decided: orders are placed and equity is recorded. */
export function stepOrders(run: Run, intents: readonly OrderIntent[]): void {
  if (intents.length > 0) placeOrders(run, intents);
  if (run.settings.model.fillAt === "close") meetClose(run);
  run.curve.record(run.equity, run.cash);
}

const NO_SIGNALS: readonly Signal[] = [];

/** Asks the strategy about every coin that has a bar now and its warm-up behind it. */
function collectSignals(run: Run): readonly Signal[] {
  const { markets } = run;
  let signals: Signal[] | undefined;
  for (let i = 0; i < markets.length; i++) {
    const market = markets[i]!;
    if (!isAsked(run, market)) continue;
    const draft = market.onBar();
    if (draft === undefined) continue;
    const signal = takeSignal(run, market, draft);
    if (signals === undefined) signals = [signal];
    else signals.push(signal);
  }
  return signals ?? NO_SIGNALS;
}

/** Whether a coin has a bar now and the warm-up of the strategy behind it, so that the strategy is asked about it. */
export function isAsked(run: Run, market: Market): boolean {
  if (!market.hasBar || market.row < run.source.warmUpBars) return false;
  market.firstDecisionMs ??= run.nowMs;
  return true;
}

/** Gives an opinion its place in the run and writes it down. */
export function takeSignal(run: Run, market: Market, draft: SignalDraft): Signal {
  const signal = identified(run, market, draft);
  run.recorder.signal(signal);
  return signal;
}

/** Field by field: spreading an object here costs a third of a whole run. */
function identified(run: Run, market: Market, draft: SignalDraft): Signal {
  return {
    signalId: draft.signalId ?? market.signalIds.next(),
    tsMs: run.nowMs,
    strategy: draft.strategy ?? run.source.name,
    symbol: market.symbol,
    direction: draft.direction,
    strength: draft.strength ?? 1,
    size: draft.size,
    stopLoss: draft.stopLoss,
    takeProfit: draft.takeProfit,
    tag: draft.tag,
    reason: draft.reason,
    data: draft.data,
  };
}

/** With `fill_at: close` the orders just decided meet the close of their own bar. */
function meetClose(run: Run): void {
  for (const market of run.markets) {
    const meets = market.hasBar && market.working.length > 0 && market.isTrading(run.settings.model.session);
    if (meets) meetMarket(run, market, "close");
  }
  run.revalue();
}

/** Nothing is left: everything is closed at this close and trading stops. */
function ruin(run: Run): void {
  for (const market of run.markets) {
    cancelOrders(run, market, "cancelled", "liquidated");
    closePositions(run, market, "liquidated");
  }
  run.status = "ruined";
  run.revalue();
  run.curve.record(run.equity, run.cash);
}
