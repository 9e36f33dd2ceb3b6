import { engineBench } from "./engine.ts";
import type { BenchRow } from "./row.ts";

const BENCHES: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  engine: engineBench,
};

const [name, ...flags] = process.argv.slice(2);
const chosen = name === "all" ? Object.keys(BENCHES) : Object.keys(BENCHES).filter((one) => one === name);
if (chosen.length === 0) {
  console.error(`error E_USAGE: bench "${name ?? ""}" — one of ${Object.keys(BENCHES).join(", ")}, all`);
  process.exitCode = 2;
}
for (const bench of chosen) {
  const rows = await BENCHES[bench]!();
  if (flags.includes("--json")) console.log(JSON.stringify({ bench, rows }));
  else
    for (const { name: what, value, unit, target, ok } of rows) {
      console.log(
        `${bench}: ${what}: ${value} ${unit}${target === null ? "" : ` (target ${target}, ${ok ? "reached" : "MISSED"})`}`,
      );
    }
}
