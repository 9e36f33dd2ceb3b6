// @ts-check
// Bundles every bin and every package export into packages/*/dist. `npm run build`, and before everything that starts bins.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { packageFolders, SetupError, withLock } from "./bootstrap.mjs";

/** @import { BuildOptions, BuildResult, Message, Metafile, Plugin } from "esbuild" */
/** @typedef {{ folder: string, outdir: string, options: BuildOptions, declared: Set<string> }} Target */

// Stays out of the bundles: native code, and what must be loaded late because it is large.
const EXTERNAL = ["better-sqlite3", "ccxt", "pino", "tsx"];
const STAMP = "node_modules/.cache/build.json";

const REQUIRE_BANNER =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/**
 * Zod brings its messages in fifty languages, half of its size, which every program would parse at its start.
 * @type {Plugin}
 */
const ENGLISH_ONLY = {
  name: "english-only",
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]de\.js$/ }, ({ path: file }) => ({
      errors: [{ text: `${file} is bundled after all: zod names its languages elsewhere now` }],
    }));
  },
};

/** @type {BuildOptions} */
const COMMON = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["source"],
  mainFields: ["module", "main"], // UMD builds hide their requires from a bundler
  minifySyntax: true,
  legalComments: "none",
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunks/[name]-[hash]",
  write: false,
  metafile: true,
  logLevel: "silent",
  plugins: [ENGLISH_ONLY],
};

/** Builds when sources are newer than dist; `force` builds always. @param {string} root @param {{ force?: boolean }} options */
export async function build(root, { force = false } = {}) {
  if (!force && isFresh(root)) return;
  await withLock(root, async () => {
    if (!force && isFresh(root)) return;
    const startedAt = performance.now();
    const fingerprint = sourceFingerprint(root);
    const esbuild = await import("esbuild");
    const { targets, problems } = planTargets(root);
    const define = { PT_CODE_VERSION: JSON.stringify(`${versionOf(root)}+${fingerprint.slice(0, 12)}`) };

    /** @type {string[]} */
    const written = [];
    await Promise.all(
      targets.map(async (target) => {
        /** @type {BuildResult<{ write: false, metafile: true }>} */
        let result;
        try {
          result = /** @type {any} */ (
            await esbuild.build({ ...target.options, define, absWorkingDir: root, outdir: target.outdir })
          );
        } catch (error) {
          const { errors } = /** @type {{ errors?: Message[] }} */ (error);
          if (errors === undefined) throw error;
          problems.push(...errors.map(formatMessage));
          return;
        }
        problems.push(...undeclaredExternals(target, result.metafile));
        for (const file of result.outputFiles) writeIfChanged(file.path, file.contents);
        written.push(...result.outputFiles.map((file) => path.relative(root, file.path)));
      }),
    );

    if (problems.length > 0) {
      rmSync(path.join(root, STAMP), { force: true });
      throw new SetupError("E_BUILD", [...new Set(problems)].sort().join("\n"));
    }
    removeLeftovers(root, new Set(written));
    writeFileSync(path.join(root, STAMP), JSON.stringify({ fingerprint, files: written.sort() }));
    console.error(`build: ${written.length} files in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  });
}

/** @param {string} root */
function versionOf(root) {
  return JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).version;
}

/** What to build: per package its exports, and its bins if it has any. @param {string} root */
function planTargets(root) {
  /** @type {Target[]} */
  const targets = [];
  /** @type {string[]} */
  const problems = [];
  for (const folder of packageFolders(root)) {
    const source = path.join(root, folder, "src");
    if (!existsSync(source)) continue; // not written yet
    const manifest = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
    const declared = new Set(Object.keys(manifest.dependencies ?? {}));

    /** @param {string} entry @param {string} user */
    const checkEntry = (entry, user) => {
      if (existsSync(path.join(root, entry))) return true;
      problems.push(`${entry} is missing: ${user} in ${folder}/package.json needs it`);
      return false;
    };
    const exported = Object.entries(manifest.exports ?? {})
      .map(([name, conditions]) => ({ entry: path.join(folder, conditions.source), name }))
      .filter(({ entry, name }) => checkEntry(entry, `the export "${name}"`));
    const bins = Object.keys(manifest.bin ?? {})
      .map((name) => ({ entry: `${folder}/src/bin/${name}.ts`, name }))
      .filter(({ entry, name }) => checkEntry(entry, `the bin "${name}"`));

    if (exported.length > 0) {
      const entryPoints = exported.map(({ entry }) => entry);
      const outbase = `${folder}/src`;
      targets.push({
        folder,
        declared,
        outdir: `${folder}/dist`,
        options: { ...COMMON, entryPoints, outbase, packages: "external" },
      });
    }
    if (bins.length > 0) {
      const entryPoints = bins.map(({ entry }) => entry);
      const banner = { js: REQUIRE_BANNER };
      targets.push({
        folder,
        declared,
        outdir: `${folder}/dist/bin`,
        options: { ...COMMON, entryPoints, external: EXTERNAL, banner },
      });
    }
  }
  return { targets, problems };
}

/** Modules that dist will look for at run time although its package does not install them. @param {Target} target @param {Metafile} metafile */
function undeclaredExternals(target, metafile) {
  const names = new Set(
    Object.values(metafile.outputs)
      .flatMap((output) => output.imports)
      .filter(
        (imported) =>
          imported.external && !imported.path.startsWith("node:") && !builtinModules.includes(imported.path),
      )
      .map((imported) => imported.path.split("/", imported.path.startsWith("@") ? 2 : 1).join("/")),
  );
  return [...names]
    .filter((name) => !target.declared.has(name))
    .map((name) => `${target.outdir} loads "${name}", which ${target.folder}/package.json does not declare`);
}

/** @param {Message} message */
function formatMessage({ location, text }) {
  return location ? `${location.file}:${location.line}:${location.column + 1} ${text}` : text;
}

/** Readers see the old file or the new one, never half of one. @param {string} file @param {Uint8Array} contents */
function writeIfChanged(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

/** Deletes from dist what this build did not write. @param {string} root @param {Set<string>} keep */
function removeLeftovers(root, keep) {
  for (const folder of packageFolders(root)) {
    for (const file of listFiles(path.join(root, folder, "dist"))) {
      if (!keep.has(path.relative(root, file))) rmSync(file);
    }
  }
}

/** @param {string} root */
function isFresh(root) {
  const stamp = path.join(root, STAMP);
  if (!existsSync(stamp)) return false;
  const { fingerprint, files } = JSON.parse(readFileSync(stamp, "utf8"));
  return (
    fingerprint === sourceFingerprint(root) &&
    files.every((/** @type {string} */ file) => existsSync(path.join(root, file)))
  );
}

/** Of everything a bundle is made from. @param {string} root */
function sourceFingerprint(root) {
  const files = packageFolders(root).flatMap((folder) => [
    path.join(root, folder, "package.json"),
    ...listFiles(path.join(root, folder, "src")).filter((file) => !file.endsWith(".test.ts")),
  ]);
  const hash = createHash("sha256");
  for (const file of [path.join(root, "pnpm-lock.yaml"), fileURLToPath(import.meta.url), ...files]) {
    hash
      .update(`${path.relative(root, file)}\n`)
      .update(readFileSync(file))
      .update("\n");
  }
  return hash.digest("hex");
}

/** All files below `folder`, sorted; none when it does not exist. @param {string} folder @returns {string[]} */
function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .sort();
}
