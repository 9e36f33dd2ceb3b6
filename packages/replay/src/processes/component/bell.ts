import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { isAlive } from "@powertrader/core/files";

/** How a component learns that there may be something to read, and says that it has written. */
export interface Bell {
  /**
   * Calls `onRing` whenever there may be something new. It returns whether there was, and more may come.
   * `onGone` is called when the orchestrator is no more; nothing is called after `stop`.
   */
  listen(onRing: () => boolean, onGone: () => void): void;
  ring(): void;
  stop(): void;
}

/**
 * A bell over two pipes: a byte on either says that files have grown.
 * @param lookAgainMs - how long it looks again without a pause, and without a ring, once something was new
 */
export function pipeBell(fdIn: number, fdOut: number, lookAgainMs: number): Bell {
  let socket: Socket | undefined;
  const strike = Buffer.from("\n");
  return {
    listen(onRing, onGone) {
      const callback = () => {
        if (onRing() && lookAgainMs > 0) lookAgain(onRing, lookAgainMs);
        return true;
      };
      const options = { fd: fdIn, readable: true, writable: false, onread: { buffer: Buffer.alloc(256), callback } };
      // `onread` is a documented option that the types of `new Socket` leave out.
      socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
      socket.on("end", onGone).on("error", onGone);
      socket.resume();
      onRing();
    },
    ring() {
      try {
        writeSync(fdOut, strike);
      } catch {
        // Nobody listens any more: `onGone` says so.
      }
    },
    stop: () => socket?.destroy(),
  };
}

/** It looks no longer than this without letting rings and signals through. */
const TURN_MS = 20;

/** Looks until nothing has been new for a while. */
function lookAgain(onRing: () => boolean, lookAgainMs: number): void {
  let nowMs = performance.now();
  const turnMs = nowMs + TURN_MS;
  let untilMs = nowMs + lookAgainMs;
  while (nowMs < untilMs && nowMs < turnMs) {
    const isNew = onRing();
    nowMs = performance.now();
    if (isNew) untilMs = nowMs + lookAgainMs;
  }
}

/** How long it looks again at once after something was new, and how often after that. */
const EAGER_MS = 2;
const POLL_MS = 1;
const ALIVE_MS = 250;

/** A bell for who has nothing but the files: looks at them at once while they move, else every millisecond. */
export function pollingBell(orchestratorPid: number): Bell {
  let isStopped = false;
  return {
    listen(onRing, onGone) {
      let newMs = performance.now();
      let aliveMs = newMs;
      const look = () => {
        if (isStopped) return;
        const nowMs = performance.now();
        if (onRing()) newMs = nowMs;
        if (isStopped) return;
        if (nowMs - aliveMs > ALIVE_MS) {
          aliveMs = nowMs;
          if (!isAlive(orchestratorPid)) return onGone();
        }
        if (nowMs - newMs < EAGER_MS) setImmediate(look);
        else setTimeout(look, POLL_MS);
      };
      look();
    },
    ring: () => undefined,
    stop: () => {
      isStopped = true;
    },
  };
}
