import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { type Appointments, createRun, type Progress, type Run } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { type Result, RUN_FILES } from "@powertrader/core/files";
import { createEventLog, createScrubber, type EventLog, type EventLogOptions } from "@powertrader/core/log";
import { Retraining } from "../training/retraining.ts";
import { codeVersion } from "./code-version.ts";
import { type Driver, inProcess } from "./driver.ts";
import type { RunPlace } from "./plan-runs.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { resultOf } from "./result.ts";
import { RunBook } from "./run-book.ts";
import { TickLogger, withEventsLogged } from "./run-events.ts";
import { RunFolder } from "./run-folder.ts";

export interface ExecuteOptions {
  readonly folder: string;
  readonly inputs: RunPlace;
  readonly command: readonly string[];
  /** What moves the run; this process alone when absent. */
  readonly driver?: Driver;
  /** How much `events.jsonl` says, and who hears it, too. */
  readonly log?: EventLogOptions;
  /** Called when the run folder stands. */
  readonly onStart?: () => void;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** How long the simulation may keep the event loop (signals, progress) waiting. */
const TURN_MS = 50;

/**
 * Runs a prepared run and writes its folder. A cancelled run leaves a readable folder without a manifest.
 * @throws PtError E_OUT_EXISTS before anything is written; E_STRATEGY when the strategy fails
 */
export async function executeRun(prepared: PreparedRun, options: ExecuteOptions): Promise<Result> {
  const startedMs = Date.now();
  const driver = options.driver ?? inProcess(prepared);
  const folder = new RunFolder(options.folder);
  prepared.keepColumns();
  options.onStart?.();
  const wall = (status: string) => ({
    schema_version: 1,
    status,
    started_at: new Date(startedMs).toISOString(),
    wall_seconds: (Date.now() - startedMs) / 1000,
    ...driver.facts,
    command: options.command.map(createScrubber(process.env)),
    inputs: placeToWire(options.inputs),
    host: hostname(),
    pid: process.pid,
    versions: { node: process.version, powertrader: codeVersion() },
  });
  folder.writeConfig(prepared.config);
  folder.writeJson(RUN_FILES.run, wall("running"));
  const log = await createEventLog(join(options.folder, RUN_FILES.events), options.log);
  log.info({
    event: "run_started",
    strategy: prepared.config.strategy,
    symbols: prepared.series.map((one) => one.symbol),
  });
  if (options.inputs.bars) folder.startBars(prepared.series);

  const book = new RunBook(folder);
  let run: Run | undefined;
  try {
    run = createRun({
      settings: prepared.settings,
      series: prepared.series,
      source: driver.source,
      policy: driver.createPolicy(join(options.folder, RUN_FILES.hubData)),
      recorder: withEventsLogged(book, log),
    });
    const appointments = appointmentsOf(prepared, options, log);
    await driver.drive(run, folder, {
      ...(appointments && { appointments }),
      listener: new TickLogger(log),
      ...(options.onProgress && { onProgress: options.onProgress }),
      ...(options.signal && { signal: options.signal }),
      breathe: createBreather(),
    });
  } catch (error) {
    folder.flush();
    folder.writeJson(RUN_FILES.run, wall("failed"));
    const bar = run?.curve.length ?? 0;
    const code = error instanceof PtError ? error.code : "E_STRATEGY";
    log.error({ event: "error", code, bar, message: (error as Error).message });
    log.close();
    throw strategyFailure(error, prepared, bar, options.folder);
  }
  const curve = run.curve.toColumns();
  await folder.finishBars();
  const hash = folder.finishLines(curve, prepared.config.equity_interval);
  const result = resultOf(prepared, run, book, curve, hash);
  for (const note of result.notes) log.warn({ event: "warning", message: note });
  log.info({ event: "run_finished", status: result.status, bars: result.bars, hash });
  log.close();
  if (run.status === "cancelled") {
    folder.writeJson(RUN_FILES.result, result);
    folder.writeJson(RUN_FILES.run, wall("cancelled"));
    throw new PtError("E_CANCELLED", `cancelled after ${result.bars} bars`, {
      hint: `What was done until then can be read in ${options.folder}; finish it: npx --no -- pt-replay --resume ${options.folder}`,
    });
  }
  folder.writeJson(RUN_FILES.run, wall(result.status));
  folder.seal(result, prepared.config, codeVersion(), options.inputs.bars);
  return result;
}

function placeToWire({ cacheDir, model, signals, bars }: RunPlace) {
  const absolute = (path: string | undefined) => (path === undefined ? null : resolve(path));
  return { cache_dir: resolve(cacheDir), model: absolute(model), signals: absolute(signals), bars };
}

function appointmentsOf(
  { training, models, config: { exchange } }: PreparedRun,
  { folder, signal }: ExecuteOptions,
  log: EventLog,
): Appointments | undefined {
  if (training === undefined) return undefined;
  return new Retraining(training, { exchange, folder, models, log, ...(signal && { signal }) });
}

/** Gives the event loop its turn when the simulation has run for a while. */
function createBreather(): () => Promise<void> | undefined {
  let lastMs = performance.now();
  return () => {
    if (performance.now() - lastMs < TURN_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        lastMs = performance.now();
        resolve();
      });
    });
  };
}

/** @param bar - counted from 1; 0 before the first */
function strategyFailure(error: unknown, prepared: PreparedRun, bar: number, folder: string): unknown {
  if (error instanceof PtError) return error;
  return new PtError(
    "E_STRATEGY",
    `strategy ${prepared.config.strategy} failed ${bar === 0 ? "before the first bar" : `at bar ${bar}`}: ${(error as Error).message}`,
    {
      hint: `Run again with --debug for the stack; ${join(folder, RUN_FILES.run)} is marked failed.`,
      cause: error,
    },
  );
}
