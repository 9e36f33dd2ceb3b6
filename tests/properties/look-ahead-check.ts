import type { ResolvedSettings } from "@powertrader/core/config";
import { createRun, type Run, type RunRecorder, runBacktest } from "@powertrader/core/engine";
import {
  encodeCashFlow,
  encodeOrderEvent,
  encodeSignal,
  encodeSimFill,
  encodeSimOrder,
  encodeTrade,
  type OpenedSeries,
} from "@powertrader/core/files";
import type { EventLog } from "@powertrader/core/log";
import type { Timeframe } from "@powertrader/core/market";
import type { TraderPolicy } from "@powertrader/core/strategy";
import { type PreparedRun, prepareRun } from "../../packages/replay/src/run/prepare-run.ts";
import { readInputs } from "../../packages/replay/src/run/read-inputs.ts";
import { Retraining } from "../../packages/replay/src/training/retraining.ts";
import { opened, type SeriesInMemory } from "../fixtures/candles-in-memory.ts";
import { POISONS, type Poison, poisonAfter } from "../fixtures/poison.ts";

/** Candles that stand in for a cache: `openSeries` of a test that mocks it. Its writing has to be mocked too. */
export class PoisonedCache {
  #series: readonly SeriesInMemory[] = [];
  #poison: { readonly nowMs: number; readonly kind: Poison } | undefined;

  hold(series: readonly SeriesInMemory[], nowMs?: number, kind?: Poison): void {
    this.#series = series;
    this.#poison = nowMs === undefined || kind === undefined ? undefined : { nowMs, kind };
  }

  readonly openSeries = (_dir: string, _exchange: string, symbol: string, timeframe: Timeframe) => {
    const found = this.#series.find((one) => one.symbol === symbol && one.timeframe === timeframe);
    if (found === undefined) return undefined;
    const { columns } = found;
    const poison = this.#poison;
    const given = poison && poisonAfter(columns, timeframe, poison.nowMs, poison.kind);
    return opened(found, given ?? columns) satisfies OpenedSeries;
  };
}

/** A replay that is looked at. */
export interface Subject {
  readonly settings: ResolvedSettings;
  readonly series: readonly SeriesInMemory[];
  /** Puts something else in the place of a part of the run. */
  readonly plant?: (prepared: PreparedRun) => PreparedRun;
}

export interface Findings {
  /** `insufficient` when nothing had been decided by some of the moments, so that nothing could have changed. */
  readonly verdict: "clean" | "biased" | "insufficient";
  /** Runs that were compared: a poison at a moment each. */
  readonly compared: number;
  /** What there was to change by the last of the moments. */
  readonly signals: number;
  readonly orders: number;
  readonly models: number;
  readonly changed: readonly { readonly atMs: number; readonly poison: Poison; readonly how: string }[];
  readonly undecidedMs: readonly number[];
}

/** The closes of the bars that a run decides on. */
export function decisionMoments(cache: PoisonedCache, subject: Subject): readonly number[] {
  cache.hold(subject.series);
  const prepared = prepareRun(subject.settings, readInputs(subject.settings));
  const { timeline } = createRun({ ...prepared, policy: prepared.createPolicy(undefined), recorder: new Diary() });
  return Array.from({ length: timeline.length }, (_, i) => timeline.at(i));
}

/**
 * Whether a replay knows what it cannot know: at each moment it is run again until then, with every candle that closes
 * later poisoned, in all ways. What it had said, ordered, filled and learnt by then must be the same.
 */
export async function checkLookAhead(
  cache: PoisonedCache,
  subject: Subject,
  moments: readonly number[],
): Promise<Findings> {
  cache.hold(subject.series);
  const whole = await runUntil(subject, Math.max(...moments));
  const changed: Findings["changed"][number][] = [];
  const undecidedMs: number[] = [];
  for (const atMs of moments) {
    const before = whole.filter((entry) => entry.atMs <= atMs);
    if (!before.some(isDecision)) undecidedMs.push(atMs);
    for (const poison of POISONS) {
      cache.hold(subject.series, atMs, poison);
      const how = await runUntil(subject, atMs).then(
        (after) => difference(before, after),
        (error: Error) => `the run failed: ${error.message}`,
      );
      if (how !== undefined) changed.push({ atMs, poison, how });
    }
  }
  const count = (kind: Entry["kind"]) => whole.filter((entry) => entry.kind === kind).length;
  const verdict = changed.length > 0 ? "biased" : undecidedMs.length > 0 ? "insufficient" : "clean";
  return {
    verdict,
    compared: moments.length * POISONS.length,
    signals: count("signal"),
    orders: count("order"),
    models: count("model"),
    changed,
    undecidedMs,
  };
}

