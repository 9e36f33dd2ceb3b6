import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ResolvedSettings, resolveSettings } from "@powertrader/core/config";
import { manifestSchema, type Result } from "@powertrader/core/files";
import type { CandleColumns } from "@powertrader/core/market";
import { HistoryView } from "@powertrader/core/strategy";
import { prepareRun, readInputs } from "@powertrader/replay";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";
import { snapshot } from "../fixtures/snapshot.ts";

const START = Date.UTC(2024, 0, 1);
const PROFILES = ["conservative", "aggressive", "plan"];

let folder: string;
let cache: string;
let out: string;

beforeEach(() => {
  folder = newFolder();
  cache = join(folder, "cache");
  out = join(folder, "out");
  for (const [i, coin] of ["BTC", "ETH"].entries())
    writeCache(cache, "test", `${coin}-USDT`, "1hour", walk(START, "1hour", 60 * 24, i + 1));
});
afterEach(() => rmSync(folder, { recursive: true }));

const FLAGS = "--exchange test --coins BTC,ETH --start-date 2024-01-15 --strategy mtf-trend --param trend=20";

function replay(flags: string, outputDir = out, signal?: AbortSignal) {
  const args = `--cache-dir ${cache} --output-dir ${outputDir} ${flags}`.split(" ");
  return runInProcess(createProgram, args, signal);
}

/** The deterministic files of a run folder. */
function bytesOf(run: string): Readonly<Record<string, string>> {
  const { files } = manifestSchema.parse(JSON.parse(readFileSync(join(run, "manifest.json"), "utf8")));
  const names = [...Object.keys(files), "manifest.json"];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(run, name)).toString("base64")]));
}

const jsonIn = (...parts: string[]) => JSON.parse(readFileSync(join(...parts), "utf8"));
const flagsFor = (profiles: readonly string[]) => profiles.map((name) => `--risk-profile ${name}`).join(" ");
const codeOf = (run: Promise<unknown>) => run.then(undefined, (error: { code?: string }) => error.code);

describe("pt-replay with several risk profiles", () => {
  it("writes for each the bytes of a run with that profile alone, and their config.json gives them again", async () => {
    await replay(`${FLAGS} ${flagsFor(PROFILES)}`);
    expect(readdirSync(out).sort()).toEqual([...PROFILES].sort());
    const fills = new Set<unknown>();
    for (const profile of PROFILES) {
      const together = bytesOf(join(out, profile));
      fills.add(together["sim_fills.jsonl"]);
      await replay(`${FLAGS} --risk-profile ${profile}`, join(folder, "alone", profile));
      expect(bytesOf(join(folder, "alone", profile))).toEqual(together);
      await replay(`--config ${join(out, profile, "config.json")}`, join(folder, "again", profile));
      expect(bytesOf(join(folder, "again", profile))).toEqual(together);
    }
    expect(fills.size).toBe(PROFILES.length);
  });

  it("compares them at the end, each beside its folder", async () => {
    const { out: said, notes } = await replay(`${FLAGS} ${flagsFor(PROFILES)}`);
    const heading = said.findIndex((line) =>
      /risk profile .*return .*max drawdown .*sharpe .*trades .*run folder/.test(line),
    );
    const rows = said.slice(heading).filter((line) => line.includes(out));
    expect(rows).toHaveLength(PROFILES.length);
    for (const [i, profile] of PROFILES.entries()) {
      const { metrics }: Result = jsonIn(out, profile, "result.json");
      expect(rows[i]).toContain(profile);
      expect(rows[i]).toContain(join(out, profile));
      expect(rows[i]).toContain(` ${metrics.trades} `);
      expect(said).toContain(`run folder: ${join(out, profile)}`);
    }
    expect(notes.filter((note) => note.startsWith("BTC, ETH against USDT"))).toHaveLength(PROFILES.length);
  });

  it("takes them as a list too, and one that is named twice once", async () => {
    await replay(`${FLAGS} --risk-profile aggressive,plan --risk-profile plan`);
    expect(readdirSync(out).sort()).toEqual(["aggressive", "plan"]);
    const single = join(folder, "single");
    const { out: said } = await replay(`${FLAGS} --risk-profile plan,plan --json`, single);
    expect(jsonIn(single, "config.json").risk.profile).toBe("plan");
    expect(JSON.parse(said.join("\n"))).toEqual(jsonIn(single, "result.json"));
  });

  it("prints with --json one array of what stands in their result.json", async () => {
    const { out: said } = await replay(`${FLAGS} ${flagsFor(PROFILES)} --json`);
    const results = PROFILES.map((profile) => jsonIn(out, profile, "result.json"));
    expect(JSON.parse(said.join("\n"))).toEqual(results);
  });

  it.each([
    ["an unknown profile behind good ones", "--risk-profile plan,reckless", "E_CONFIG_VALUE"],
    ["an empty one", "--risk-profile plan,", "E_CONFIG_VALUE"],
  ])("writes nothing for %s", async (_, flags, code) => {
    const before = snapshot(folder);
    expect(await codeOf(replay(`${FLAGS} ${flags}`))).toBe(code);
    expect(snapshot(folder)).toEqual(before);
  });

  it("does not go into a folder that holds anything", async () => {
    await replay(`${FLAGS} --risk-profile plan`);
    const before = snapshot(out);
    expect(await codeOf(replay(`${FLAGS} --risk-profile plan,aggressive`))).toBe("E_OUT_EXISTS");
    expect(snapshot(out)).toEqual(before);
  });

  it("refuses profiles that a file leaves nothing to say", async () => {
    await replay(`${FLAGS} --risk-profile plan`);
    const again = replay(`--config ${join(out, "config.json")} --risk-profile plan,aggressive`, join(folder, "again"));
    await expect(again).rejects.toMatchObject({
      code: "E_USAGE",
      message: expect.stringContaining("--risk-profile aggressive changes nothing"),
    });
    writeFileSync(join(folder, "part.json"), JSON.stringify({ risk: { profile: "plan", stop_loss_share: 0.02 } }));
    await replay(`${FLAGS} --config ${join(folder, "part.json")} --risk-profile aggressive`, join(folder, "part"));
    expect(jsonIn(folder, "part/config.json").risk).toMatchObject({ profile: "aggressive", stop_loss_share: 0.02 });
  });

  it("stops at the abort signal within a run: what was done stays, no other begins", async () => {
    const abort = new AbortController();
    let begun = 0;
    const console = {
      out: () => undefined,
      note: (text: string) => {
        if (text.startsWith("BTC, ETH against") && ++begun === 2) abort.abort();
      },
      interactive: false,
      strong: String,
      dim: String,
    };
    const frame = { console, flags: { json: false, quiet: false, debug: false }, signal: abort.signal };
    const args = `--cache-dir ${cache} --output-dir ${out} ${FLAGS} ${flagsFor(PROFILES)}`.split(" ");
    await expect(createProgram(frame).parseAsync(args, { from: "user" })).rejects.toMatchObject({
      code: "E_CANCELLED",
      message: "cancelled after 100 bars",
    });
    expect(readdirSync(out).sort()).toEqual(["aggressive", "conservative"]);
    expect(existsSync(join(out, "conservative/manifest.json"))).toBe(true);
    expect(existsSync(join(out, "aggressive/manifest.json"))).toBe(false);
  });

  it("begins no run after the abort signal", async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await codeOf(replay(`${FLAGS} ${flagsFor(PROFILES)}`, out, abort.signal))).toBe("E_CANCELLED");
    expect(existsSync(out)).toBe(false);
  });

  it("shows the settings of one run only", async () => {
    const show = runInProcess(createProgram, "config show --risk-profile plan,aggressive".split(" "));
    expect(await codeOf(show)).toBe("E_USAGE");
    const { out: said } = await runInProcess(createProgram, "config show --risk-profile plan".split(" "));
    expect(said.find((line) => line.startsWith("risk.profile"))).toContain('"plan"');
  });
});

