import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PtError } from "@powertrader/core/errors";
import { COMPONENTS, type ComponentName, IPC_FILES } from "../wire/ipc-files.ts";
import { attachCommand } from "./attach-command.ts";
import { Child, type ChildEnd, diedError } from "./child.ts";
import { Guard } from "./guard.ts";
import { ReadyLedger } from "./ready-ledger.ts";

/** Who takes a half: our own program, a command of somebody's, or a process that is started by hand. */
export type Launch =
  | { readonly kind: "own" }
  | {
      readonly kind: "command";
      readonly command: readonly [string, ...string[]];
      /** The command as it was given. */
      readonly text: string;
    }
  | { readonly kind: "attach" };

export interface CrewOptions {
  /** The `ipc` folder; `session.json` is in it. */
  readonly folder: string;
  readonly runId: string;
  readonly launches: Readonly<Record<ComponentName, Launch>>;
  /** How long a component may take to answer. */
  readonly timeoutMs: number;
}

/**
 * How long an answer is looked for without a pause: to be woken takes longer than most answers do. Where there is but
 * one processor, looking would keep it from who is to answer.
 */
const SPIN_MS = availableParallelism() > 1 ? 0.2 : 0;
const WATCH_MS = 50;
/** A longer pause between two looks was ours (a suspended machine): it does not count against a component. */
const LONGEST_PAUSE_MS = 200;
/** How long a polled file is looked at again at once. */
const EAGER_MS = 2;
const POLL_MS = 1;
/** How long processes that have been killed are waited for. */
const KILL_WAIT_MS = 2_000;

interface Wait {
  readonly component: ComponentName;
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  ageMs: number;
}

/** Both components of a run: started, asked, waited for, and gone at the end, whatever the end is. */
export class Crew {
  readonly ledger: ReadyLedger;
  readonly #options: CrewOptions;
  readonly #guard = new Guard();
  readonly #children = new Map<ComponentName, Child>();
  /** Components that have not rung so far: their answers are looked for. */
  readonly #silent = new Set<ComponentName>();
  readonly #watch: NodeJS.Timeout;
  readonly #killAll = () => {
    for (const child of this.#children.values()) child.kill();
  };
  #watchedMs = performance.now();
  #wait: Wait | undefined;
  #failure: unknown;
  /** Components whose run is over may leave. */
  #mayLeave = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.ledger = new ReadyLedger(join(options.folder, IPC_FILES.ready), options.runId);
    // Should this process leave at once (second Ctrl-C), nothing stays behind.
    process.once("exit", this.#killAll);
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    for (const name of COMPONENTS) this.#start(name);
  }

