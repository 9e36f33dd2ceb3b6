// `npm run -s bench -- NAME [--json]`: prints figures and whether they reach docs/performance.md's targets.
import { engineBench } from "./engine.ts";
import { loadBench } from "./load.ts";
import { lockstepBench } from "./lockstep.ts";
import { memoryBench } from "./memory.ts";
import { processBench } from "./process.ts";
import { replayBench } from "./replay.ts";
import { writeReport } from "./report.ts";
import type { BenchRow } from "./row.ts";
import { startBench } from "./start.ts";

const BENCHES: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  engine: engineBench,
  load: loadBench,
  lockstep: lockstepBench,
  memory: memoryBench,
  process: processBench,
  replay: () => replayBench(),
  start: startBench,
};

const [name = "", ...flags] = process.argv.slice(2);
const chosen = name === "all" ? Object.keys(BENCHES) : Object.keys(BENCHES).filter((one) => one === name);
if (chosen.length === 0) {
  console.error(`error E_USAGE: no bench "${name}" — one of ${[...Object.keys(BENCHES), "all"].join(", ")}`);
  process.exitCode = 2;
}
const results: { bench: string; rows: readonly BenchRow[] }[] = [];
for (const bench of chosen) {
  const rows = await BENCHES[bench]!();
  results.push({ bench, rows });
  if (flags.includes("--json")) console.log(JSON.stringify({ bench, rows }));
  else for (const one of rows) console.log(`${bench}: ${lineOf(one)}`);
}
if (flags.includes("--report")) console.error(`wrote ${writeReport(results)}`);

function lineOf({ name: what, value, unit, target, ok }: BenchRow): string {
  return `${what}: ${value} ${unit}${target === null ? "" : `  (target ${target}: ${ok ? "reached" : "MISSED"})`}`;
}
