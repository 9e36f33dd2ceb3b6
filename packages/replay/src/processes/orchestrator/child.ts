import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { COMPONENT_VARIABLES, type ComponentName } from "../wire/ipc-files.ts";
import { OutputLog } from "./output-log.ts";

/** The only variables of ours that a component gets, beside those of the protocol. */
const PASSED_ON = ["PATH", "HOME", "LANG", "TZ"];

/** The rest of what a dying process printed is waited for this long. */
const LAST_WORDS_MS = 200;

export interface ChildOptions {
  readonly name: ComponentName;
  /** Program and arguments; our own component when absent. */
  readonly command: readonly [string, ...string[]] | undefined;
  /** The `ipc` folder. */
  readonly folder: string;
  readonly runId: string;
  readonly onRing: () => void;
  /** Called once, when the process is no more and its last words are read. */
  readonly onExit: (end: ChildEnd) => void;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Only when it could not be started. */
  readonly fault?: string;
}

/** A component that we have started: in a process group of its own, with a doorbell either way. */
export class Child {
  readonly group: number | undefined;
  readonly log: OutputLog;
  /** Resolves when the process is no more. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #bell: Writable;

  constructor({ name, command, folder, runId, onRing, onExit }: ChildOptions) {
    const [program, ...args] = command ?? [process.execPath, ownProgram(name)];
    this.log = new OutputLog(join(folder, `${name}.log`));
    // A group of its own: Ctrl-C on the terminal is ours, and whatever it starts can be ended with it.
    this.#child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      detached: true,
      env: environmentOf(name, folder, runId),
    });
    this.group = this.#child.pid;
    this.log.take(this.#child.stdout!, this.#child.stderr!);
    const [, , , bellOut, bellIn] = this.#child.stdio as unknown as [null, Readable, Readable, Writable, Readable];
    this.#bell = bellOut;
    for (const stream of [bellOut, bellIn]) stream.on("error", () => undefined);
    bellIn.on("data", onRing);
    this.ended = new Promise((resolve) => {
      const closed = new Promise((done) => this.#child.once("close", done));
      const end = (how: ChildEnd) => {
        onExit(how);
        resolve();
      };
      this.#child.once("error", (error) => {
        // Also emitted when a signal could not be sent, which is no end.
        if (this.group === undefined)
          end({ code: null, signal: null, fault: (error as NodeJS.ErrnoException).code ?? "" });
      });
      this.#child.once("exit", async (code, signal) => {
        await Promise.race([closed, sleep(LAST_WORDS_MS)]);
        end({ code, signal });
      });
    });
  }

  ring(): void {
    this.#bell.write("\n");
  }

  /** Ends the whole group at once. */
  kill(): void {
    if (this.group === undefined) return;
    try {
      process.kill(-this.group, "SIGKILL");
    } catch {
      // Nobody of it is left.
    }
  }

  /** Lets go of everything that it was connected with. */
  close(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
    this.log.close();
  }
}

function environmentOf(name: ComponentName, folder: string, runId: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(PASSED_ON.map((key) => [key, process.env[key]])),
    [COMPONENT_VARIABLES.folder]: folder,
    [COMPONENT_VARIABLES.runId]: runId,
    [COMPONENT_VARIABLES.component]: name,
    [COMPONENT_VARIABLES.doorbellIn]: "3",
    [COMPONENT_VARIABLES.doorbellOut]: "4",
  };
}

function ownProgram(name: ComponentName): string {
  return findProgram("@powertrader/replay", `pt-${name}`, import.meta.url);
}

/** How the end of a component is told when nobody expected it. */
export function diedError(
  { code, signal, fault }: ChildEnd,
  about: { readonly name: ComponentName; readonly sequence: number; readonly log: OutputLog; readonly folder: string },
): PtError {
  const { name, sequence, log, folder } = about;
  const stderr = log.lastLines();
  const how =
    fault !== undefined
      ? `could not be started (${fault})`
      : signal === null
        ? `ended with exit code ${code}`
        : `was killed by ${signal}`;
  const said = stderr.at(-1);
  return new PtError("E_CHILD_DIED", `${name} ${how} at sequence ${sequence}${said === undefined ? "" : `: ${said}`}`, {
    hint: `What it printed is in ${join(folder, `${name}.log`)}; ${join(dirname(folder), "run.json")} is marked failed.`,
    details: { component: name, code, signal, sequence, stderr },
  });
}
