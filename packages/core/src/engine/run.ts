import type { RiskSettings } from "../risk/index.ts";
import type { SignalSource } from "../strategy/signal-source.ts";
import type { AccountView, TraderPolicy } from "../strategy/trader-policy.ts";
import { Carry, type CarrySettings } from "./carry.ts";
import { Doubts } from "./doubts.ts";
import { EquityCurve } from "./equity-curve.ts";
import type { ExecutionModel } from "./execution-model.ts";
import { Market, type Series } from "./market.ts";
import { isRounding } from "./position.ts";
import { type RunRecorder, withPolicyTold } from "./recorder.ts";
import { RiskDesk } from "./risk-desk.ts";
import { Timeline } from "./timeline.ts";

export interface RunSettings {
  readonly startMs: number;
  /** Quote currency. */
  readonly initialCapital: number;
  readonly seed: number;
  readonly closeAtEnd: boolean;
  readonly model: ExecutionModel;
  /** How many times its margin a position may be worth; 1 without leverage. */
  readonly leverage: number;
  /** Rules between signal and entry; `undefined` for none but cash, step and minimum. */
  readonly risk?: RiskSettings | undefined;
  /** `undefined` when holding is free. */
  readonly carry?: CarrySettings | undefined;
}

export type RunStatus = "running" | "completed" | "ruined" | "cancelled";

/**
 * Everything one run knows and nothing another run can reach: markets, cash, equity curve, strategy, recorder.
 * Made by `createRun`, moved by `step`, in stretches by `runCalmTicks`.
 */
export class Run implements AccountView {
  readonly settings: RunSettings;
  readonly markets: readonly Market[];
  readonly source: SignalSource;
  readonly policy: TraderPolicy;
  readonly recorder: RunRecorder;
  readonly timeline: Timeline;
  readonly curve: EquityCurve;
  readonly doubts = new Doubts();
  /** Order ids that the policy has given itself. */
  readonly givenIds = new Set<string>();
  readonly risk: RiskDesk | undefined;
  readonly carry: Carry | undefined;
  /** Whether the slippage model takes more than the bar. Asked once: the arity of a function is slow to look up. */
  readonly slippageAsksShare: boolean;
  status: RunStatus = "running";
  /** The moment of the present tick, epoch milliseconds. */
  nowMs = Number.NaN;
  cash = Number.NaN;
  /** At the marks of the last valuation. */
  equity = Number.NaN;
  trades = 0;
  winningTrades = 0;

  readonly #bySymbol: ReadonlyMap<string, Market>;

  constructor(parts: RunParts) {
    this.settings = parts.settings;
    const { fees, feesOfCoin } = parts.settings.model;
    this.markets = parts.series.map(
      (series) => new Market(series, feesOfCoin.get(series.symbol.split("-", 1)[0]!) ?? fees),
    );
    this.source = parts.source;
    for (const market of this.markets) market.onBar = parts.source.watch(market.history);
    this.policy = parts.policy;
    const { startMs, initialCapital, risk, carry } = parts.settings;
    this.risk = risk && new RiskDesk(risk, startMs, initialCapital);
    this.carry = carry && new Carry(carry, startMs);
    this.slippageAsksShare = parts.settings.model.slippage.length > 1;
    this.recorder = withPolicyTold(parts.recorder, parts.policy);
    this.nowMs = parts.settings.startMs;
    this.cash = parts.settings.initialCapital;
    this.equity = parts.settings.initialCapital;
    this.timeline = new Timeline(parts.series);
    this.curve = new EquityCurve(this.timeline, parts.settings.startMs, parts.settings.initialCapital);
    this.#bySymbol = new Map(this.markets.map((market) => [market.symbol, market]));
  }

  /** @throws Error when the run does not trade `symbol` */
  marketOf(symbol: string): Market {
    const market = this.#bySymbol.get(symbol);
    if (market === undefined) throw new Error(`this run does not trade ${symbol}`);
    return market;
  }

  positionOf(symbol: string, positionId?: string): number {
    const { position, positions } = this.marketOf(symbol);
    if (positionId === undefined) return position.qty;
    return positions.find(({ id }) => id === positionId)?.qty ?? 0;
  }

  markOf(symbol: string): number {
    return this.marketOf(symbol).mark;
  }

  pursuitOf(symbol: string): "long" | "short" | "close" | undefined {
    const market = this.marketOf(symbol);
    const last = market.working.at(-1) ?? market.resting.at(-1);
    if (last === undefined) return undefined;
    if (last.kind === "exit") return "close";
    return last.order.side === "buy" ? "long" : "short";
  }

  /** Brings `equity` up to date: cash plus positions at their marks. */
  revalue(): void {
    let equity = this.cash;
    for (const market of this.markets) equity += market.value;
    this.equity = equity;
  }

  /** Marks every coin that has a bar at its close, and brings `equity` up to date. */
  markAtClose(): void {
    const { markets } = this;
    let equity = this.cash;
    for (let i = 0; i < markets.length; i++) {
      const market = markets[i]!;
      if (market.hasBar) market.markAtClose();
      equity += market.value;
    }
    this.equity = equity;
  }

  /**
   * What is not bound by positions: equity − Σ |quantity| × mark ÷ leverage. Without leverage never more than the cash
   * there is.
   */
  freeMoney(): number {
    this.revalue();
    const { leverage } = this.settings;
    let free = this.equity;
    for (const market of this.markets) free -= market.notional / leverage;
    if (isRounding(free, this.equity)) return 0;
    return leverage === 1 ? Math.min(free, this.cash) : free;
  }
}

export interface RunParts {
  readonly settings: RunSettings;
  /** In `--coins` order, which decides between competing signals. */
  readonly series: readonly Series[];
  readonly source: SignalSource;
  readonly policy: TraderPolicy;
  readonly recorder: RunRecorder;
}

/** The one factory of run scopes. */
export function createRun(parts: RunParts): Run {
  return new Run(parts);
}
