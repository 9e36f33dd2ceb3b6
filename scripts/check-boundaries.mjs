// @ts-check
// Holds the sources to the floors of docs/architecture.md: one line per import or call that crosses them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { isMain, packageFolders } from "./bootstrap.mjs";

/** @typedef {{ file: string, line: number, message: string }} Violation */
/** @typedef {{ specifier: string, node: ts.Node, kind: "static" | "dynamic" | "type" }} Import */
/** @typedef {{ name: string, folder: string, dependencies: Set<string>, testTools: Set<string>, hasBins: boolean }} Package */

/** Imports go down only; packages of one floor never import each other. @type {Record<string, number>} */
const FLOORS = {
  core: 0,
  cache: 1,
  strategies: 1,
  analytics: 1,
  "sim-exchange": 1,
  trainer: 2,
  replay: 3,
  optimizer: 3,
  forward: 3,
  operations: 4,
  dashboard: 4,
};

/** Third-party modules that only these packages may import. @type {Record<string, string[]>} */
const ONLY_IN = {
  ccxt: ["cache", "forward"],
  "better-sqlite3": ["cache", "optimizer", "forward", "operations"],
  technicalindicators: ["strategies"],
  tsx: ["strategies", "replay"],
};

const CORE_MAY_IMPORT = new Set(["zod", "pino", "pure-rand", "smol-toml", "jsonc-parser", "cli-progress"]);

/** Slow or native: loaded by `await import()` in the command that needs them, never on start-up. */
const ONLY_LAZY = new Set(["ccxt", "better-sqlite3", "tsx"]);

/** Folders of a package with bins that may import commander. */
const COMMAND_FOLDERS = ["src/bin/", "src/commands/"];

/** The decision path: no wall clock and no unseeded randomness. */
const DETERMINISTIC = [
  "packages/core/src/engine/",
  "packages/core/src/funding/",
  "packages/core/src/market/",
  "packages/core/src/metrics/",
  "packages/core/src/risk/",
  "packages/core/src/strategy/",
  "packages/core/src/walk-forward/",
  "packages/strategies/src/",
  "packages/trainer/src/fit/",
  "packages/trainer/src/series/",
];
const IMPURE_MEMBERS = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "process.hrtime",
  "crypto.randomUUID",
  "crypto.getRandomValues",
]);
const IMPURE_IMPORTS = new Set(["randomUUID", "randomBytes", "randomInt", "performance", "hrtime"]);

/** Exceptions to the above, each with its reason. @type {{ file: string, name: string, reason: string }[]} */
const IMPURE_ALLOWED = [];

/** @param {string} root @returns {Violation[]} sorted by file and line */
export function checkBoundaries(root) {
  const packages = packageFolders(root).map((folder) => readPackage(root, folder));
  const rootManifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const testTools = new Set(
    Object.keys(rootManifest.devDependencies ?? {}).filter((name) => !name.startsWith("@powertrader/")),
  );

  /** @type {Violation[]} */
  const violations = [];
  for (const owner of packages) {
    for (const file of listSources(root, `${owner.folder}/src`)) {
      const source = ts.createSourceFile(
        file,
        readFileSync(path.join(root, file), "utf8"),
        ts.ScriptTarget.ES2023,
        true,
      );
      /** @param {ts.Node} node @param {string} message */
      const report = (node, message) =>
        violations.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, message });

      const isTest = file.endsWith(".test.ts") || file.includes("/src/fixtures/");
      for (const imported of importsOf(source)) {
        const message = judgeImport(
          imported,
          owner,
          file,
          isTest ? new Set([...testTools, ...owner.testTools]) : new Set(),
        );
        if (message !== undefined) report(imported.node, message);
      }
      if (!isTest && DETERMINISTIC.some((folder) => file.startsWith(folder))) {
        for (const { name, node } of impureUses(source)) {
          if (IMPURE_ALLOWED.some((allowed) => allowed.file === file && allowed.name === name)) continue;
          report(node, `${name} on the decision path: take the time from the clock, randomness from a seeded stream`);
        }
      }
    }
  }
  return violations.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

/** @param {string} root @param {string} folder @returns {Package} */
function readPackage(root, folder) {
  const manifest = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
  return {
    name: path.basename(folder),
    folder,
    dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
    testTools: new Set(Object.keys(manifest.devDependencies ?? {})),
    hasBins: manifest.bin !== undefined,
  };
}

/** TypeScript sources below a folder, relative to the root, sorted. @param {string} root @param {string} folder */
function listSources(root, folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[cm]?tsx?$/.test(name))
    .map((name) => `${folder}/${name.split(path.sep).join("/")}`)
    .sort();
}

