import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { importSeries, openInput, verifyCache } from "@powertrader/cache";
import { listSegments, readSeries } from "@powertrader/core/files";
import { createStream } from "@powertrader/core/random";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../packages/cache/src/fixtures/candles.ts";
import type { Finished } from "../fixtures/bin.ts";
import { runHere } from "../fixtures/here.ts";

/** How many single bits are flipped; each damaged file is looked at again for a moment before it is called so. */
const DAMAGES = Number(process.env.PT_DAMAGES ?? 100);

const WRITER = resolve(import.meta.dirname, "../fixtures/cache-writer.mjs");
const T0 = Date.UTC(2024, 0, 1) / 1000;

let folder: string;
let cacheDir: string;

beforeEach(() => {
  folder = temporaryFolder();
  cacheDir = join(folder, "cache");
});

function csv(rows: number, price = 100, name = "a.csv"): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    Array.from({ length: rows }, (_, i) => `${T0 + i * 3600},${price},${price},${price},${price},1\n`).join(""),
  );
  return path;
}

function importing(file: string, ...more: readonly string[]): Promise<Finished> {
  const series = ["--exchange", "own", "--symbol", "BTC-USDT", "--timeframe", "1h", "--cache-dir", cacheDir];
  return runHere("pt-cache", ["import", file, ...series, "--calendar", "as-is", ...more]);
}

function read() {
  return readSeries(cacheDir, "own", "BTC-USDT", "1hour")!.columns;
}

