import type { Console } from "./console.ts";

const DRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const WIDTH = 24;

/** A progress display: a bar that redraws itself on a terminal, now and then a plain line elsewhere. */
export interface ProgressDisplay {
  /** @param done - share done, 0 to 1 */
  update(done: number, text: () => string): void;
  /** Clears the bar. Call it in any case. */
  end(): void;
}

/** A display on stderr for a task called `label`; it keeps silent when the console is quiet. */
export function createProgress(console: Console, label: string): ProgressDisplay {
  const startedMs = performance.now();
  let drawnMs = -Infinity;
  return {
    update(done, text) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < (console.interactive ? DRAW_EVERY_MS : LINE_EVERY_MS)) return;
      if (!console.interactive && drawnMs === -Infinity && nowMs - startedMs < LINE_EVERY_MS) return;
      drawnMs = nowMs;
      const percent = `${Math.floor(done * 100)} %`.padStart(5);
      if (!console.interactive) return console.note(`${label} ${percent.trim()} ${text()}`);
      const left = done > 0 ? ((nowMs - startedMs) / done) * (1 - done) : Number.NaN;
      const eta = Number.isFinite(left) ? `  ${Math.ceil(left / 1000)} s left` : "";
      const filled = Math.round(done * WIDTH);
      const bar = `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}`;
      process.stderr.write(`\r\x1b[2K${label} ${bar} ${percent}  ${text()}${eta}`);
    },
    end() {
      if (console.interactive && drawnMs !== -Infinity) process.stderr.write("\r\x1b[2K");
    },
  };
}
