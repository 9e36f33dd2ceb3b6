// @ts-check
// A vitest reporter that shows nothing: it leaves the number of tests by outcome in a file, for run.mjs to print.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

export const COUNTS_FILE = path.resolve(import.meta.dirname, "../node_modules/.cache/test-counts.json");

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * A file that could not be loaded counts as a failure, and so does an error outside of all tests.
 * @param {readonly { errors(): readonly unknown[], children: { allTests(): Iterable<{ result(): { state: string } }> } }[]} files
 * @param {readonly unknown[]} errors @returns {Counts}
 */
export function countTests(files, errors) {
  const states = files.flatMap((file) => [...file.children.allTests()].map((test) => test.result().state));
  const passed = states.filter((state) => state === "passed").length;
  const failed = states.filter((state) => state === "failed").length;
  const brokenFiles = files.filter((file) => file.errors().length > 0).length;
  return { passed, failed: failed + brokenFiles + errors.length, skipped: states.length - passed - failed };
}

/** @implements {Pick<import("vitest/node").Reporter, "onTestRunEnd">} */
export default class CountReporter {
  /** @param {readonly import("vitest/node").TestModule[]} files @param {readonly unknown[]} errors */
  onTestRunEnd(files, errors) {
    mkdirSync(path.dirname(COUNTS_FILE), { recursive: true });
    writeFileSync(COUNTS_FILE, JSON.stringify(countTests(files, errors)));
  }
}