/** @param {ts.SourceFile} source @returns {Import[]} */
function importsOf(source) {
  /** @type {Import[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({
        specifier: node.moduleSpecifier.text,
        node,
        kind: node.importClause?.isTypeOnly ? "type" : "static",
      });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ specifier: node.moduleSpecifier.text, node, kind: node.isTypeOnly ? "type" : "static" });
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      found.push({ specifier: node.argument.literal.text, node, kind: "type" });
    } else if (ts.isCallExpression(node)) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteralLike(argument)) {
        if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
          found.push({ specifier: argument.text, node, kind: "dynamic" });
        } else if (ts.isIdentifier(node.expression) && node.expression.text === "require") {
          found.push({ specifier: argument.text, node, kind: "static" });
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * Why this import is not allowed, or `undefined`.
 * @param {Import} imported @param {Package} owner @param {string} file @param {Set<string>} testTools
 */
function judgeImport({ specifier, kind }, owner, file, testTools) {
  if (specifier.startsWith(".") || specifier.startsWith("/") || specifier.startsWith("file:")) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    const stays = specifier.startsWith(".") && target.startsWith(`${owner.folder}/`);
    return stays ? undefined : `"${specifier}" leaves packages/${owner.name}: import @powertrader/… by name`;
  }
  if (isBuiltin(specifier)) return undefined;

  const module = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (module.startsWith("@powertrader/")) return judgeWorkspaceImport(module, owner);
  if (testTools.has(module)) return undefined;
  if (!owner.dependencies.has(module))
    return `"${module}" is not in the dependencies of packages/${owner.name}/package.json`;
  if (owner.name === "core" && !CORE_MAY_IMPORT.has(module)) return `core must not import "${module}"`;
  const allowed = ONLY_IN[module];
  if (allowed !== undefined && !allowed.includes(owner.name))
    return `"${module}" belongs to ${allowed.join(", ")}, not to ${owner.name}`;
  if (module === "commander") {
    const inside = owner.hasBins && COMMAND_FOLDERS.some((folder) => file.startsWith(`${owner.folder}/${folder}`));
    if (!inside) return `commander belongs to ${COMMAND_FOLDERS.join(" and ")} of packages with bins`;
  }
  if (ONLY_LAZY.has(module) && kind === "static")
    return `"${module}" must be loaded lazily: await import("${specifier}"), or import type`;
  return undefined;
}

/** @param {string} module @param {Package} owner */
function judgeWorkspaceImport(module, owner) {
  const target = module.slice("@powertrader/".length);
  const [from, to] = [FLOORS[owner.name], FLOORS[target]];
  if (from === undefined) return `packages/${owner.name} has no floor: add it to the table`;
  if (to === undefined) return `"${module}" has no floor: add it to the table`;
  if (target === owner.name) return `${owner.name} imports itself by name: use a relative path`;
  if (to > from) return `${owner.name} (floor ${from}) must not import ${target} (floor ${to}): imports go down`;
  if (to === from)
    return `${owner.name} and ${target} share floor ${from}: what both need goes down, or travels as a file`;
  if (!owner.dependencies.has(module))
    return `"${module}" is not in the dependencies of packages/${owner.name}/package.json`;
  return undefined;
}

/** Uses of the wall clock and of unseeded randomness. @param {ts.SourceFile} source */
function impureUses(source) {
  /** @type {{ name: string, node: ts.Node }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      const name = node.getText(source).replace(/^globalThis\./, "");
      if (IMPURE_MEMBERS.has(name)) found.push({ name, node });
    } else if (
      ts.isNewExpression(node) &&
      node.expression.getText(source) === "Date" &&
      (node.arguments?.length ?? 0) === 0
    ) {
      found.push({ name: "new Date()", node });
    } else if (ts.isCallExpression(node) && node.expression.getText(source) === "Date") {
      found.push({ name: "Date()", node });
    } else if (ts.isImportSpecifier(node) && IMPURE_IMPORTS.has((node.propertyName ?? node.name).text)) {
      const from = node.parent.parent.parent.moduleSpecifier;
      if (ts.isStringLiteral(from) && isBuiltin(from.text)) found.push({ name: node.name.text, node });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

if (isMain(import.meta.url)) {
  const violations = checkBoundaries(path.resolve(path.dirname(fileURLToPath(import.meta.url)), ".."));
  for (const { file, line, message } of violations) console.log(`${file}:${line} ${message}`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