  /** Whether every component is our own program, started by us: these use nothing that is not theirs yet. */
  get isOwn(): boolean {
    return COMPONENTS.every((name) => this.#options.launches[name].kind === "own");
  }

  /** Whether somebody takes part who knows only files. */
  get isPolled(): boolean {
    return this.#silent.size > 0;
  }

  /** Tells `component` that it is asked for everything up to `sequence`. */
  ask(component: ComponentName, sequence: number): void {
    this.ledger.publish(component, sequence);
    this.#children.get(component)?.ring();
  }

  /**
   * Waits until `component` has answered `sequence`.
   * @throws PtError E_CHILD_DIED, E_HANDSHAKE_TIMEOUT or E_PROTOCOL; an answer that is there, or comes while it is looked for, needs no promise
   */
  answered(component: ComponentName, sequence: number): Promise<void> | undefined {
    if (this.#hasAnswered(component, sequence) || this.#spin(component, sequence)) return undefined;
    return new Promise((resolve, reject) => {
      this.#wait = { component, sequence, resolve, reject, ageMs: 0 };
      this.#readAnswers();
      if (this.#silent.has(component)) this.#poll(performance.now());
    });
  }

  #hasAnswered(component: ComponentName, sequence: number): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    return this.ledger.answered(component) >= sequence;
  }

  /** Whether the answer comes while it is looked for. */
  #spin(component: ComponentName, sequence: number): boolean {
    const untilMs = performance.now() + SPIN_MS;
    while (performance.now() < untilMs) {
      this.#readAnswers();
      if (this.#hasAnswered(component, sequence)) return true;
    }
    return false;
  }

  /** Lets components leave, and waits for our own to have done so: a policy may have something to write. */
  async dismiss(): Promise<void> {
    this.#mayLeave = true;
    for (const child of this.#children.values()) child.ring();
    const ends = [...this.#children].map(([name, { ended }]) => {
      const { kind } = this.#options.launches[name];
      const limitMs = kind === "own" ? this.#options.timeoutMs : Math.min(KILL_WAIT_MS, this.#options.timeoutMs);
      return Promise.race([
        ended.then(() => true),
        sleep(limitMs, false, { ref: false }).then(() => kind !== "own"),
      ]).then((isDone) => {
        if (!isDone) this.#fail(this.#timeoutError(name, this.ledger.published(name), limitMs));
      });
    });
    await Promise.all(ends);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Kills what is left and waits for its end. */
  async close(): Promise<void> {
    this.#mayLeave = true;
    clearInterval(this.#watch);
    this.#killAll();
    await Promise.race([
      Promise.all([...this.#children.values()].map(({ ended }) => ended)),
      sleep(KILL_WAIT_MS, undefined, { ref: false }),
    ]);
    process.off("exit", this.#killAll);
    this.#guard.close();
    for (const child of this.#children.values()) child.close();
    this.ledger.close();
  }

  #start(name: ComponentName): void {
    const { folder, runId, launches } = this.#options;
    const launch = launches[name];
    if (launch.kind !== "own") this.#silent.add(name);
    if (launch.kind === "attach") return;
    const child = new Child({
      name,
      command: launch.kind === "command" ? launch.command : undefined,
      folder,
      runId,
      onRing: () => {
        this.#silent.delete(name);
        this.#readAnswers();
      },
      onExit: (end) => this.#onExit(name, end),
    });
    this.#children.set(name, child);
    if (child.group !== undefined) this.#guard.watch(child.group);
  }

  #onExit(name: ComponentName, end: ChildEnd): void {
    const child = this.#children.get(name)!;
    // What it has started and left behind ends with it.
    child.kill();
    if (child.group !== undefined) this.#guard.forget(child.group);
    if (this.#mayLeave && (end.code === 0 || this.#options.launches[name].kind !== "own")) return;
    const sequence = Math.max(1, this.ledger.published(name));
    this.#fail(diedError(end, { name, sequence, log: child.log, folder: this.#options.folder }));
  }

  #readAnswers(): void {
    try {
      this.ledger.read();
    } catch (error) {
      this.#fail(error);
    }
    const wait = this.#wait;
    if (wait === undefined || this.ledger.answered(wait.component) < wait.sequence) return;
    this.#wait = undefined;
    wait.resolve();
  }

  /** Looks for the answer of who does not ring: at once for a while, then every millisecond. */
  #poll(sinceMs: number): void {
    if (this.#wait === undefined) return;
    this.#readAnswers();
    if (this.#wait === undefined || !this.#silent.has(this.#wait.component)) return;
    if (performance.now() - sinceMs < EAGER_MS) setImmediate(() => this.#poll(sinceMs));
    else setTimeout(() => this.#poll(sinceMs), POLL_MS);
  }

  /** Whether the wait has become too long. */
  #look(): void {
    const nowMs = performance.now();
    const passedMs = Math.min(nowMs - this.#watchedMs, LONGEST_PAUSE_MS);
    this.#watchedMs = nowMs;
    if (this.#wait === undefined) return;
    this.#wait.ageMs += passedMs;
    const { component, sequence, ageMs } = this.#wait;
    if (ageMs >= this.#options.timeoutMs) this.#fail(this.#timeoutError(component, sequence, this.#options.timeoutMs));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    const wait = this.#wait;
    this.#wait = undefined;
    wait?.reject(this.#failure);
  }

  #timeoutError(component: ComponentName, sequence: number, timeoutMs: number): PtError {
    return new PtError(
      "E_HANDSHAKE_TIMEOUT",
      `${component} did not answer sequence ${sequence} within ${timeoutMs / 1000} s`,
      {
        hint: `Give it longer with --component-timeout, or ${this.#remedyFor(component)}.`,
        details: { component, sequence, timeout_s: timeoutMs / 1000 },
      },
    );
  }

  #remedyFor(component: ComponentName): string {
    const { folder, launches } = this.#options;
    if (launches[component].kind !== "attach") return `see what it waits for in ${join(folder, `${component}.log`)}`;
    if (this.ledger.answered(component) > 0) return "see what it says where you started it";
    return `start it while the run waits: ${attachCommand(component, dirname(folder))}`;
  }
}
