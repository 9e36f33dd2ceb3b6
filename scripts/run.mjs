// @ts-check
// The one way in: `npm start`, `npm test`, `npm run <verb>`. Every verb first installs and builds what it needs.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { install, isMain, packageFolders, SetupError } from "./bootstrap.mjs";
import { COUNTS_FILE } from "./count-reporter.mjs";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const CACHE = path.join(ROOT, "node_modules/.cache");
const MIN_LINE_COVERAGE_PCT = 90;

/** Flags of node for programs of ours that are not built. */
const FROM_SOURCES = ["--import", "tsx", "--conditions=source"];

/** @type {Record<string, { about: string, run: (args: string[]) => Promise<number> }>} */
const VERBS = {
  setup: { about: "install and build what is missing", run: async () => 0 },
  demo: { about: "run the offline demonstration", run: (args) => node(["scripts/demo.mjs", ...args]) },
  test: { about: "run the tests; arguments go to vitest", run: test },
  coverage: { about: "run the tests and print line coverage per package", run: coverage },
  check: { about: "types, lint, package boundaries, unused code", run: check },
  format: { about: "format and mend what lint can mend", run: () => tool("biome", ["check", "--write", "."]) },
  bench: { about: "run a benchmark: bench NAME [--json]", run: bench },
  docs: { about: "write the generated pages again", run: () => node([...FROM_SOURCES, "scripts/docs/write.ts"]) },
  build: { about: "build, fresh or not", run: async () => 0 },
};
const NEEDS_NO_BUILD = new Set(["check", "format", "docs"]);

/** @param {string[]} args */
async function main([verb = "help", ...args]) {
  const command = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (command === undefined) {
    const lines = Object.entries(VERBS).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`);
    console.error(`usage: node scripts/run.mjs VERB [args]\n${lines.join("\n")}`);
    return 2;
  }
  if (Number.parseInt(process.versions.node, 10) < 20) {
    console.error(`error E_NODE: Node.js 20.19 or newer is needed, this is ${process.version}`);
    return 2;
  }
  try {
    install(ROOT);
    if (!NEEDS_NO_BUILD.has(verb)) await buildAll(verb === "build");
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`error ${error.code}: ${error.message}`);
    return error.code === "E_INSTALL" ? 5 : 1;
  }
  return command.run(args);
}

/** @param {boolean} force */
async function buildAll(force) {
  const { build } = await import("./build.mjs");
  await build(ROOT, { force });
}

/** @param {string[]} args */
async function test(args) {
  const { exitCode, summary } = await runVitest(args);
  console.log(summary);
  return exitCode;
}

/** Shows vitest's own output, then one last line that a script can read. @param {string[]} args */
async function runVitest(args) {
  rmSync(COUNTS_FILE, { force: true });
  const reporters = args.some((arg) => arg.startsWith("--reporter")) ? [] : ["--reporter=default"];
  const exitCode = await tool("vitest", ["run", ...reporters, "--reporter=./scripts/count-reporter.mjs", ...args]);
  return { exitCode, summary: summaryLine(readCounts(), exitCode) };
}

/** @returns {import("./count-reporter.mjs").Counts} */
function readCounts() {
  if (!existsSync(COUNTS_FILE)) return { passed: 0, failed: 0, skipped: 0 };
  return JSON.parse(readFileSync(COUNTS_FILE, "utf8"));
}

/**
 * A failed run is never reported with zero failures, and a killed one says that it was.
 * @param {import("./count-reporter.mjs").Counts} counts @param {number} exitCode
 */
export function summaryLine({ passed, failed, skipped }, exitCode) {
  const signal = signalOf(exitCode);
  const killed = signal === undefined ? "" : `the test run was killed (${signal})\n`;
  const shown = exitCode === 0 ? failed : Math.max(failed, 1);
  return `${killed}${skipped > 0 ? `${skipped} skipped\n` : ""}${passed} passed, ${shown} failed`;
}

/** The signal that an exit code in the shell's numbering stands for. @param {number} exitCode */
function signalOf(exitCode) {
  return Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];
}

/** @param {string[]} args */
async function coverage(args) {
  const folder = path.join(CACHE, "coverage");
  const report = path.join(folder, "coverage-summary.json");
  rmSync(report, { force: true });
  const flags = [
    "--coverage",
    "--coverage.reporter=json-summary",
    "--coverage.reportOnFailure",
    `--coverage.reportsDirectory=${folder}`,
  ];
  const { exitCode, summary } = await runVitest([...flags, ...args]);
  console.log(summary);
  if (!existsSync(report)) return exitCode || 1;

  let low = 0;
  for (const line of coverageByPackage(ROOT, JSON.parse(readFileSync(report, "utf8")))) {
    if (line.pct < MIN_LINE_COVERAGE_PCT) low++;
    console.log(`${line.name.padEnd(14)}${line.pct.toFixed(1).padStart(6)} %  ${line.covered} of ${line.total} lines`);
  }
  if (low > 0) console.log(`line coverage of ${low} package(s) is below ${MIN_LINE_COVERAGE_PCT} %`);
  return exitCode || (low > 0 ? 1 : 0);
}

/**
 * Line coverage of every package that has lines. @param {string} root
 * @param {Record<string, { lines: { total: number, covered: number } }>} summary as written by the json-summary reporter
 */
export function coverageByPackage(root, summary) {
  return packageFolders(root).flatMap((folder) => {
    const inside = Object.entries(summary).filter(([file]) => file.startsWith(path.join(root, folder) + path.sep));
    const total = inside.reduce((sum, [, { lines }]) => sum + lines.total, 0);
    const covered = inside.reduce((sum, [, { lines }]) => sum + lines.covered, 0);
    return total === 0 ? [] : [{ name: path.basename(folder), total, covered, pct: (100 * covered) / total }];
  });
}

async function check() {
  /** @type {[string, Promise<{ exitCode: number, output: string, seconds: number }>][]} */
  const checks = [
    ["types", captured("tsc", ["--noEmit", "--pretty", "false"])],
    ["lint", captured("biome", ["check", "--error-on-warnings", "."])],
    ["boundaries", captured(process.execPath, ["scripts/check-boundaries.mjs"])],
    ["unused", captured("knip", ["--no-progress"])],
  ];
  let failed = 0;
  for (const [name, running] of checks) {
    const { exitCode, output, seconds } = await running;
    if (exitCode !== 0) failed++;
    console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${name.padEnd(11)} ${seconds.toFixed(1)} s`);
    if (exitCode !== 0) console.log(output.trimEnd());
  }
  return failed > 0 ? 1 : 0;
}

