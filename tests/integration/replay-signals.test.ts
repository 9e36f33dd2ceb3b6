import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { decodeSimFill, RUN_FILES, readJsonl, resultSchema, sha256OfFile } from "@powertrader/core/files";
import { HOUR_MS } from "@powertrader/core/market";
import { beforeEach, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { writeWalks } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const START_MS = Date.UTC(2024, 0, 1);

let folder: string;
let runs: number;

beforeEach(() => {
  folder = newFolder();
  runs = 0;
  writeWalks(join(folder, "cache"), "walk", ["BTC", "ETH"], 200);
});

function signalsFile(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
}

/** Runs pt-replay on this test's cache. */
async function replay(flags: readonly string[]) {
  const run = join(folder, `run-${++runs}`);
  const places = ["--cache-dir", join(folder, "cache"), "--output-dir", run];
  const { notes } = await runInProcess(createProgram, [...flags, ...places]);
  return { run, notes };
}

const settings = (start = "2024-01-02") =>
  `--exchange walk --coins BTC,ETH --start-date ${start} --end-date 2024-01-04 --latency-ms 0,0 --max-volume-pct 100`.split(
    " ",
  );
const withSignals = (file: string, start?: string) => [
  ...settings(start),
  "--mode",
  "replay-signals",
  "--signals",
  file,
];

const fillsOf = (run: string) => readJsonl(join(run, RUN_FILES.fills), decodeSimFill);
const notesOf = (run: string) =>
  resultSchema.parse(JSON.parse(readFileSync(join(run, RUN_FILES.result), "utf8"))).notes;
const configOf = (run: string) =>
  JSON.parse(readFileSync(join(run, RUN_FILES.config), "utf8")) as Record<string, unknown>;

async function failure(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PtError)) throw new Error(`no PtError but ${String(error)}`);
  return `${error.code}: ${error.message} — ${error.hint ?? ""}`;
}

