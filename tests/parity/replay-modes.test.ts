import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HASHED_FILES, RUN_FILES, resultSchema } from "@powertrader/core/files";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { withDefaults } from "../fixtures/with-defaults.ts";

const SMA = "--strategy sma-crossover --param fast=10 --param slow=30";

/** What a run decided and what came of it. */
const DECIDED = [RUN_FILES.signals, ...HASHED_FILES, RUN_FILES.equity];

const VARIANTS: readonly (readonly [name: string, flags: string])[] = [
  ["as by default", ""],
  ["with protective exits", "--stop-loss 0.02 --take-profit 0.03 --trailing-stop 0.015 --max-bars 30"],
  ["at the close", "--fill-at close"],
  ["in thin markets", "--max-volume-pct 1 --initial-capital 50000"],
  ["with leverage and rules of risk", "--leverage 2 --risk-profile balanced"],
  ["over the whole cache, warm-up inside the range", "--start-date 2024-01-01 --close-at-end"],
];

const folder = newFolder();
const cache = join(folder, "cache");
let runs = 0;

/** Runs pt-replay; returns its run folder. */
async function replay(flags: readonly string[]): Promise<string> {
  const out = join(folder, `run-${++runs}`);
  await runInProcess(createProgram, [...flags, "--cache-dir", cache, "--output-dir", out]);
  return out;
}

const read = (run: string, name: string) => readFileSync(join(run, name), "utf8");
const hashOf = (run: string) => resultSchema.parse(JSON.parse(read(run, RUN_FILES.result))).hash;

function expectSame(run: string, other: string, names: readonly string[]): void {
  for (const name of names) expect(read(other, name), name).toBe(read(run, name));
  expect(hashOf(other)).toBe(hashOf(run));
}

describe("a run and the replay of its own signals", () => {
  beforeAll(() => writeWalks(cache, "walk", ["BTC", "ETH"], 2000));

  it.each(VARIANTS)("decide and trade the same %s", async (_, variant) => {
    const flags = `--exchange walk --coins BTC,ETH ${SMA}`.split(" ");
    const given = withDefaults(["--start-date", "2024-01-10"], variant.split(" ").filter(Boolean));
    const full = await replay([...flags, ...given]);
    const signals = join(full, RUN_FILES.signals);
    const again = ["--config", join(full, RUN_FILES.config), "--mode", "replay-signals", "--signals", signals];
    const replayed = await replay(again);
    expect(read(full, RUN_FILES.fills).split("\n").length).toBeGreaterThan(50);
    expectSame(full, replayed, DECIDED);

    const config = join(replayed, RUN_FILES.config);
    const third = await replay(["--config", config, "--signals", signals]);
    expectSame(replayed, third, [...DECIDED, RUN_FILES.config, RUN_FILES.result, RUN_FILES.manifest]);
    expect(JSON.parse(read(third, RUN_FILES.config))).toMatchObject({
      mode: "replay-signals",
      strategy: "replay-signals",
      params: {},
      signals: { file: "signals.jsonl" },
    });
  });

  it("trade the same where the signals name prices and times of their orders", async () => {
    const settings = "--exchange walk --coins BTC,ETH --start-date 2024-01-10 --mode replay-signals --signals".split(
      " ",
    );
    const first = Date.UTC(2024, 0, 10) / 1000;
    const rows = Array.from({ length: 200 }, (_, i) => ({
      ts: first + 7 * 3600 * i + 60,
      symbol: i % 2 === 0 ? "BTC" : "ETH",
      direction: ["long", "short", "close"][i % 3],
      data: {
        limit_price: 60 + (i % 70),
        reprice: 60 + ((3 * i) % 70),
        valid_minutes: 90 * (1 + (i % 4)),
        exit_price: 90,
      },
    }));
    const file = join(folder, "terms.jsonl");
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const full = await replay([...settings, file]);
    expect(read(full, RUN_FILES.orderEvents)).toMatch(/repriced[\s\S]*time_in_force/);
    expectSame(full, await replay([...settings, join(full, RUN_FILES.signals)]), DECIDED);
  });

  it("trade the same from flags alone, and from CSV but for the ids", async () => {
    const settings = "--exchange walk --coins BTC,ETH --start-date 2024-01-10 --size 0.3".split(" ");
    const full = await replay([...settings, ...SMA.split(" ")]);
    const signals = join(full, RUN_FILES.signals);
    const byFlags = await replay([...settings, "--mode", "replay-signals", "--signals", signals]);
    expectSame(full, byFlags, DECIDED);

    const rows = read(full, RUN_FILES.signals)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { ts: number; symbol: string; direction: string })
      .map(({ ts, symbol, direction }) => [direction, symbol, new Date(ts * 1000).toISOString()].join(","));
    const csv = join(folder, "signals.csv");
    writeFileSync(csv, ["direction,symbol,ts", ...rows.reverse()].join("\n"));
    const byCsv = await replay([...settings, "--mode", "replay-signals", "--signals", csv]);
    expectSame(full, byCsv, [...HASHED_FILES, RUN_FILES.equity]);
  });
});
