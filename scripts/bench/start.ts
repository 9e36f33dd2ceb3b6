import { BINS, measure } from "./child.ts";
import { type BenchRow, pairRatio, row } from "./row.ts";

/** How long `--help` takes against a bare start of node. */
export async function startBench(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, file] of Object.entries(BINS)) {
    const ratio = await pairRatio(
      () => measure(["-e", "0"]),
      () => measure([file, "--help"]),
      11,
    );
    rows.push(row(`${name} --help ÷ node -e 0`, ratio, "×", { atMost: 2 }));
  }
  return rows;
}
