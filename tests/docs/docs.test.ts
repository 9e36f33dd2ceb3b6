import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { presetFileSchema, runConfigSchema } from "@powertrader/core/config";
import {
  decodeCashFlow,
  decodeEquity,
  decodeFundingSegment,
  decodeOrderEvent,
  decodeSegment,
  decodeSignal,
  decodeSimFill,
  decodeSimOrder,
  decodeTrade,
  parseSegmentFileName,
  readSeries,
  resultSchema,
  segmentMetaSchema,
} from "@powertrader/core/files";
import { firstRowAt } from "@powertrader/core/market";
import { decodeTimeframeFile, modelManifestSchema } from "@powertrader/strategies/pattern-memory";
import type { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { commandPage, environmentPage, programs } from "../../scripts/docs/pages.ts";
import { newFolder, ROOT } from "../fixtures/bin.ts";
import { mustRunHere, runHere } from "../fixtures/here.ts";

const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const pageOf = (name: string) => readFileSync(join(ROOT, name), "utf8");

/** Fenced blocks of a page: what stands behind the fence, and the text. */
function blocksOf(page: string): readonly (readonly [string, string])[] {
  return [...pageOf(page).matchAll(/^```([^\n]*)\n([\s\S]*?)^```/gm)].map((match) => [match[1]!, match[2]!]);
}

/** Every command line of ours on a page, in blocks, help texts and between backticks, without npx and cron fields. */
function commandsOf(page: string): readonly string[] {
  const inBlocks = blocksOf(page)
    .flatMap(([, text]) => text.split("\n"))
    .flatMap((line) => /npx --no -- (pt-.*)$/.exec(line)?.[1] ?? [])
    .map((line) => line.replace(/\s+#.*$/, "").trim());
  const inText = [...pageOf(page).matchAll(/`npx --no -- (pt-[^`\n]*)`/g)].map((match) => match[1]!);
  return [...inBlocks, ...inText];
}

const COMMANDS = [...new Set(PAGES.flatMap(commandsOf))];

describe("generated pages", () => {
  it("docs/cli.md is current (npm run docs writes it)", () => {
    expect(pageOf("docs/cli.md")).toBe(commandPage());
  });

  it(".env.example is current (npm run docs writes it)", () => {
    expect(pageOf(".env.example")).toBe(environmentPage());
  });

  it(".env.example names every PT_ variable that the sources read", () => {
    const sources = readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" })
      .filter((name) => /\/src\/.*(?<!\.test)\.ts$/.test(name) && !name.includes("node_modules"))
      .map((name) => readFileSync(join(ROOT, "packages", name), "utf8"));
    const read = new Set(
      sources.flatMap((text) => [...text.matchAll(/process\.env\.(PT_[A-Z_]+)/g)].map((match) => match[1]!)),
    );
    expect(read.size).toBeGreaterThan(1);
    for (const name of read) expect(environmentPage()).toContain(`# ${name}=`);
  });
});

describe("samples in docs/file-formats.md", () => {
  const decoders: Readonly<Record<string, (text: string, rest: string) => unknown>> = {
    segment: (text, file) => decodeSegment(text, parseSegmentFileName(file)!),
    funding_segment: (text, file) => decodeFundingSegment(text, parseSegmentFileName(file)!),
    meta: (text) => segmentMetaSchema.parse(JSON.parse(text)),
    signals: (text) => decodeSignal(JSON.parse(text)),
    sim_orders: (text) => decodeSimOrder(JSON.parse(text)),
    order_events: (text) => decodeOrderEvent(JSON.parse(text)),
    sim_fills: (text) => decodeSimFill(JSON.parse(text)),
    trades: (text) => decodeTrade(JSON.parse(text)),
    cash_flows: (text) => decodeCashFlow(JSON.parse(text)),
    equity: (text) => decodeEquity(JSON.parse(text)),
    config: (text) => runConfigSchema.parse(JSON.parse(text)),
    model: (text) => decodeTimeframeFile(text),
    model_manifest: (text) => modelManifestSchema.parse(JSON.parse(text)),
    preset: (text) => presetFileSchema.parse(JSON.parse(text)),
    result: (text) => resultSchema.parse(JSON.parse(text)),
  };
  const samples = blocksOf("docs/file-formats.md").filter(([fence]) => fence.startsWith("json "));

  it("show every contract once", () => {
    expect(samples.map(([fence]) => fence.split(" ")[1]).sort()).toEqual(Object.keys(decoders).sort());
  });

  it.each(samples)("%s is read by its codec", (fence, text) => {
    const [, contract, rest] = fence.split(" ");
    expect(() => decoders[contract!]!(text, rest ?? "")).not.toThrow();
  });
});

