import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeEquity, encodeTrade } from "@powertrader/core/files";
import { DAY_MS } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { createProgram } from "./program.ts";

const START_MS = Date.UTC(2024, 0, 1);

/** A results folder with one small finished run called `small`. */
function resultsWithRun(): string {
  const results = mkdtempSync(join(tmpdir(), "pt-analyze-"));
  const run = join(results, "small");
  mkdirSync(run);
  const write = (name: string, content: unknown) => writeFileSync(join(run, name), JSON.stringify(content));
  write("config.json", { coins: ["BTC"], quote: "USDT", strategy: "sma-crossover", name: "small one", tags: ["t"] });
  write("result.json", {
    schema_version: 1,
    status: "ruined",
    hash: "0123456789abcdef",
    synthetic: true,
    start_ts: START_MS / 1000,
    end_ts: (START_MS + 3 * DAY_MS) / 1000,
    bars: 3,
    initial_capital: 10_000,
    final_equity: 10_200,
    open_positions: [],
    warm_up: [],
    metrics: { total_return: 0.02, max_drawdown: 0.01, sharpe: null },
    undefined_metrics: { sharpe: "not asked" },
    notes: [],
  });
  const equity = [10_000, 10_100, 10_050, 10_200].map((value, day) =>
    encodeEquity(START_MS + day * DAY_MS, value, value),
  );
  writeFileSync(join(run, "equity.jsonl"), `${equity.join("\n")}\n`);
  const times = { entryMs: START_MS, exitMs: START_MS + DAY_MS };
  const prices = { qty: 1, entryPrice: 100, exitPrice: 110, pnl: 10, pnlPct: 10, fees: 0 };
  const trade = encodeTrade({
    tradeId: "BTC-USDT-t1",
    symbol: "BTC-USDT",
    side: "long",
    exitReason: "signal",
    barsHeld: 1,
    maePct: 0,
    mfePct: 0,
    flows: 0,
    positionId: null,
    ...times,
    ...prices,
  });
  writeFileSync(join(run, "trades.jsonl"), `${trade}\n`);
  return results;
}

/** Runs the program as the frame would and returns what it said. */
async function say(args: readonly string[]): Promise<{ readonly out: string; readonly notes: string }> {
  const said = { out: "", notes: "" };
  const program = createProgram({
    console: {
      out: (text) => {
        said.out += `${text}\n`;
      },
      note: (text) => {
        said.notes += `${text}\n`;
      },
      interactive: false,
      strong: (text) => text,
      dim: (text) => text,
    },
    flags: { json: args.includes("--json"), quiet: args.includes("--quiet"), debug: false },
    signal: new AbortController().signal,
  });
  await program.parseAsync(args, { from: "user" });
  return said;
}

describe("pt-analyze", () => {
  it("analyzes the newest run and prints the strategy beside buying and holding", async () => {
    const results = resultsWithRun();
    const { out, notes } = await say(["latest", "--results-dir", results]);
    expect(out).toContain("sma-crossover · BTC · 2024-01-01 to 2024-01-04 · 10,000.00 → 10,200.00 USDT");
    expect(out).toContain("SYNTHETIC candles · PARTIAL run · RUINED");
    expect(out).toMatch(/│ sharpe ratio +│ +12\.29 │ +— │/);
    expect(out).toContain(`report: ${join(results, "small", "report.html")}`);
    expect(notes).toContain("warning: result.json disagrees with the files of the run on sharpe, max_drawdown");
    expect(notes).toContain("warning: sim_fills.jsonl is missing");
  });

  it("prints metrics.json with --json", async () => {
    const results = resultsWithRun();
    const { out, notes } = await say([join(results, "small"), "--json", "--no-report"]);
    expect(JSON.parse(out).metrics.sharpe).toBeCloseTo(12.289606, 6);
    expect(notes).not.toContain("E_");
    expect(readdirSync(join(results, "small"))).not.toContain("report.html");
  });

  it("lists runs as a table and as JSON", async () => {
    const results = resultsWithRun();
    mkdirSync(join(results, "broken"));
    writeFileSync(join(results, "broken", "run.json"), "{}");
    const { out } = await say(["ls", "--results-dir", results]);
    expect(out).toMatch(
      /^small small one #t +sma-crossover +BTC +2024-01-01 2024-01-04 +\+2\.00.% +1\.00.% +— +01234567 +ruined, synthetic$/m,
    );
    expect(out).toMatch(/^broken .*broken: /m);
    const list = JSON.parse((await say(["ls", "--json", "--results-dir", results])).out);
    expect(list.find((one: { id: string }) => one.id === "small")).toMatchObject({
      total_return: 0.02,
      sharpe: null,
      status: "ruined",
    });
  });

  it("says so when there are no runs", async () => {
    const empty = mkdtempSync(join(tmpdir(), "pt-analyze-"));
    expect(await say(["ls", "--results-dir", empty])).toEqual({ out: "", notes: `no runs in ${empty} yet\n` });
  });

  it.each([
    [[], "E_USAGE"],
    [["a", "b"], "E_USAGE"],
    [["latest", "--results-dir", " "], "E_USAGE"],
    [["nowhere"], "E_RUN_FOLDER"],
  ])("refuses %j with %s", async (args, code) => {
    await expect(say(args)).rejects.toMatchObject({ code });
  });
});
