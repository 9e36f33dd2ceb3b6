import { type ChildProcess, spawn } from "node:child_process";

/** Keeps the last list it is told; when nobody can tell it anything any more, it kills the process groups in it. */
const SCRIPT = 'while read -r line; do groups=$line; done; for group in $groups; do kill -9 "-$group"; done';

/**
 * Sees to it that process groups do not outlive this process, not even when it is killed at once: a tiny process of its
 * own session waits for the end of a pipe that only we hold.
 */
export class Guard {
  readonly #child: ChildProcess;
  readonly #groups = new Set<number>();

  constructor() {
    this.#child = spawn("/bin/sh", ["-c", SCRIPT], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      env: {},
    });
    // Without a guard the groups still see their own pipes close.
    this.#child.on("error", () => undefined);
    this.#child.stdin?.on("error", () => undefined);
  }

  watch(group: number): void {
    this.#groups.add(group);
    this.#tell();
  }

  forget(group: number): void {
    this.#groups.delete(group);
    this.#tell();
  }

  /** Lets it go; groups it still watches are killed. */
  close(): void {
    this.#child.stdin?.end();
  }

  #tell(): void {
    this.#child.stdin?.write(`${[...this.#groups].join(" ")}\n`);
  }
}
