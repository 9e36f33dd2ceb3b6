import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { isAlive } from "@powertrader/core/files";
import { AppendFile } from "../wire/append-file.ts";
import { COMPONENT_VARIABLES, type ComponentName, IPC_FILES } from "../wire/ipc-files.ts";
import { encodeReady } from "../wire/ready-line.ts";
import { readSession, type Session } from "../wire/session.ts";
import { type Bell, pipeBell, pollingBell } from "./bell.ts";
import type { Answer, Half } from "./half.ts";
import { createThinker } from "./thinker.ts";
import { createTrader } from "./trader.ts";

const HALVES = { thinker: createThinker, trader: createTrader };

/**
 * How long a component looks for the next question before it waits for the bell. What the thinker is asked next comes
 * as soon as the trader has answered, sooner than it could be woken; a trader that looked would be in its way.
 */
const LOOK_AGAIN_MS = { thinker: availableParallelism() > 1 ? 0.5 : 0, trader: 0 };

export interface ComponentOptions {
  /** The `ipc` folder of the run. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Takes one half of a run's decisions until the run ends.
 * @throws PtError E_STRATEGY when the strategy fails, E_PROTOCOL when files say what cannot be, E_RUN_FOLDER when the run
 * is over already, E_CHILD_DIED when the orchestrator is gone, E_CANCELLED
 */
export async function runComponent(
  name: ComponentName,
  { folder, environment, signal }: ComponentOptions,
): Promise<void> {
  const session = readSession(join(folder, IPC_FILES.session));
  refuseOtherRun(session, environment, folder);
  const doorbell = doorbellOf(environment, LOOK_AGAIN_MS[name]);
  if (doorbell === undefined) refuseOverRun(session, folder);
  const bell = doorbell ?? pollingBell(session.orchestrator_pid);
  const ready = new AppendFile(join(folder, IPC_FILES.ready));
  let half: Half | undefined;
  const answer: Answer = (sequence, timestamp, idle) => {
    ready.add(encodeReady({ component: name, sequence, run_id: session.run_id, timestamp, pid: process.pid, idle }));
    ready.flush();
    bell.ring();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const onGone = () => reject(new PtError("E_CHILD_DIED", `pt-replay is gone and ${name} leaves too`));
      signal.addEventListener("abort", () => reject(new PtError("E_CANCELLED", `${name} was told to stop`)));
      let isOver = false;
      const onRing = () => {
        if (isOver) return false;
        try {
          half ??= HALVES[name](folder, session);
          const state = half.advance(answer);
          isOver = state === "over";
          if (isOver) resolve();
          return state === "busy";
        } catch (error) {
          isOver = true;
          reject(asStrategyFailure(error, session, half?.sequence ?? 0));
          return false;
        }
      };
      bell.listen(onRing, onGone);
    });
  } finally {
    bell.stop();
    half?.close();
    ready.close();
  }
}

function doorbellOf(environment: NodeJS.ProcessEnv, lookAgainMs: number): Bell | undefined {
  const [fdIn, fdOut] = [COMPONENT_VARIABLES.doorbellIn, COMPONENT_VARIABLES.doorbellOut].map((name) =>
    Number.parseInt(environment[name] ?? "", 10),
  ) as [number, number];
  return fdIn >= 0 && fdOut >= 0 ? pipeBell(fdIn, fdOut, lookAgainMs) : undefined;
}

/** @throws PtError E_RUN_FOLDER when nobody asks any more */
function refuseOverRun({ run_id: runId, orchestrator_pid: pid }: Session, folder: string): void {
  const state = readState(join(folder, IPC_FILES.state));
  const status = state?.run_id === runId ? state.status : undefined;
  if ((status === undefined || status === "ready") && isAlive(pid)) return;
  const how = status === undefined || status === "ready" ? "its pt-replay is gone" : status;
  throw new PtError("E_RUN_FOLDER", `the run in ${dirname(folder)} is over: ${how}`, {
    hint: "Name the folder of a run that waits.",
  });
}

function readState(path: string): { readonly run_id?: unknown; readonly status?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) ?? undefined;
  } catch {
    // There is none before the first tick.
    return undefined;
  }
}

function refuseOtherRun(session: Session, environment: NodeJS.ProcessEnv, folder: string): void {
  const expected = environment[COMPONENT_VARIABLES.runId];
  if (expected === undefined || expected === session.run_id) return;
  throw new PtError("E_PROTOCOL", `${folder} is of run ${session.run_id}, not of ${expected}`, {
    hint: "Start the component for the run that is under way.",
  });
}

function asStrategyFailure(error: unknown, { strategy }: Session, sequence: number): unknown {
  if (error instanceof PtError) return error;
  return new PtError(
    "E_STRATEGY",
    `strategy ${strategy} failed after sequence ${sequence}: ${(error as Error)?.message ?? error}`,
    { hint: "Run again with --debug for the stack.", cause: error },
  );
}
