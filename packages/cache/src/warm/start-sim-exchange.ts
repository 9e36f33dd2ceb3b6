import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { findProgram } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { stopped } from "./stopped.ts";

export interface SimExchange {
  readonly url: string;
  /** Ends the child process; after that nothing of it is left. */
  stop(): Promise<void>;
}

const PACKAGE = "@powertrader/sim-exchange";
const PROGRAM = "pt-sim-exchange";
const READY_MS = 15_000;
const GRACE_MS = 2_000;
const LAST_WORDS = 20;

/**
 * Starts `pt-sim-exchange` as a child process on a free port and waits until it serves. It goes when `stop` is called
 * and, its stdin being a pipe from here, when this process dies.
 *
 * @throws PtError E_NOT_BUILT when the program is not there, E_CHILD_DIED when it does not come up, E_CANCELLED
 */
export async function startSimExchange(seed: number, signal?: AbortSignal): Promise<SimExchange> {
  if (signal?.aborted) throw stopped();
  const program = findProgram(PACKAGE, PROGRAM, import.meta.url);
  const child = spawn(process.execPath, [program, "--json", "--exit-with-parent", "--seed", String(seed)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {
    // It died with the pipe open; `ready` or the next request says so.
  });
  const stop = () => stopChild(child);
  try {
    return { url: await ready(child, signal), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address from the line that the child prints when it serves. */
function ready(child: ChildProcess, signal: AbortSignal | undefined): Promise<string> {
  const words: string[] = [];
  createInterface({ input: child.stderr! }).on("line", (line) => {
    words.push(line);
    if (words.length > LAST_WORDS) words.shift();
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      reject(
        new PtError("E_CHILD_DIED", `${PROGRAM} ${why}${words.length === 0 ? "" : `: ${words.at(-1)}`}`, {
          hint: "Start it by hand to see what is wrong: npx --no -- pt-sim-exchange.",
          details: { stderr: words },
        }),
      );
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_MS / 1000} s`), READY_MS);
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? `status ${code}`}`);
    });
    signal?.addEventListener("abort", () => reject(stopped()), { once: true });
    createInterface({ input: child.stdout! }).once("line", (line) => {
      clearTimeout(timer);
      try {
        resolve(String(new URL(JSON.parse(line).url).origin));
      } catch {
        fail("did not say where it serves");
      }
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await closed;
  clearTimeout(force);
}
