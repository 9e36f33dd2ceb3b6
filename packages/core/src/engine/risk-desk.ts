import {
  createRiskGate,
  type RiskGate,
  type RiskSettings,
  RiskTracker,
  riskSnapshot,
  rulesOf,
  stopAt,
} from "../risk/index.ts";
import type { Holding } from "../risk/risk-snapshot.ts";
import { type ExitPlan, NO_EXITS } from "./exit-plan.ts";
import type { Market, WorkingOrder } from "./market.ts";
import type { Side, Trade } from "./order.ts";
import type { Run } from "./run.ts";

/** An entry as risk lets it pass. */
export interface PassedEntry {
  readonly sizeShare: number;
  /** Base units. */
  readonly maxQty: number;
  readonly exits: ExitPlan | undefined;
}

/** Where the entries of one run are judged, and what is remembered for it. Exits never come here. */
export class RiskDesk {
  readonly #settings: RiskSettings;
  readonly #gate: RiskGate;
  readonly #tracker: RiskTracker;

  constructor(settings: RiskSettings, startMs: number, initialCapital: number) {
    this.#settings = settings;
    this.#gate = createRiskGate(settings);
    this.#tracker = new RiskTracker(startMs, initialCapital);
  }

  /** Called once a tick, after positions are marked at the close. */
  onTick(nowMs: number, equity: number): void {
    this.#tracker.onTick(nowMs, equity);
  }

  onTrade(trade: Trade): void {
    this.#tracker.onTrade(trade);
  }

  /** What may become of an entry at `price`, or the name of the rule that refuses it. */
  judge(
    run: Run,
    market: Market,
    entry: { readonly side: Side; readonly sizeShare: number; readonly exits?: ExitPlan | undefined },
    price: number,
  ): PassedEntry | { readonly refusal: string } {
    run.revalue();
    const { side } = entry;
    // Risk counts what positions are worth, orders what backs them.
    const { leverage } = run.settings;
    const sizeShare = entry.sizeShare * leverage;
    const rules = rulesOf(this.#settings, market.symbol);
    const exits = withDefaults(entry.exits, rules.stopLossShare, rules.takeProfitShare);
    const request = { symbol: market.symbol, side, price, sizeShare, stopPrice: plannedStop(exits, side, price) };
    const account = { nowMs: run.nowMs, equity: run.equity, holdings: run.markets.map((one) => holdingOf(run, one)) };
    const history = { bars: market.history, tally: this.#tracker };
    const judged = this.#gate.decide(request, riskSnapshot(request, account, this.#tracker), history);
    if ("refusal" in judged) return judged;
    const isDrawnIn = judged.stopPrice !== request.stopPrice;
    return {
      sizeShare: judged.sizeShare / leverage,
      maxQty: judged.maxQty ?? Infinity,
      exits: isDrawnIn && exits !== undefined ? { ...exits, stopPrice: judged.stopPrice!, stopShare: null } : exits,
    };
  }
}

/** The plan of an entry, with the stop and the target of the rules where it has none of its own. */
function withDefaults(
  plan: ExitPlan | undefined,
  stopShare: number | undefined,
  gainShare: number | undefined,
): ExitPlan | undefined {
  const own = plan ?? NO_EXITS;
  const needsStop = stopShare !== undefined && own.stopPrice === null && own.stopShare === null;
  const needsTarget = gainShare !== undefined && own.targets.length === 0;
  if (!needsStop && !needsTarget) return plan;
  return {
    ...own,
    ...(needsStop && { stopShare }),
    ...(needsTarget && { targets: [{ price: null, gainShare, positionShare: 1 }] }),
  };
}

/** Where the stop of a plan would stand if the order filled at `price`. */
function plannedStop(plan: ExitPlan | undefined, side: Side, price: number): number | undefined {
  if (plan === undefined) return undefined;
  if (plan.stopPrice !== null) return plan.stopPrice;
  return plan.stopShare === null ? undefined : stopAt(side, price, plan.stopShare);
}

function holdingOf(run: Run, market: Market): Holding {
  let pendingShare = 0;
  for (const working of market.working) pendingShare += pendingShareOf(run, market, working);
  for (const resting of market.resting) pendingShare += pendingShareOf(run, market, resting);
  return {
    symbol: market.symbol,
    qty: market.netQty,
    value: market.value,
    pendingShare,
    history: market.history,
  };
}

/** What an entry that still works is to add, as a share of equity; negative for sells. */
function pendingShareOf(run: Run, market: Market, { kind, order, orderQty, filledQty }: WorkingOrder): number {
  if (kind === "exit") return 0;
  const share = Number.isNaN(orderQty)
    ? order.sizeShare! * run.settings.leverage
    : ((orderQty - filledQty) * market.mark) / run.equity;
  return order.side === "buy" ? share : -share;
}
