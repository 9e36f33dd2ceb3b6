import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { BenchRow } from "./row.ts";

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
    return `## ${bench}\n\n| figure | measured | target | |\n|---|---|---|---|\n${lines.join("\n")}`;
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
