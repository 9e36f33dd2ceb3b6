import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeReport } from "@powertrader/analytics";
import { decodeCashFlow, RUN_FILES, readJsonl, resultSchema } from "@powertrader/core/files";
import { expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

/** A run that sells BTC short for good on its second day, and the heads of its table of open positions. */
async function shortFor(...flags: readonly string[]) {
  const folder = newFolder();
  writeWalks(join(folder, "cache"), "walk", ["BTC"], 200);
  const [signals, run] = [join(folder, "signals.csv"), join(folder, "run")];
  writeFileSync(signals, "ts,symbol,direction,size\n2024-01-02 06:00:00,BTC,short,0.5\n");
  const args = `--exchange walk --coins BTC --start-date 2024-01-02 --max-volume-pct 100 --cache-dir ${folder}/cache`;
  const mode = ["--mode", "replay-signals", "--signals", signals, "--output-dir", run];
  await runInProcess(createProgram, [...args.split(" "), ...mode, ...flags]);
  writeReport(run);
  const page = readFileSync(join(run, "report.html"), "utf8");
  const table = /<section id="positions">.*?<\/section>/s.exec(page)![0];
  return {
    positions: resultSchema.parse(JSON.parse(readFileSync(join(run, RUN_FILES.result), "utf8"))).open_positions,
    cashFlows: readJsonl(join(run, RUN_FILES.cashFlows), decodeCashFlow),
    heads: [...table.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map((match) => match[1]),
  };
}

it("an open position says what cash moved without a fill since it was entered", async () => {
  const { positions, cashFlows, heads } = await shortFor("--borrow-rate", "1");
  expect(cashFlows.length).toBeGreaterThan(3);
  const paid = cashFlows.reduce((sum, { amount }) => sum + amount, 0);
  expect(paid).toBeLessThan(0);
  expect(positions).toMatchObject([{ side: "short", flows: expect.closeTo(paid, 9) }]);
  expect(heads.at(-1)).toBe("Funding");
});

it("an open position that holding cost nothing has no flows", async () => {
  const { positions, heads } = await shortFor();
  expect(Object.keys(positions[0]!)).not.toContain("flows");
  expect(heads.at(-1)).toBe("Fees paid");
});