describe("pt-replay --mode replay-signals", () => {
  it("trades what a file says, each signal in the first bar that opens at or after it", async () => {
    const file = signalsFile("others.csv", [
      "ts,symbol,direction,strength,size,stop_loss,take_profit",
      "2024-01-02 05:00:00,BTC-USDT,long,0.7,0.25,,",
      "2024-01-02 09:30:00,BTC-USDT,close,,,,",
      "2024-01-02 05:00:01,ETH,short,,,,",
    ]);
    const { run, notes } = await replay(withSignals(file));
    expect(fillsOf(run).map(({ symbol, side, barMs }) => [symbol, side, (barMs - START_MS) / HOUR_MS])).toEqual([
      ["BTC-USDT", "buy", 24 + 5],
      ["ETH-USDT", "sell", 24 + 6],
      ["BTC-USDT", "sell", 24 + 10],
    ]);
    expect(notes[1]).toContain("replay-signals of others.csv, capital 10000 USDT");
    expect(configOf(run)).toMatchObject({
      mode: "replay-signals",
      strategy: "replay-signals",
      params: {},
      signals: { file: "others.csv", sha256: sha256OfFile(file), count: 3 },
    });
    expect(JSON.stringify(configOf(run))).not.toContain(folder);
  });

  it("gives each its own size, stop and target, and the run's where it says none", async () => {
    const rows = [
      { ts: START_MS / 1000 + 25 * 3600, symbol: "BTC", direction: "long", size: 0.25, stop_loss: 1, take_profit: 1e6 },
      { ts: START_MS / 1000 + 25 * 3600, symbol: "ETH", direction: "long" },
    ];
    const file = signalsFile(
      "mine.jsonl",
      rows.map((row) => JSON.stringify(row)),
    );
    const { run } = await replay([...withSignals(file), "--max-bars", "3", "--fee-bps", "0"]);
    const fills = fillsOf(run);
    expect(fills.map(({ symbol, rule }) => [symbol, rule])).toEqual([
      ["BTC-USDT", "next_open"],
      ["ETH-USDT", "next_open"],
      ["BTC-USDT", "time_exit"],
      ["ETH-USDT", "time_exit"],
    ]);
    const [btc, eth] = fills.map(({ qty, price }) => qty * price) as [number, number];
    expect(btc).toBeCloseTo(2500, 0);
    expect(eth).toBeCloseTo(5000, -1);
  });

  it("says which signals it left out", async () => {
    const file = signalsFile("long.csv", [
      "symbol,ts,direction",
      "BTC,2024-01-01 12:00:00,long",
      "BTC,2024-01-03 12:10:00,long",
      "BTC,2024-01-03 12:20:00,close",
      "BTC,2024-02-01,close",
    ]);
    const { run } = await replay(withSignals(file));
    expect(notesOf(run)).toEqual([
      "long.csv: 1 signal before 2024-01-02 left out",
      "long.csv: 1 signal after the last bar left out",
      "long.csv: 1 signal overtaken by a later one of the same coin before a bar closed",
    ]);
    expect(fillsOf(run)).toEqual([]);
  });

  it("acts at the very start only when the run starts a bar earlier, and says so", async () => {
    const file = signalsFile("early.csv", ["ts,symbol,direction", "2024-01-02,BTC,long"]);
    const [late, early] = [await replay(withSignals(file)), await replay(withSignals(file, "2024-01-01T23:00:00Z"))];
    const barsOf = (run: string) => fillsOf(run).map(({ barMs }) => (barMs - START_MS) / HOUR_MS);
    expect(barsOf(late.run)).toEqual([25]);
    expect(notesOf(late.run)).toEqual([
      "early.csv: 1 signal at the very start taken up a bar later; a run that starts one bar earlier acts on time",
    ]);
    expect(barsOf(early.run)).toEqual([24]);
    expect(notesOf(early.run)).toEqual([]);
  });

  it("says when the file holds no signals at all", async () => {
    const { run } = await replay(withSignals(signalsFile("empty.jsonl", [])));
    expect(notesOf(run)).toEqual(["empty.jsonl: no signals in it, nothing is traded"]);
  });

  it("repeats a run from its config.json and the same signals, and refuses others", async () => {
    const lines = ["ts,symbol,direction", "2024-01-02 05:00:00,BTC,long"];
    const file = signalsFile("mine.csv", lines);
    const { run } = await replay(withSignals(file));
    const config = join(run, RUN_FILES.config);
    const again = await replay(["--config", config, "--signals", file]);
    for (const name of [RUN_FILES.config, RUN_FILES.signals, RUN_FILES.manifest])
      expect(readFileSync(join(again.run, name), "utf8")).toBe(readFileSync(join(run, name), "utf8"));
    const other = signalsFile("other.csv", [...lines, "2024-01-02 06:00:00,BTC,close"]);
    expect(await failure(replay(["--config", config, "--signals", other]))).toMatch(
      /^E_DATA_CHANGED: other.csv: the signals are not those of the recorded run \(1 then, 2 now\) — Give mine.csv/,
    );
  });

  it.each([
    [["--mode", "replay-signals"], /^E_USAGE: --mode replay-signals needs --signals/],
    [["--signals", "x.csv"], /^E_USAGE: --signals goes with --mode replay-signals/],
    [["--strategy", "replay-signals"], /^E_USAGE: replay-signals is no strategy but a mode/],
    [
      ["--mode", "replay-signals", "--signals", "x.csv", "--strategy", "breakout"],
      /^E_USAGE: --strategy does not go with/,
    ],
    [["--mode", "replay-signals", "--signals", "x.csv", "--param", "fast=5"], /^E_USAGE: --param does not go with/],
    [["--mode", "replay-signals", "--signals", "absent.csv"], /^E_FILE: cannot read absent.csv \(ENOENT\)/],
    [["--mode", "signals"], /^E_CONFIG_VALUE: --mode = "signals": must be "replay" or "replay-signals"/],
  ])("%j is an error", async (flags, said) => {
    expect(await failure(replay([...settings(), ...flags]))).toMatch(said);
  });
});
