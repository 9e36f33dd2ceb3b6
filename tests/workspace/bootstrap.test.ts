import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installEnvironment, installFingerprint, installHint, withLock } from "../../scripts/bootstrap.mjs";
import { countTests } from "../../scripts/count-reporter.mjs";
import { coverageByPackage, summaryLine } from "../../scripts/run.mjs";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");
let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "bootstrap-"));
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "packages/core/package.json"]) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    cpSync(path.join(REPOSITORY, file), path.join(root, file));
  }
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("install", () => {
  test.each(["package.json", "pnpm-lock.yaml", "packages/core/package.json"])("is repeated when %s changes", (file) => {
    const before = installFingerprint(root);
    expect(installFingerprint(root)).toBe(before);
    writeFileSync(path.join(root, file), '{ "name": "changed" }');
    expect(installFingerprint(root)).not.toBe(before);
  });

  test("keeps its caches in the project when the home folder cannot be written", () => {
    expect(installEnvironment(root, {}, root).npm_config_store_dir).toBeUndefined();
    const home = path.join(root, "missing");
    const env = installEnvironment(root, { npm_config_cache: path.join(home, ".npm") }, home);
    for (const key of ["npm_config_cache", "npm_config_store_dir", "npm_config_cache_dir", "npm_config_state_dir"]) {
      expect(env[key], key).toContain(path.join(root, "node_modules/.cache"));
    }
  });

  test("leaves the caller's choices alone, except silence", () => {
    const env = installEnvironment(root, { npm_config_nodedir: "/headers", npm_config_loglevel: "silent" }, root);
    expect(env.npm_config_nodedir).toBe("/headers");
    expect(env.npm_config_loglevel).toBeUndefined();
  });

  test.each([
    ["ERR_PNPM_OUTDATED_LOCKFILE better-sqlite3", "npx pnpm@1.2.3 install"],
    [".../better-sqlite3 install: gyp ERR! find Python", "python3, make and g++"],
    ["GET https://registry.example/zod error (ENOTFOUND)", "registry could not be reached"],
    ["Error: spawnSync npx ENOENT", "npx was not found"],
  ])("says what to do about: %s", (output, hint) => {
    expect(installHint(output, "pnpm@1.2.3")).toContain(hint);
  });

  test("holds its lock until the work is done, failed work too", async () => {
    const lock = path.join(root, "node_modules/.cache/setup.lock");
    const holder = `import(${JSON.stringify(path.join(REPOSITORY, "scripts/bootstrap.mjs"))})
      .then(({ withLock }) => withLock(${JSON.stringify(root)}, () => console.log("mine")))`;
    const tryLock = () => spawnSync(process.execPath, ["-e", holder], { encoding: "utf8", timeout: 1500 }).stdout;

    await withLock(root, async () => expect(tryLock()).toBe(""));
    expect(() =>
      withLock(root, () => {
        throw new Error("broken");
      }),
    ).toThrow("broken");
    expect(tryLock()).toBe("mine\n");

    writeFileSync(lock, String(spawnSync(process.execPath, ["-e", ""]).pid)); // its owner is gone
    expect(tryLock()).toBe("mine\n");
  });
});

describe("test summary", () => {
  const file = (errors: string[], ...states: string[]) => ({
    errors: () => errors,
    children: { allTests: () => states.map((state) => ({ result: () => ({ state }) })) },
  });

  test("counts tests by outcome", () => {
    const files = [file([], "passed", "passed", "skipped"), file([], "failed", "passed", "pending")];
    expect(summaryLine(countTests(files, []), 1)).toBe("2 skipped\n3 passed, 1 failed");
  });

  test("counts broken files and errors outside of tests as failures", () => {
    const files = [file([], "passed"), file(["could not be loaded"])];
    expect(summaryLine(countTests(files, ["unhandled"]), 1)).toBe("1 passed, 2 failed");
  });

  test("never reports zero failures of a failed run", () => {
    expect(summaryLine(countTests([file([], "passed")], []), 1)).toBe("1 passed, 1 failed");
    expect(summaryLine(countTests([file([], "passed")], []), 0)).toBe("1 passed, 0 failed");
  });
});

test("a killed test run says so before its counts", () => {
  const none = { passed: 0, failed: 0, skipped: 0 };
  expect(summaryLine(none, 137)).toBe("the test run was killed (SIGKILL)\n0 passed, 1 failed");
  expect(summaryLine(none, 143)).toBe("the test run was killed (SIGTERM)\n0 passed, 1 failed");
});

test("line coverage is summed per package", () => {
  const summary = {
    total: { lines: { total: 99, covered: 99 } },
    [path.join(root, "packages/core/src/a.ts")]: { lines: { total: 30, covered: 30 } },
    [path.join(root, "packages/core/src/b.ts")]: { lines: { total: 10, covered: 4 } },
    [path.join(root, "packages/core-other/src/b.ts")]: { lines: { total: 10, covered: 0 } },
  };
  expect(coverageByPackage(root, summary)).toEqual([{ name: "core", total: 40, covered: 34, pct: 85 }]);
});

test("an unknown verb lists the verbs and exits 2", () => {
  const child = spawnSync(process.execPath, ["scripts/run.mjs", "toString"], { cwd: REPOSITORY, encoding: "utf8" });
  expect(child.status).toBe(2);
  expect(child.stdout).toBe("");
  expect(child.stderr).toContain("coverage");
});
