import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type DriveOptions,
  finishRun,
  isAsked,
  progressOf,
  type Run,
  stepMarket,
  stepOrders,
  takeSignal,
  tell,
} from "@powertrader/core/engine";
import { writeFileAtomic } from "@powertrader/core/files";
import type { OrderIntent, SignalDraft } from "@powertrader/core/strategy";
import type { Driver } from "../../run/driver.ts";
import type { PreparedRun } from "../../run/prepare-run.ts";
import type { RunFolder } from "../../run/run-folder.ts";
import { decodeSentIntent, type SentIntent } from "../wire/intent-line.ts";
import { COMPONENTS, type ComponentName, IPC_FILES, IPC_FOLDER } from "../wire/ipc-files.ts";
import type { EndStatus } from "../wire/journal-line.ts";
import { SESSION_SCHEMA_VERSION, type Session } from "../wire/session.ts";
import { decodeSentSignal, faultOfSignal, type SentSignal } from "../wire/signal-line.ts";
import { AccountFeed } from "./account-feed.ts";
import { attachCommand } from "./attach-command.ts";
import { Crew, type Launch } from "./crew.ts";
import { Inbox } from "./inbox.ts";
import { MarketFeed } from "./market-feed.ts";
import { Pace } from "./pace.ts";
import { protocolError } from "./ready-ledger.ts";
import { StateFile } from "./state-file.ts";

/** How many ticks a thinker may be ahead and an idle trader behind, and how many new ones are worth a ring. */
const AHEAD = 256;
const REFILL = AHEAD / 2;
/** The state is for who looks at it: every so many ticks, but not more often than anybody looks. */
const STATE_EVERY = 50;
const STATE_EVERY_MS = 20;
const PROGRESS_EVERY = 50;
const NO_INTENTS: readonly OrderIntent[] = [];

export interface ProcessOptions {
  readonly launches: Readonly<Record<ComponentName, Launch>>;
  readonly timeoutMs: number;
  /** Simulated seconds per second; `Infinity` for as fast as it goes. */
  readonly speed: number;
  /** Folder of the models that the run is given. */
  readonly modelDir: string | undefined;
  /** How many ticks a thinker may be ahead and an idle trader behind at most; 1 for one tick at a time. */
  readonly ahead?: number;
  /** Hears which halves are waited for, and how they are started. */
  readonly note?: (text: string) => void;
}

/** Drives a run whose decisions are made by two other processes: market, ledger, clock and all files stay here. */
export function createProcessDriver(prepared: PreparedRun, options: ProcessOptions): Driver {
  let account: AccountFeed | undefined;
  const { name, warmUpBars } = prepared.source;
  return {
    facts: { mode: "processes", components: describe(options.launches) },
    source: { name, warmUpBars, watch: () => () => undefined },
    createPolicy: () => ({
      name: "elsewhere",
      onTick: () => NO_INTENTS,
      onFill: () => account?.noteFill(),
      onOrderEvent: () => account?.noteOrderEvent(),
    }),
    async drive(run, folder, driveOptions) {
      const ipc = new Ipc(prepared, run, folder, options);
      account = ipc.account;
      for (const name of COMPONENTS) {
        if (options.launches[name].kind !== "attach") continue;
        options.note?.(`waiting for the ${name}; in another terminal: ${attachCommand(name, folder.path)}`);
      }
      try {
        await driveTicks(run, ipc, options, driveOptions);
      } catch (error) {
        ipc.state.publish(run, run.curve.length, "failed");
        throw error;
      } finally {
        await ipc.close();
      }
    },
  };
}

/** Everything a run shares with its components. */
class Ipc {
  readonly runId = randomUUID();
  readonly folder: RunFolder;
  readonly market: MarketFeed;
  readonly account: AccountFeed;
  readonly state: StateFile;
  readonly crew: Crew;
  readonly signals: Inbox<SentSignal>;
  readonly orders: Inbox<SentIntent>;

