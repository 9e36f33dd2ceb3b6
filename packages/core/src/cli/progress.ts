import { SingleBar } from "cli-progress";
import type { Console } from "./console.ts";

const DRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const STEPS = 1_000;

/** A progress display: a bar that redraws itself on a terminal, now and then a plain line elsewhere. */
export interface ProgressDisplay {
  /** @param done - share done, 0 to 1 */
  update(done: number, text: () => string): void;
  /** Clears the bar. Call it in any case. */
  end(): void;
}

/** A display on stderr for a task called `label`; it keeps silent when the console does. */
export function createProgress(console: Console, label: string): ProgressDisplay {
  const everyMs = console.interactive ? DRAW_EVERY_MS : LINE_EVERY_MS;
  const show = console.interactive ? createBar(label) : lineWriter(console, label);
  let shownMs = performance.now();
  return {
    update(done, text) {
      const nowMs = performance.now();
      if (nowMs - shownMs < everyMs) return;
      shownMs = nowMs;
      show.update(done, text());
    },
    end: () => show.end(),
  };
}

interface Display {
  update(done: number, text: string): void;
  end(): void;
}

function createBar(label: string): Display {
  const bar = new SingleBar({
    stream: process.stderr,
    format: `${label} {bar} {percentage} %  {text}  {eta} s left`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  });
  let isStarted = false;
  return {
    update(done, text) {
      if (!isStarted) bar.start(STEPS, 0, { text });
      isStarted = true;
      bar.update(Math.round(done * STEPS), { text });
    },
    end() {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

function lineWriter(console: Console, label: string): Display {
  return {
    update: (done, text) => console.note(`${label} ${Math.floor(done * 100)} %  ${text}`),
    end: () => undefined,
  };
}
