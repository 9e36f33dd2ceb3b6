import { type FundingSchedule, fundingFlow } from "../funding/index.ts";
import { DAY_MS } from "../market/timeframe.ts";
import type { Market } from "./market.ts";
import type { Position } from "./position.ts";
import type { Run } from "./run.ts";

/** What holding positions costs or earns besides fills. */
export interface CarrySettings {
  /** Funding settlements by symbol; symbols without any are not futures. */
  readonly funding: ReadonlyMap<string, FundingSchedule>;
  /** Yearly interest on what is borrowed: coins that are sold short, and quote currency below zero. A fraction. */
  readonly borrowRate: number;
}

const DAYS_PER_YEAR = 365;

/** Books funding and interest of one run as they fall due. */
export class Carry {
  readonly #settings: CarrySettings;
  #lastMs: number;

  constructor(settings: CarrySettings, startMs: number) {
    this.#settings = settings;
    this.#lastMs = startMs;
  }

  /** Called once a tick, before positions are marked: what fell due since the last one is booked. */
  settle(run: Run): void {
    for (const market of run.markets) this.#settleFunding(run, market);
    const midnightMs = Math.floor(run.nowMs / DAY_MS) * DAY_MS;
    const days = Math.floor((midnightMs - Math.floor(this.#lastMs / DAY_MS) * DAY_MS) / DAY_MS);
    if (days > 0 && this.#settings.borrowRate > 0) this.#payInterest(run, midnightMs, days);
    this.#lastMs = run.nowMs;
  }

  #settleFunding(run: Run, market: Market): void {
    const schedule = this.#settings.funding.get(market.symbol);
    if (schedule === undefined) return;
    for (const { timeMs, rate, markClose } of schedule.due(this.#lastMs, run.nowMs)) {
      // Without a mark candle the traded close is the nearest thing to it.
      for (const position of market.positions) {
        const amount = fundingFlow(position.qty, markClose ?? market.lastClose, rate);
        book(run, market, position, timeMs, "funding", amount);
      }
    }
  }

  /** Interest for whole days, at midnight UTC. What is owed of quote currency is owed by no coin alone. */
  #payInterest(run: Run, midnightMs: number, days: number): void {
    const share = (this.#settings.borrowRate * days) / DAYS_PER_YEAR;
    for (const market of run.markets) {
      for (const position of market.positions) {
        const { qty } = position;
        if (qty < 0) book(run, market, position, midnightMs, "borrow", qty * market.lastClose * share);
      }
    }
    if (run.cash >= 0) return;
    const amount = run.cash * share;
    run.cash += amount;
    run.recorder.cashFlow({ tsMs: midnightMs, symbol: "", kind: "borrow", amount });
  }
}

function book(run: Run, market: Market, position: Position, tsMs: number, kind: string, amount: number): void {
  if (amount === 0) return;
  run.cash += amount;
  position.addFlow(amount);
  run.recorder.cashFlow({ tsMs, symbol: market.symbol, kind, amount });
}