  constructor(prepared: PreparedRun, run: Run, folder: RunFolder, { launches, timeoutMs, modelDir }: ProcessOptions) {
    const path = join(folder.path, IPC_FOLDER);
    const { runId } = this;
    mkdirSync(path);
    this.folder = folder;
    writeFileAtomic(
      join(path, IPC_FILES.session),
      `${JSON.stringify(sessionOf(prepared, runId, modelDir), null, 2)}\n`,
      {
        durable: false,
      },
    );
    this.market = new MarketFeed(path, run, prepared.series, runId);
    this.account = new AccountFeed(path, runId);
    this.state = new StateFile(path, runId);
    this.crew = new Crew({ folder: path, runId, launches, timeoutMs });
    const { ledger } = this.crew;
    this.signals = new Inbox(join(path, IPC_FILES.signals), {
      component: "thinker",
      runId,
      ledger,
      decode: decodeSentSignal,
      faultOf: (sent) => faultOfSignal(sent, run.timeline.at(sent.sequence - 1)),
    });
    this.orders = new Inbox(join(path, IPC_FILES.orders), {
      component: "trader",
      runId,
      ledger,
      decode: decodeSentIntent,
    });
  }

  async close(): Promise<void> {
    await this.crew.close();
    for (const file of [this.market, this.account, this.signals, this.orders]) file.close();
  }
}

async function driveTicks(
  run: Run,
  ipc: Ipc,
  { speed, ahead }: ProcessOptions,
  { appointments, listener, onProgress, signal, breathe }: DriveOptions,
): Promise<void> {
  const { timeline } = run;
  const pace = speed === Infinity ? undefined : new Pace(speed, signal);
  // Who is not ours could take bars for the present that are not: it gets them one tick at a time.
  const most = ipc.crew.isOwn && pace === undefined ? (ahead ?? AHEAD) : 1;
  let tick = 0;
  while (run.status === "running" && tick < timeline.length) {
    if (appointments !== undefined && timeline.at(tick) >= appointments.dueMs) {
      await appointments.keep();
      continue;
    }
    await pace?.reach(timeline.at(tick));
    if (signal?.aborted) {
      run.status = "cancelled";
      break;
    }
    publishAhead(ipc, run, tick + 1, most, appointments?.dueMs ?? Infinity);
    await oneTick(run, ipc, ++tick, most);
    tell(listener, run);
    if (tick % PROGRESS_EVERY === 0) onProgress?.(progressOf(run, tick));
    // Answers that come at once leave the event loop no other turn.
    const turn = breathe?.();
    if (turn !== undefined) await turn;
  }
  if (run.status === "running") finishRun(run);
  await tellEnd(run, ipc, tick);
  onProgress?.(progressOf(run, tick));
}

/** Publishes what the thinker may see by now: the present tick, and some more where it is behind with them. */
function publishAhead({ market, crew }: Ipc, { timeline }: Run, sequence: number, most: number, dueMs: number): void {
  if (market.published - sequence + 1 > most - Math.min(most, REFILL)) return;
  // Nothing is thought before the work that is due before it is done.
  const to = timeline.firstAt(dueMs, sequence, Math.min(sequence + most - 1, timeline.length));
  if (to <= market.published) return;
  market.publish(to);
  crew.ask("thinker", to);
}

/**
 * As `step` of the engine, with both halves of the decision elsewhere.
 * @param most - how many ticks at most an idle trader hears of at once
 */
