import { spawn } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(process.cwd());

export const BINS = {
  "pt-cache": "packages/cache/bin/pt-cache.js",
  "pt-train": "packages/trainer/bin/pt-train.js",
  "pt-replay": "packages/replay/bin/pt-replay.js",
  "pt-thinker": "packages/replay/bin/pt-thinker.js",
  "pt-trader": "packages/replay/bin/pt-trader.js",
  "pt-analyze": "packages/analytics/bin/pt-analyze.js",
  "pt-sim-exchange": "packages/sim-exchange/bin/pt-sim-exchange.js",
} as const;

export interface Measured {
  readonly seconds: number;
  /** Largest resident set, megabytes. */
  readonly peakMb: number;
}

/** Says its peak memory on descriptor 3 when the program ends. */
const REPORT_MEMORY =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS/1024)))";

/** Runs node with `args` as a process of its own, from start to end. */
export function measure(args: readonly string[], withMemory = false): Promise<Measured> {
  const flags = withMemory ? ["--import", REPORT_MEMORY] : [];
  const startMs = performance.now();
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  let memory = "";
  child.stdio[3]!.on("data", (text) => {
    memory += String(text);
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (status) => {
      if (status !== 0) fail(new Error(`node ${args.join(" ")} ended with ${status}`));
      else done({ seconds: (performance.now() - startMs) / 1000, peakMb: Number(memory) });
    });
  });
}
