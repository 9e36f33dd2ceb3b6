import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";

interface Manifest {
  readonly name: string;
  readonly packageManager?: string;
  readonly engines?: { readonly node: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, { readonly source: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const ROOT = path.resolve(import.meta.dirname, "../..");
const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(ROOT, folder, "package.json"), "utf8"));
const folders = readdirSync(path.join(ROOT, "packages")).map((name) => `packages/${name}`);
const packages = folders.map((folder) => ({ folder, manifest: readManifest(folder) }));
const bins = packages.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.bin ?? {}).map(([name, file]) => ({ name, file: path.join(ROOT, folder, file) })),
);

test.each([{ folder: ".", manifest: readManifest(".") }, ...packages])("$folder pins every version", ({ manifest }) => {
  for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(range, name).toMatch(name.startsWith("@powertrader/") ? /^workspace:\*$/ : /^\d+\.\d+\.\d+$/);
  }
});

test("one version of a third-party module serves all packages", () => {
  const versions = new Map<string, Set<string>>();
  for (const { manifest } of [{ manifest: readManifest(".") }, ...packages]) {
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      versions.set(name, (versions.get(name) ?? new Set()).add(range));
    }
  }
  expect([...versions].filter(([, ranges]) => ranges.size > 1)).toEqual([]);
});

test("the root names the supported Node and exactly one pnpm, and links every package", () => {
  const root = readManifest(".");
  expect(root.engines?.node).toBe(">=20.19");
  expect(root.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
  const linked = Object.keys(root.devDependencies ?? {}).filter((name) => name.startsWith("@powertrader/"));
  expect(linked.sort()).toEqual(packages.map(({ manifest }) => manifest.name).sort());
});

test.each([
  ["cache", "sim-exchange"],
  ["replay", "cache"],
])("packages/%s declares packages/%s, whose program it starts", (starter, started) => {
  expect(readManifest(`packages/${starter}`).dependencies).toHaveProperty([`@powertrader/${started}`]);
});

test("every export resolves from the root to a built file with something in it", () => {
  const names = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {}).map((key) => path.posix.join(manifest.name, key)),
  );
  const script = `
    for (const name of ${JSON.stringify(names)}) {
      const file = new URL(import.meta.resolve(name)).pathname;
      if (!/\\/packages\\/[^/]+\\/dist\\//.test(file)) console.log(name + " resolves to " + file);
      if (Object.keys(await import(name)).length === 0) console.log(name + " exports nothing");
    }`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: ROOT, encoding: "utf8" });
  expect(child).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

describe.each(bins)("$name", ({ name, file }) => {
  test("is linked into node_modules/.bin and starts", () => {
    const child = spawnSync(path.join(ROOT, "node_modules/.bin", name), ["--help"], { encoding: "utf8" });
    expect(child.stderr).toBe("");
    expect(child.stdout).toContain(name);
    expect(child.status).toBe(0);
  });

  test("says in one line that it was not built", () => {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "bin-")));
    try {
      cpSync(file, path.join(folder, "bin", `${name}.mjs`));
      const child = spawnSync(process.execPath, [path.join(folder, "bin", `${name}.mjs`)], { encoding: "utf8" });
      expect(child).toMatchObject({ status: 5, stdout: "" });
      expect(child.stderr).toMatch(/^error E_NOT_BUILT: .+"npm run setup"\n$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