interface Entry {
  /** When the run wrote it. */
  readonly atMs: number;
  readonly kind: "signal" | "order" | "event" | "fill" | "trade" | "flow" | "model" | "equity";
  readonly text: string;
}

function isDecision({ kind, text }: Entry): boolean {
  return kind === "signal" || kind === "order" || (kind === "event" && text.includes('"refused"'));
}

function difference(before: readonly Entry[], after: readonly Entry[]): string | undefined {
  const row = before.findIndex((entry, i) => entry.text !== after[i]?.text);
  if (row >= 0) return `${before[row]!.text} became ${after[row]?.text ?? "nothing"}`;
  return after.length === before.length ? undefined : `${after[before.length]!.text} came in addition`;
}

/** Everything that a run says, in its order. */
class Diary implements RunRecorder {
  readonly entries: Entry[] = [];
  run: Run | undefined;
  readonly signal = (one: Parameters<RunRecorder["signal"]>[0]) => this.write("signal", encodeSignal(one));
  readonly order = (one: Parameters<RunRecorder["order"]>[0]) => this.write("order", encodeSimOrder(one));
  readonly orderEvent = (one: Parameters<RunRecorder["orderEvent"]>[0]) => this.write("event", encodeOrderEvent(one));
  readonly fill = (one: Parameters<RunRecorder["fill"]>[0]) => this.write("fill", encodeSimFill(one));
  readonly trade = (one: Parameters<RunRecorder["trade"]>[0]) => this.write("trade", encodeTrade(one));
  readonly cashFlow = (one: Parameters<RunRecorder["cashFlow"]>[0]) => this.write("flow", encodeCashFlow(one));

  write(kind: Entry["kind"], text: string): void {
    this.entries.push({ atMs: this.run!.nowMs, kind, text });
  }
}

/** Runs a replay with all its trainings, and stops it when the tick at `stopMs` is over. */
async function runUntil({ settings, plant = (prepared) => prepared }: Subject, stopMs: number): Promise<Entry[]> {
  const prepared = plant(prepareRun(settings, readInputs(settings)));
  const diary = new Diary();
  const policy = prepared.createPolicy(undefined);
  const run = createRun({ ...prepared, policy: watched(policy, stopMs, diary), recorder: diary });
  diary.run = run;
  const { training, models, config } = prepared;
  const told = { exchange: config.exchange, folder: "unwritten", models, log: logInto(diary) };
  const appointments = training && new Retraining(training, told);
  await runBacktest(run, appointments && { appointments });
  return diary.entries;
}

/** A log of trainings: a model is known by its hash. */
function logInto(diary: Diary): EventLog {
  const fail = (event: object) => {
    throw new Error(JSON.stringify(event));
  };
  const info = (event: object) => diary.write("model", JSON.stringify(event));
  return { isDebug: false, debug: fail, info, warn: fail, error: fail, close: () => undefined };
}

/** A policy that also notes what the account is worth, and ends the run as if somebody had interrupted it. */
function watched(policy: TraderPolicy, stopMs: number, diary: Diary): TraderPolicy {
  return {
    name: policy.name,
    onFill: (fill) => policy.onFill?.(fill),
    onOrderEvent: (event) => policy.onOrderEvent?.(event),
    onTick: (signals, account) => {
      diary.write("equity", `${account.nowMs} ${account.equity} ${account.cash}`);
      if (account.nowMs >= stopMs) diary.run!.status = "cancelled";
      return policy.onTick(signals, account);
    },
  };
}