/** A process that holds the lock until it is told or killed. */
async function holder() {
  const child = spawn(process.execPath, [WRITER, "hold", cacheDir, join(folder, "journal"), "1"], { stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

describe("a second writer", () => {
  it("is told who is writing", async () => {
    const child = await holder();
    const { status, stderr, stdout } = await importing(csv(3));
    expect({ status, stdout }).toEqual({ status: 5, stdout: "" });
    expect(stderr).toMatch(
      new RegExp(`^error E_LOCKED: the cache of own is being written by process ${child.pid} .*--lock-wait`),
    );
    expect(listSegments(cacheDir, "own")).toEqual([]);
    const { error } = JSON.parse((await importing(csv(3), "--json")).stderr);
    expect(error).toMatchObject({ code: "E_LOCKED", details: { holder: { pid: child.pid } } });
  });

  it("waits when it is told to", async () => {
    const child = await holder();
    setTimeout(() => child.stdin.end(), 300);
    expect(await importing(csv(3), "--lock-wait", "20")).toMatchObject({ status: 0 });
    expect(read().length).toBe(3);
  });

  it("does not wait for the dead", async () => {
    const child = await holder();
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await importing(csv(3))).toMatchObject({ status: 0 });
  });

  it("leaves the readers alone", async () => {
    await importing(csv(3));
    await holder();
    expect((await runHere("pt-cache", ["ls", "--cache-dir", cacheDir])).stdout).toContain("BTC-USDT");
    expect(await runHere("pt-cache", ["verify", "--cache-dir", cacheDir])).toMatchObject({ status: 0 });
  });
});

it("serves readers while a writer rewrites what they read", async () => {
  const journal = join(folder, "journal");
  const child = spawn(process.execPath, [WRITER, "import", cacheDir, journal, "7"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const stored = () => {
    const lines = existsSync(journal) ? readFileSync(journal, "utf8").split("\n").slice(0, -1) : [];
    const hours = new Set<number>();
    for (const { from, to, done } of lines.map((line) => JSON.parse(line))) {
      for (let hour = from; done && hour < to; hour++) hours.add(hour);
    }
    return hours.size;
  };
  let reads = 0;
  for (const until = performance.now() + 2000; performance.now() < until; reads++) {
    const before = stored();
    expect(readSeries(cacheDir, "own", "BTC-USDT", "1hour")?.columns.length ?? 0).toBeGreaterThanOrEqual(before);
    await new Promise((done) => setImmediate(done));
  }
  expect(reads).toBeGreaterThan(20);
});

describe("a full disk", () => {
  const disk = join(temporaryRoot(), `pt-full-${process.pid}`);
  mkdirSync(disk, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).status === 0;
  if (mounted) spawnSync("umount", [disk]);
  else console.warn("skipped: a small disk cannot be mounted here");
  afterAll(() => rmSync(disk, { recursive: true, force: true }));

  it.skipIf(!mounted)("is reported, and what was there stays", async () => {
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
    onTestFinished(() => void spawnSync("umount", [disk]));
    cacheDir = disk;
    expect(await importing(csv(2000))).toMatchObject({ status: 0 });
    const before = readdirSync(join(disk, "own")).filter((name) => !name.startsWith("."));

    const { status, stderr } = await importing(csv(30_000, 101, "b.csv"));
    expect(status).toBe(5);
    expect(stderr).toMatch(/^error E_DISK_FULL: /);
    expect(readdirSync(join(disk, "own")).filter((name) => !/^\.(lock\.db|columns)$/.test(name))).toEqual(before);
    expect(read().length).toBe(2000);
    expect(await runHere("pt-cache", ["verify", "--cache-dir", disk])).toMatchObject({ status: 0 });

    expect(await importing(csv(2500, 100, "c.csv"))).toMatchObject({ status: 0 });
    expect(read().length).toBe(2500);
  });
});

function temporaryRoot(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : "/tmp";
}

describe("damage", () => {
  const random = createStream(Number(process.env.PT_SEED ?? 3), "damage");

  beforeEach(async () => {
    await importing(csv(300));
  });

  /** The one segment's path and bytes. */
  function segment(): { readonly path: string; readonly bytes: Buffer } {
    const path = join(cacheDir, "own", listSegments(cacheDir, "own")[0]!.file);
    return { path, bytes: readFileSync(path) };
  }

  const readCode = () => {
    try {
      read();
      return "read";
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it("of a single bit is always seen", () => {
    const { path, bytes } = segment();
    for (let n = 0; n < DAMAGES; n++) {
      const changed = Buffer.from(bytes);
      changed[random.integer(0, bytes.length - 1)]! ^= 1 << random.integer(0, 7);
      writeFileSync(path, changed);
      expect(readCode()).toBe("E_CACHE_CORRUPT");
    }
    writeFileSync(path, bytes);
    expect(readCode()).toBe("read");
  });

  it("by cutting is always seen", () => {
    const { path, bytes } = segment();
    for (let n = 0; n < DAMAGES / 4; n++) {
      writeFileSync(path, bytes.subarray(0, random.integer(0, bytes.length - 1)));
      expect(readCode()).toBe("E_CACHE_CORRUPT");
    }
  });

  it("by swapping two files is seen", async () => {
    const series = ["--exchange", "own", "--symbol", "ETH-USDT", "--timeframe", "1h", "--cache-dir", cacheDir];
    await runHere("pt-cache", ["import", csv(300, 7, "eth.csv"), ...series]);
    const [btc, eth] = listSegments(cacheDir, "own").map(({ file }) => join(cacheDir, "own", file));
    renameSync(btc!, `${btc}.x`);
    renameSync(eth!, btc!);
    renameSync(`${btc}.x`, eth!);
    expect(readCode()).toBe("E_CACHE_CORRUPT");
    const { status, stdout } = await runHere("pt-cache", ["verify", "--cache-dir", cacheDir]);
    expect(status).toBe(3);
    expect(stdout.match(/: segment: sha256/g)).toHaveLength(2);
  });

  it.each([
    ["nothing", ""],
    ["garbage", "\u0000\u0001garbage"],
    ["other JSON", '{"a":1}'],
    ["a list of something else", "[1,2,3]"],
    ["deep nesting", "[".repeat(100_000)],
    ["prototype pollution", '[{"__proto__":{"polluted":1}}]'],
  ])("by %s in a segment or its sidecar is listed, and mended by importing again", async (_name, content) => {
    const { path } = segment();
    for (const target of [path, path.replace(/\.json$/, ".meta.json")]) {
      writeFileSync(target, content);
      expect(verifyCache(cacheDir).findings.length).toBeGreaterThan(0);
      expect(readCode()).toBe("E_CACHE_CORRUPT");
      const place = { cacheDir, exchange: "own", symbol: "BTC-USDT", timeframe: "1hour" } as const;
      await importSeries(await openInput(csv(300)), place);
      expect(read().length).toBe(300);
      expect(verifyCache(cacheDir).findings).toEqual([]);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("makes verify fail until it is mended", async () => {
    const { path } = segment();
    writeFileSync(path, "[]");
    const verify = () => runHere("pt-cache", ["verify", "--json", "--cache-dir", cacheDir]);
    const damaged = await verify();
    expect(damaged).toMatchObject({ status: 3, stdout: "" });
    expect(JSON.parse(damaged.stderr).error).toMatchObject({
      code: "E_CACHE_CORRUPT",
      details: { findings: [{ exchange: "own", kind: "segment" }] },
    });
    expect(await importing(csv(300))).toMatchObject({ status: 0, stderr: expect.stringContaining("moved aside") });
    expect(await verify()).toMatchObject({ status: 0, stderr: "" });
  });
});
