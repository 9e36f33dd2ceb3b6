// @ts-check
// Installs what is missing. Uses nothing but Node itself, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A failure the person at the keyboard can mend: one line, a code, a hint. */
export class SetupError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "SetupError";
    this.code = code;
  }
}

/** Whether the module at this `import.meta.url` is the program that was started. @param {string} url */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Folders of the workspace packages, relative to the root, sorted. @param {string} root */
export function packageFolders(root) {
  return readdirSync(path.join(root, "packages"))
    .filter((name) => existsSync(path.join(root, "packages", name, "package.json")))
    .sort()
    .map((name) => `packages/${name}`);
}

/** Changes whenever another install could give another node_modules. @param {string} root */
export function installFingerprint(root) {
  const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}\n`);
  const manifests = packageFolders(root).map((folder) => `${folder}/package.json`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests]) {
    hash.update(`${file}\n`).update(readFileSync(path.join(root, file)));
  }
  return hash.digest("hex");
}

/** @param {string} root */
function isInstalled(root) {
  const stamp = path.join(root, "node_modules/.bootstrap");
  return (
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === installFingerprint(root) &&
    packageFolders(root).every((folder) => existsSync(path.join(root, folder, "node_modules")))
  );
}

/**
 * The environment of the install. `baseEnv` is what we were started with, `home` the folder package managers write to.
 * @param {string} root @param {NodeJS.ProcessEnv} baseEnv @param {string} home
 */
export function installEnvironment(root, baseEnv = process.env, home = homedir()) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...baseEnv, CI: "true", npm_config_confirm_modules_purge: "false" };
  delete env.npm_config_loglevel; // `npm -s` would leave nothing to show when the install fails

  // The headers of this very Node spare node-gyp a download.
  const prefix = path.resolve(path.dirname(process.execPath), "..");
  if (!env.npm_config_nodedir && existsSync(path.join(prefix, "include/node/node_api.h")))
    env.npm_config_nodedir = prefix;

  if (!isWritable(home)) {
    const cache = path.join(root, "node_modules/.cache");
    // npm puts its default, a folder of the home, into the environment of its scripts
    if (!env.npm_config_cache || env.npm_config_cache.startsWith(home)) env.npm_config_cache = path.join(cache, "npm");
    env.npm_config_store_dir ??= path.join(cache, "pnpm-store");
    env.npm_config_cache_dir ??= path.join(cache, "pnpm");
    env.npm_config_state_dir ??= path.join(cache, "pnpm-state");
    env.npm_config_devdir ??= path.join(cache, "node-gyp");
  }
  return env;
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Makes node_modules match the lockfile; a call that finds it so takes a few milliseconds. @param {string} root */
export function install(root) {
  if (isInstalled(root)) return;
  withLock(root, () => {
    if (isInstalled(root)) return; // someone else was faster
    const startedAt = Date.now();
    console.error("setup: installing packages (about a minute the first time, better-sqlite3 may have to be compiled)");

    const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    const log = path.join(root, "node_modules/.cache/install.log");
    // Exactly the pinned version: any other one tries to replace itself and fails.
    const args = ["--yes", packageManager, "install", "--frozen-lockfile", "--prod=false", "--reporter=append-only"];
    const env = installEnvironment(root);
    const child = spawnSync("npx", args, { cwd: root, env, encoding: "utf8", maxBuffer: 1 << 28 });
    const output = `${child.stdout ?? ""}${child.stderr ?? ""}${child.error ? `${child.error}\n` : ""}`;
    writeFileSync(log, output);

    if (child.status !== 0) {
      console.error(output);
      throw new SetupError(
        "E_INSTALL",
        `installing packages failed (log: ${path.relative(root, log)}). ${installHint(output, packageManager)}`,
      );
    }
    writeFileSync(path.join(root, "node_modules/.bootstrap"), installFingerprint(root));
    console.error(`setup: installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  });
}

/** What to do about a failed install, judged by its output. @param {string} output @param {string} packageManager */
export function installHint(output, packageManager) {
  if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return `pnpm-lock.yaml does not match the package.json files: run "npx ${packageManager} install" and commit the lockfile`;
  }
  if (/node-gyp|gyp ERR|better-sqlite3/.test(output)) {
    return "better-sqlite3 needs a compiler: install python3, make and g++ (Debian: apt-get install python3 make g++), then try again";
  }
  if (/ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN/.test(output)) {
    return "the package registry could not be reached: check the network or the proxy settings, then try again";
  }
  if (output.includes("spawnSync npx ENOENT")) return "npx was not found: install npm, it comes with Node.js";
  return "see the lines above";
}

/**
 * Runs `work` while no other run.mjs installs or builds in this folder.
 * @template T @param {string} root @param {() => T} work @returns {T}
 */
export function withLock(root, work) {
  const release = acquireLock(root);
  let result;
  try {
    result = work();
  } catch (error) {
    release();
    throw error;
  }
  if (result instanceof Promise) return /** @type {T} */ (result.finally(release));
  release();
  return result;
}

/** @param {string} root */
function acquireLock(root) {
  const file = path.join(root, "node_modules/.cache/setup.lock");
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const owner = readLockOwner(file);
    if (owner !== undefined && !isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) console.error(`setup: waiting for process ${owner ?? "?"}, which is installing or building here`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

/** @param {string} file */
function readLockOwner(file) {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