/** @param {string[]} args */
async function bench(args) {
  // Bundled like the programs themselves: a loader in between would be measured too.
  const esbuild = await import("esbuild");
  const outfile = path.join(CACHE, "bench/main.mjs");
  await esbuild.build({
    entryPoints: [path.join(ROOT, "scripts/bench/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["source"],
    mainFields: ["module", "main"],
    // A run logs through pino, which only its own package can load.
    external: ["ccxt", "better-sqlite3", "pino", "tsx", "technicalindicators", "@powertrader/replay"],
    logLevel: "warning",
  });
  return node(["--expose-gc", outfile, ...args]);
}

/** @param {string[]} args */
function node(args) {
  return exitCodeOf(spawn(process.execPath, args, { cwd: ROOT, stdio: "inherit" }));
}

/** @param {string} name of a program in node_modules/.bin @param {string[]} args */
function tool(name, args) {
  return exitCodeOf(spawn(path.join(ROOT, "node_modules/.bin", name), args, { cwd: ROOT, stdio: "inherit" }));
}

/** @param {string} name @param {string[]} args */
async function captured(name, args) {
  const startedAt = performance.now();
  const file = path.isAbsolute(name) ? name : path.join(ROOT, "node_modules/.bin", name);
  const child = spawn(file, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const exitCode = await exitCodeOf(child);
  return { exitCode, output, seconds: (performance.now() - startedAt) / 1000 };
}

/** A child that a signal killed is a failure, with the shell's number for it. @param {import("node:child_process").ChildProcess} child */
function exitCodeOf(child) {
  return new Promise((/** @type {(exitCode: number) => void} */ resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

if (isMain(import.meta.url)) {
  process.on("SIGINT", () => {}); // the child got it too and decides; its exit code becomes ours
  process.exitCode = await main(process.argv.slice(2));
}