describe("commands on the pages", () => {
  it.each(COMMANDS)("%s has flags that the program knows", (line) => {
    const [bin, ...words] = line.split(" ");
    let command: Command = programs().find((program) => program.name() === bin)!;
    expect(command, `no program ${bin}`).toBeDefined();
    while (words.length > 0 && command.commands.some((inner) => inner.name() === words[0])) {
      const name = words.shift();
      command = command.commands.find((inner) => inner.name() === name)!;
    }
    const shown = command
      .createHelp()
      .visibleOptions(command)
      .map((option) => option.long);
    for (const word of words.filter((one) => one.startsWith("--"))) expect(shown).toContain(word.split("=")[0]);
  });

  describe("run as they stand, where they need no network", () => {
    const folder = newFolder();
    const offline = COMMANDS.filter(
      (line) => !/ warm .*kucoin|import - |\.\.\/shared|pt-sim-exchange|<|…/.test(line),
    ).filter((line) => !/--exchange (binance|oracle) --start-date/.test(line));

    beforeAll(async () => {
      // Stands in for what the warm commands would fetch: the simulated market under the real exchange's name.
      const sim = "warm --exchange sim --coins BTC,ETH,DOGE --start-date 2023-06-01 --end-date 2024-07-01".split(" ");
      await mustRunHere("pt-cache", sim, { cwd: folder });
      const { cpSync, writeFileSync } = await import("node:fs");
      cpSync(join(folder, "backtest_cache/sim"), join(folder, "backtest_cache/kucoin"), { recursive: true });
      const replay =
        "--exchange sim --start-date 2024-01-01 --coins BTC --strategy sma-crossover --output-dir backtest_results/demo".split(
          " ",
        );
      await mustRunHere("pt-replay", replay, { cwd: folder });
      const rows = Array.from({ length: 300 }, (_, i) => `${1704067200 + i * 3600},100,101,99,100.5,10`);
      writeFileSync(join(folder, "my-candles.csv"), `time,open,high,low,close,volume\n${rows.join("\n")}\n`);
      writeFileSync(join(folder, "my-mark-candles.csv"), `time,open,high,low,close,volume\n${rows.join("\n")}\n`);
      writeFileSync(join(folder, "my-funding.csv"), "time,rate\n1704067200,0.0001\n1704096000,-0.00002\n");
      const { columns } = readSeries(join(folder, "backtest_cache"), "kucoin", "BTC-USDT", "1hour")!;
      const first = firstRowAt(columns, Date.UTC(2024, 0, 1));
      const fills = Array.from({ length: 40 }, (_, i) => {
        return `${columns.time[first + i]! / 1000},BTC-USDT,buy,1,${columns.open[first + i]! * 1.001},42`;
      });
      writeFileSync(join(folder, "real_fills.csv"), `ts,symbol,side,qty,price,fee\n${fills.join("\n")}\n`);
      writeFileSync(
        join(folder, "goog.csv"),
        "time,open,high,low,close,volume\n2024-01-05,1,1,1,1,1\n2024-01-08,1,1,1,1,1\n",
      );
    });

    it("are some", () => {
      expect(offline.length).toBeGreaterThan(8);
    });

    it.each(offline)("%s", async (line) => {
      const [bin, ...args] = line.split(" ");
      const { status, stderr } = await runHere(bin!, args, { cwd: folder });
      expect(stderr).not.toMatch(/^error/m);
      expect(status).toBe(0);
    });
  });
});
