import { cpSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { mustRun, newFolder } from "../fixtures/bin.ts";
import { runHere } from "../fixtures/here.ts";
import { copyRun, editJson, replayRun } from "../fixtures/run-folder.ts";

const analyze = (args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}) =>
  runHere("pt-analyze", args, options);

let run: string;
beforeAll(async () => {
  run = await replayRun(["--end-date", "2024-02-10", "--name", "walks", "--tag", "a", "--tag", "b"]);
}, 60_000);

describe("pt-analyze <run folder>", () => {
  it("writes metrics and a report, and prints a table and where the report is", async () => {
    const folder = copyRun(run);
    const { status, stdout, stderr } = await analyze([folder]);
    expect(status).toBe(0);
    expect(stdout).toContain("sma-crossover · BTC, ETH · 2024-01-10 to 2024-02-10");
    expect(stdout).toMatch(/│ sharpe ratio +│ +[−\d.]+ │ +[−\d.]+ │/);
    expect(stdout).toContain(`report: ${join(folder, "report.html")}`);
    expect(stderr).toMatch(/^next: .*pt-analyze ls\n$/);
    expect(existsSync(join(folder, "report.html"))).toBe(true);
  });

  it("prints metrics.json and nothing else with --json, before or after the folder", async () => {
    const folder = copyRun(run);
    for (const args of [
      ["--json", folder],
      [folder, "--json"],
    ]) {
      const { status, stdout, stderr } = await analyze(args);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toBe(readFileSync(join(folder, "metrics.json"), "utf8"));
    }
  });

  it("says little with --quiet and writes no page with --no-report", async () => {
    const folder = copyRun(run);
    expect(await analyze([folder, "--quiet", "--no-report"])).toMatchObject({
      status: 0,
      stdout: `metrics: ${join(folder, "metrics.json")}\n`,
      stderr: "",
    });
    expect(existsSync(join(folder, "report.html"))).toBe(false);
  });

  it("notes on stderr where result.json disagrees with the files", async () => {
    const folder = copyRun(run);
    editJson(folder, "result.json", (result) => (result.metrics.cagr = 12));
    const { status, stderr } = await analyze([folder]);
    expect(status).toBe(0);
    expect(stderr).toContain("warning: result.json disagrees with the files of the run on cagr");
    expect(stderr).toContain("warning: result.json is not as manifest.json records");
  });

  it("marks a synthetic and partial run in the terminal too", async () => {
    const folder = copyRun(run);
    editJson(folder, "result.json", (result) => Object.assign(result, { synthetic: true, status: "cancelled" }));
    expect((await analyze([folder])).stdout).toContain("SYNTHETIC candles · PARTIAL run");
  });

  it("works from any folder, time zone and language to the same bytes", async () => {
    const [here, there] = [copyRun(run), copyRun(run)];
    await mustRun("pt-analyze", [here]);
    await mustRun("pt-analyze", ["."], {
      cwd: there,
      env: { TZ: "Asia/Kathmandu", LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" },
    });
    for (const name of ["metrics.json", "report.html"]) {
      expect(readFileSync(join(there, name)).equals(readFileSync(join(here, name))), name).toBe(true);
    }
  });
});

describe("pt-analyze latest", () => {
  it("takes the run whose result was written last", async () => {
    const older = copyRun(run);
    const results = dirname(older);
    const newer = join(results, "newer");
    cpSync(older, newer, { recursive: true });
    utimesSync(join(older, "result.json"), 1_000, 1_000);
    mkdirSync(join(results, "zz-unfinished"));
    const { status, stdout } = await analyze(["latest", "--results-dir", results]);
    expect(status).toBe(0);
    expect(stdout).toContain(`report: ${join(newer, "report.html")}`);
  });
});

describe("pt-analyze ls", () => {
  it("lists runs, newest first, and broken folders as such", async () => {
    const folder = copyRun(run);
    const results = dirname(folder);
    mkdirSync(join(results, "broken"));
    writeFileSync(join(results, "broken", "config.json"), "{}");
    const { metrics, hash } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));

    const table = await analyze(["ls", "--results-dir", results]);
    expect(table.status).toBe(0);
    expect(table.stdout).toMatch(/^run +strategy +coins +range +return +max dd +sharpe +hash +status\n/);
    expect(table.stdout).toMatch(new RegExp(`^copy walks #a #b .*BTC,ETH .*${hash.slice(0, 8)} +completed$`, "m"));
    expect(table.stdout).toMatch(/^broken .* broken: result\.json is missing/m);

    const list = JSON.parse((await analyze(["ls", "--json"], { env: { PT_RESULTS_DIR: results } })).stdout);
    expect(list.map((one: { status: string }) => one.status).sort()).toEqual(["broken", "completed"]);
    expect(list.find((one: { id: string }) => one.id === "copy")).toMatchObject({
      folder,
      name: "walks",
      tags: ["a", "b"],
      total_return: metrics.total_return,
      max_drawdown: metrics.max_drawdown,
      sharpe: metrics.sharpe,
      hash,
    });
  });

  it("says so when there is nothing to list", async () => {
    const results = newFolder();
    expect(await analyze(["ls", "--results-dir", results])).toMatchObject({
      status: 0,
      stdout: "",
      stderr: `no runs in ${results} yet\n`,
    });
    expect((await analyze(["ls", "--json", "--results-dir", results])).stdout).toBe("[]\n");
  });
});

describe("pt-analyze", () => {
  it("lists the flags of its default command in its help", async () => {
    const { status, stdout } = await analyze(["--help"]);
    expect(status).toBe(0);
    for (const word of ["--json", "--results-dir", "--no-report", "--quiet", "--debug", "ls", "latest"])
      expect(stdout).toContain(word);
  });

  it.each<[what: string, args: readonly string[], status: number, code: string, message: RegExp]>([
    ["no run", [], 2, "E_USAGE", /a run folder is needed/],
    ["two runs", ["latest", "again"], 2, "E_USAGE", /one run at a time/],
    ["an unknown flag", ["latest", "--jsn"], 2, "E_USAGE", /unknown option --jsn \(did you mean "--json"\?\)/],
    ["an unknown flag of ls", ["ls", "--no-report"], 2, "E_USAGE", /unknown option --no-report/],
    ["a folder that is not there", ["no-such-run"], 3, "E_RUN_FOLDER", /there is no folder no-such-run/],
    [
      "no results folder",
      ["latest", "--results-dir", "no-such-folder"],
      3,
      "E_RUN_FOLDER",
      /no results folder no-such-folder/,
    ],
    ["an empty name", ["ls", "--results-dir", ""], 2, "E_USAGE", /--results-dir is empty/],
    ["a name that paints the terminal", ["\u001b[31mred"], 3, "E_RUN_FOLDER", /there is no folder \?\[31mred/],
  ])("refuses %s", async (_, args, status, code, message) => {
    const plain = await analyze(args, { cwd: newFolder() });
    expect(plain).toMatchObject({ status, stdout: "" });
    expect(plain.stderr).toMatch(new RegExp(`^error ${code}: .*\n$`));
    expect(plain.stderr).toMatch(message);
    const json = await analyze([...args, "--json"], { cwd: newFolder() });
    expect(json).toMatchObject({ status, stdout: "" });
    expect(JSON.parse(json.stderr).error).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  });

  it("refuses a variable that is set to nothing", async () => {
    const { status, stderr } = await analyze(["ls"], { env: { PT_RESULTS_DIR: "" } });
    expect([status, stderr]).toEqual([2, expect.stringContaining("error E_ENV: PT_RESULTS_DIR is empty")]);
  });
});