describe("runs of the same inputs", () => {
  async function settings(): Promise<readonly ResolvedSettings[]> {
    const flags = {
      exchange: ["test"],
      coins: ["BTC"],
      "start-date": ["2024-01-15"],
      strategy: ["mtf-trend"],
      param: ["trend=20"],
      "cache-dir": [cache],
    };
    const one = (profile: string) =>
      resolveSettings({ flags: { ...flags, "risk-profile": [profile] }, environment: {}, folder });
    return Promise.all(PROFILES.map(one));
  }

  it("need the cache no more, and share what was read but nothing that a run changes", async () => {
    const resolved = await settings();
    const inputs = readInputs(resolved[0]!);
    rmSync(cache, { recursive: true });
    const prepared = resolved.map((one) => prepareRun(one, inputs));
    for (const { series, config } of prepared) {
      expect(series).toBe(inputs.series);
      expect(config.data).toBe(inputs.data);
    }
    expect(new Set(prepared.map(({ source }) => source)).size).toBe(PROFILES.length);
    expect(new Set(prepared.map(({ createPolicy }) => createPolicy(undefined))).size).toBe(PROFILES.length);
    expect(prepared.map(({ config }) => config.risk.profile)).toEqual(PROFILES);
  });

  it("compute each indicator once, on longer timeframes too", async () => {
    const resolved = await settings();
    const inputs = readInputs(resolved[0]!);
    const { reads, watched } = countReads(inputs.series[0]!.columns);
    const higher = inputs.series[0]!.higher!;
    const history = () => new HistoryView("BTC-USDT", "1hour", watched, { row: 400 }, higher);
    const sources = resolved.map((one) => prepareRun(one, inputs).source);
    const watchers = sources.map((source) => source.watch(history()));
    expect(watchers).toHaveLength(3);
    expect(reads()).toBe(2); // the fast and the slow average
    const views = PROFILES.map(() => HistoryView.columnsOf(history().higher("4hour")));
    expect(new Set(views).size).toBe(1);
  });
});

/** Columns that count how often their closes are asked for. */
function countReads(columns: CandleColumns): { readonly reads: () => number; readonly watched: CandleColumns } {
  let count = 0;
  const watched = {
    ...columns,
    get close() {
      count++;
      return columns.close;
    },
  };
  return { reads: () => count, watched };
}
