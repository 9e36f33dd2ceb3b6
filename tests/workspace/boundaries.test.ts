import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkBoundaries } from "../../scripts/check-boundaries.mjs";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");
let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "boundaries-"));
  write("package.json", JSON.stringify({ devDependencies: { vitest: "4.1.12" } }));
  writePackage("core", ["zod", "commander", "ccxt"]);
  writePackage("cache", ["@powertrader/core", "ccxt", "commander", "technicalindicators"], "pt-cache");
  writePackage("strategies", ["@powertrader/core", "commander", "tsx"]);
  writePackage("replay", ["@powertrader/core", "@powertrader/cache", "commander"], "pt-replay");
  writePackage("unknown", ["@powertrader/core"]);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

function writePackage(name: string, dependencies: string[], bin?: string): void {
  const manifest = {
    name: `@powertrader/${name}`,
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "1.0.0"])),
    ...(bin === undefined ? {} : { bin: { [bin]: `./bin/${bin}.js` } }),
  };
  write(`packages/${name}/package.json`, JSON.stringify(manifest));
}

/** What the check says about one file with this text, in a tree that is clean otherwise. */
function messagesFor(file: string, text: string): string[] {
  write(file, text);
  try {
    return checkBoundaries(root).map((violation) => {
      expect(violation.file).toBe(file);
      return `${violation.line} ${violation.message}`;
    });
  } finally {
    rmSync(path.join(root, file));
  }
}

test.each([
  ["an upward import", "packages/core/src/a.ts", 'import { x } from "@powertrader/cache";', "imports go down"],
  ["an upward type", "packages/cache/src/a.ts", 'import type { X } from "@powertrader/replay";', "imports go down"],
  ["an upward re-export", "packages/cache/src/a.ts", 'export * from "@powertrader/replay";', "imports go down"],
  ["a neighbour", "packages/cache/src/a.ts", 'import { x } from "@powertrader/strategies";', "share floor 1"],
  ["a neighbour, lazily", "packages/cache/src/a.ts", 'await import("@powertrader/strategies");', "share floor 1"],
  ["a package without a floor", "packages/unknown/src/a.ts", 'import "@powertrader/core/time";', "has no floor"],
  ["an undeclared package", "packages/replay/src/a.ts", 'import "@powertrader/analytics";', "not in the dependencies"],
  ["itself by name", "packages/core/src/a.ts", 'import { x } from "@powertrader/core/time";', "relative path"],
  ["a path out of the package", "packages/replay/src/a.ts", 'import "../../cache/src/a.ts";', "leaves packages/replay"],
  ["an absolute path", "packages/replay/src/a.ts", 'import "/packages/replay/src/b.ts";', "leaves packages/replay"],
  ["an undeclared module", "packages/core/src/a.ts", 'import pino from "pino";', "not in the dependencies"],
  ["a test tool outside tests", "packages/core/src/a.ts", 'import "vitest";', "not in the dependencies"],
  ["a third party in core", "packages/core/src/a.ts", 'import "commander";', "core must not import"],
  ["ccxt in core", "packages/core/src/a.ts", 'await import("ccxt");', "core must not import"],
  ["a foreign library", "packages/cache/src/a.ts", 'import "technicalindicators";', "belongs to strategies"],
  ["commander in a library", "packages/strategies/src/bin/a.ts", 'import "commander";', "commander belongs to"],
  ["commander outside commands", "packages/cache/src/a.ts", 'import "commander";', "commander belongs to"],
  ["an eager heavy module", "packages/cache/src/a.ts", 'import ccxt from "ccxt";', "loaded lazily"],
  [
    "an eager heavy sub-path",
    "packages/strategies/src/a.ts",
    'import { tsImport } from "tsx/esm/api";',
    "loaded lazily",
  ],
])("reports %s", (_name, file, text, message) => {
  expect(messagesFor(file, `\n${text}\n`)).toEqual([expect.stringMatching(new RegExp(`^2 .*${message}`))]);
});

test.each([
  ["Date.now()"],
  ["globalThis.Date.now()"],
  ["new Date()"],
  ["Date()"],
  ["Math.random()"],
  ["[1].map(Math.random)"],
  ["performance.now()"],
  ["process.hrtime.bigint()"],
  ["crypto.randomUUID()"],
])("reports %s on the decision path only", (expression) => {
  const text = `export const x = ${expression};\n`;
  for (const folder of [
    "core/src/engine",
    "core/src/market",
    "core/src/metrics",
    "core/src/strategy",
    "strategies/src",
  ]) {
    expect(messagesFor(`packages/${folder}/deep/a.ts`, text)).toEqual([
      expect.stringContaining("on the decision path"),
    ]);
  }
  expect(messagesFor("packages/core/src/files/a.ts", text)).toEqual([]);
  expect(messagesFor("packages/core/src/engine/a.test.ts", text)).toEqual([]);
});

test("reports randomness imported by name", () => {
  const text = 'import { randomUUID as id } from "node:crypto";\n';
  expect(messagesFor("packages/core/src/engine/a.ts", text)).toHaveLength(1);
});

test("accepts what the floors allow", () => {
  const text = `
    import { readFileSync } from "node:fs";
    import type { Exchange } from "ccxt";
    import { Command } from "commander";
    import { systemClock } from "@powertrader/core/time";
    import { warm } from "../warm.ts";
    type Other = import("ccxt").Market;
    const { default: ccxt } = await import("ccxt");
    const at = new Date(0);
  `;
  expect(messagesFor("packages/cache/src/commands/warm.ts", text)).toEqual([]);
  expect(messagesFor("packages/core/src/a.test.ts", 'import { test } from "vitest";')).toEqual([]);
});

test("the real tree is clean", () => {
  expect(checkBoundaries(REPOSITORY)).toEqual([]);
});