async function oneTick(run: Run, ipc: Ipc, sequence: number, most: number): Promise<void> {
  const { crew } = ipc;
  run.nowMs = run.timeline.at(sequence - 1);
  stepMarket(run);
  if (crew.isPolled || (sequence % STATE_EVERY === 0 && ipc.state.ageMs >= STATE_EVERY_MS)) {
    ipc.state.publish(run, sequence, "ready");
  }
  if (run.status !== "running") return;

  const thought = crew.answered("thinker", sequence);
  if (thought !== undefined) await thought;
  const signals = collectSignals(run, sequence, ipc.signals.take(sequence));

  const isQuiet = signals === 0 && !ipc.account.hasNews && crew.ledger.isTraderIdle;
  ipc.account.add(run, sequence, signals);
  if (isQuiet && sequence - crew.ledger.answered("trader") < most) {
    stepOrders(run, NO_INTENTS);
    return;
  }
  ipc.folder.flush();
  ipc.account.flush();
  crew.ask("trader", sequence);
  const decided = crew.answered("trader", sequence);
  if (decided !== undefined) await decided;
  stepOrders(run, intentsOf(run, sequence, ipc.orders.take(sequence)));
}

/** Gives signals their place in the run, in the order of its coins; returns how many there are. */
function collectSignals(run: Run, sequence: number, sent: readonly SentSignal[]): number {
  let count = 0;
  for (const market of run.markets) {
    if (!isAsked(run, market) || sent.length === 0) continue;
    const draft = draftFor(market.symbol, sequence, sent);
    if (draft === undefined) continue;
    takeSignal(run, market, draft);
    count++;
  }
  if (count === sent.length) return count;
  const stray = sent.find(({ symbol }) => !run.markets.some((one) => one.symbol === symbol && isAsked(run, one)));
  throw protocolError(
    "thinker",
    sequence,
    `sent a signal for ${stray?.symbol} at sequence ${sequence}, where it was not asked about it`,
  );
}

function draftFor(symbol: string, sequence: number, sent: readonly SentSignal[]): SignalDraft | undefined {
  const found = sent.filter((one) => one.symbol === symbol);
  if (found.length < 2) return found[0]?.draft;
  throw protocolError("thinker", sequence, `sent ${found.length} signals for ${symbol} at sequence ${sequence}`);
}

function intentsOf(run: Run, sequence: number, sent: readonly SentIntent[]): readonly OrderIntent[] {
  if (sent.length === 0) return NO_INTENTS;
  return sent.map(({ intent }) => {
    if (run.markets.some(({ symbol }) => symbol === intent.symbol)) return intent;
    throw protocolError(
      "trader",
      sequence,
      `ordered ${intent.symbol} at sequence ${sequence}, which this run does not trade`,
    );
  });
}

async function tellEnd(run: Run, ipc: Ipc, sequence: number): Promise<void> {
  const status = run.status as EndStatus;
  ipc.folder.flush();
  ipc.market.end(sequence, run.nowMs, status);
  ipc.account.add(run, sequence, 0, status);
  ipc.account.flush();
  ipc.state.publish(run, sequence, status);
  await ipc.crew.dismiss();
}

function sessionOf(
  { config, settings, endMs, series, source }: PreparedRun,
  runId: string,
  modelDir: string | undefined,
): Session {
  return {
    schema_version: SESSION_SCHEMA_VERSION,
    run_id: runId,
    orchestrator_pid: process.pid,
    symbols: series.map(({ symbol }) => symbol),
    timeframe: series[0]!.timeframe,
    warm_up_rows: Object.fromEntries(series.map(({ symbol, warmUpRows }) => [symbol, warmUpRows])),
    higher_timeframes: [...(series[0]!.higher?.stored?.keys() ?? [])],
    history_days: config.history_days,
    start_ts: settings.startMs / 1000,
    end_ts: endMs / 1000,
    initial_capital: settings.initialCapital,
    strategy: config.strategy,
    params: config.params,
    warm_up_bars: source.warmUpBars,
    size: config.size,
    exits: config.exits,
    model_dir: modelDir === undefined ? null : resolve(modelDir),
    seed: settings.seed,
  };
}

function describe(launches: ProcessOptions["launches"]): Readonly<Record<string, string>> {
  const said = (name: ComponentName, launch: Launch) =>
    launch.kind === "own" ? `pt-${name}` : launch.kind === "attach" ? "attached" : launch.text;
  return { thinker: said("thinker", launches.thinker), trader: said("trader", launches.trader) };
}
