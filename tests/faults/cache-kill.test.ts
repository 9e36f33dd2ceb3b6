import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyCache, withCacheLock } from "@powertrader/cache";
import { readFunding, readSeries, type SeriesKind, seriesFolder } from "@powertrader/core/files";
import { HOUR_MS } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { build, type Plugin } from "esbuild";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../packages/cache/src/fixtures/candles.ts";
import { binPath } from "../fixtures/bin.ts";

const FIXTURES = resolve(import.meta.dirname, "../fixtures");
const KILLS = Number(process.env.PT_KILLS ?? 50);
const SEED = Number(process.env.PT_SEED ?? Date.now() % 1e6);
const random = createStream(SEED, "kills");
const T0 = Date.UTC(2020, 0, 1);

/** A fixture program as one file from today's sources: it starts in half the time. */
async function bundle(name: string): Promise<string> {
  const outfile = join(temporaryFolder(), name);
  const require = createRequire(resolve(import.meta.dirname, "../../packages/cache/package.json"));
  const native: Plugin = {
    name: "native",
    setup: ({ onResolve }) => {
      onResolve({ filter: /^(better-sqlite3|ccxt)$/ }, ({ path }) => ({ path: require.resolve(path), external: true }));
    },
  };
  await build({
    entryPoints: [join(FIXTURES, name)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    plugins: [native],
    banner: { js: 'import { createRequire as __r } from "node:module"; const require = __r(import.meta.url);' },
  });
  return outfile;
}

/** What a writer noted before and after each write. */
interface JournalEntry {
  readonly from: number;
  readonly to: number;
  readonly price: number;
  readonly done: boolean;
}

/** Starts a program, waits for its first line if it has one to say, kills it a random while later. */
async function killed(
  args: readonly string[],
  afterMs: readonly [number, number],
  hasGreeting: boolean,
): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const closed = once(child, "close");
  if (hasGreeting) await once(child.stdout!, "data");
  child.stdout!.resume();
  await sleep(random.integer(...afterMs));
  child.kill("SIGKILL");
  await closed;
}

function journalOf(file: string): readonly JournalEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}

/** Prices in the cache by hour; of funding what they were before they were made rates. */
function pricesIn(cacheDir: string, kind: SeriesKind): ReadonlyMap<number, number> {
  const funding = kind === "funding" ? readFunding(cacheDir, "own", "BTC-USDT") : undefined;
  const candles = kind === "candles" ? readSeries(cacheDir, "own", "BTC-USDT", "1hour")?.columns : undefined;
  const prices = funding?.rate.map((rate) => rate * 2 ** 40) ?? candles?.close;
  const times = funding?.timeMs ?? candles?.time ?? new Float64Array();
  return new Map(Array.from(times, (timeMs, i) => [(timeMs - T0) / HOUR_MS, prices![i]!]));
}

/** Looks at a cache after a kill: nothing damaged, nothing that was stored is lost or older than it was. */
function expectWhole(
  cacheDir: string,
  journal: readonly JournalEntry[],
  isWarmed: boolean,
  kind: SeriesKind = "candles",
): void {
  const found = pricesIn(cacheDir, kind);
  const stored = new Map<number, number>();
  const tried = new Map<number, Set<number>>();
  for (const { from, to, price, done } of journal) {
    for (let hour = from; hour < to; hour++) {
      if (done && (!isWarmed || !stored.has(hour))) stored.set(hour, price);
      tried.set(hour, (tried.get(hour) ?? new Set()).add(price));
    }
  }
  const lost = [...stored].filter(([hour]) => !found.has(hour));
  // Imports replace older copies; warming fetches nothing twice, so that any price that was tried may stand.
  const aged = isWarmed ? [] : [...stored].filter(([hour, price]) => found.get(hour)! < price);
  const strange = [...found].filter(([hour, price]) => !tried.get(hour)?.has(price));
  expect({ lost, aged, strange }).toEqual({ lost: [], aged: [], strange: [] });
}

/** The next writer finds its way: no temporaries, a sound cache, and an index that a rebuild gives too. */
async function expectTidyStart(cacheDir: string, kind: SeriesKind = "candles"): Promise<void> {
  const place = { cacheDir, exchange: "own", kind };
  const folder = join(cacheDir, seriesFolder("own", kind));
  await withCacheLock(place, {}, () => {});
  const left = [folder, join(folder, ".columns")].flatMap((one) => (existsSync(one) ? readdirSync(one) : []));
  expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(verifyCache(cacheDir).findings).toEqual([]);
  if (pricesIn(cacheDir, kind).size === 0) return;
  const index = readFileSync(join(folder, "cache_index.json"));
  rmSync(join(folder, "cache_index.json"));
  await withCacheLock(place, {}, () => {});
  expect(readFileSync(join(folder, "cache_index.json")).equals(index)).toBe(true);
}

async function killWriters(writer: string, mode: "import" | "funding" | "warm", kills: number): Promise<number> {
  const base = temporaryFolder();
  const kind = mode === "funding" ? "funding" : "candles";
  let writes = 0;
  for (let n = 0; n < kills; n++) {
    // A fresh cache now and then, so that first writes are met too.
    const cacheDir = join(base, `${Math.floor(n / 15)}`);
    const journal = `${cacheDir}.jsonl`;
    await killed([writer, mode, cacheDir, journal, String(random.integer(1, 1e9))], [0, 80], true);
    const entries = journalOf(journal);
    writes += entries.filter(({ done }) => done).length;
    expectWhole(cacheDir, entries, mode === "warm", kind);
    await expectTidyStart(cacheDir, kind);
    expectWhole(cacheDir, entries, mode === "warm", kind);
  }
  return writes;
}

/** Kills `pt-cache import` of three files that overlap, each finished import noted. */
async function killImports(kills: number): Promise<void> {
  const base = temporaryFolder();
  const cacheDir = join(base, "cache");
  const entries: JournalEntry[] = [];
  for (let n = 0; n < kills; n++) {
    const [from, price] = [random.integer(0, 500), 1000 + n];
    const file = join(base, "a.csv");
    const rows = Array.from(
      { length: 400 },
      (_, i) => `${T0 / 1000 + (from + i) * 3600},${price},${price},${price},${price},1`,
    );
    writeFileSync(file, rows.join("\n"));
    const series = ["--exchange", "own", "--symbol", "BTC-USDT", "--timeframe", "1h", "--cache-dir", cacheDir];
    entries.push({ from, to: from + 400, price, done: false });
    await killed([binPath("pt-cache"), "import", file, ...series], [0, 300], false);
    expectWhole(cacheDir, entries, false);
    await expectTidyStart(cacheDir);
    const found = readSeries(cacheDir, "own", "BTC-USDT", "1hour")?.columns;
    // What has been seen once must be there ever after.
    for (const at of [from, from + 399]) {
      const row = found?.time.indexOf(T0 + at * HOUR_MS) ?? -1;
      if (row >= 0 && found!.close[row] === price) entries.push({ from: at, to: at + 1, price, done: true });
    }
  }
}

/** Kills `pt-cache warm` while its simulated exchange serves; that goes with it. */
async function killWarms(kills: number): Promise<void> {
  const base = temporaryFolder();
  for (let n = 0; n < kills; n++) {
    const range = ["--start-date", "2020-01-01", "--end-date", `202${random.integer(1, 3)}-01-01`];
    const flags = ["warm", "--exchange", "sim", "--coins", "BTC,ETH", ...range, "--cache-dir", base];
    await killed([binPath("pt-cache"), ...flags], [150, 900], false);
    const before = ["BTC-USDT", "ETH-USDT"].map(
      (symbol) => readSeries(base, "sim", symbol, "1hour")?.columns.length ?? 0,
    );
    await withCacheLock({ cacheDir: base, exchange: "sim" }, {}, () => {});
    expect(verifyCache(base).findings).toEqual([]);
    const after = ["BTC-USDT", "ETH-USDT"].map(
      (symbol) => readSeries(base, "sim", symbol, "1hour")?.columns.length ?? 0,
    );
    expect(after).toEqual(before);
  }
}

it(`survives ${KILLS} kills at random moments`, { timeout: 600_000 }, async () => {
  const [imports, rates, warms] = [0.35, 0.1, 0.35].map((share) => Math.round(KILLS * share)) as [
    number,
    number,
    number,
  ];
  const cliWarms = Math.round(KILLS * 0.05);
  const cliImports = KILLS - imports - rates - warms - cliWarms;
  console.info(`kills: ${KILLS}, seed ${SEED}`);
  const writer = await bundle("cache-writer.mjs");
  const [written, warmed] = await Promise.all([
    killWriters(writer, "import", imports).then(async (count) => count + (await killWriters(writer, "funding", rates))),
    killWriters(writer, "warm", warms).then(async (count) => {
      await killImports(cliImports);
      await killWarms(cliWarms);
      return count;
    }),
  ]);
  console.info(`${written} imports and ${warmed} warms were finished in between; 0 corrupt, 0 lost`);
  expect(written).toBeGreaterThan((imports + rates) / 4);
  expect(warmed).toBeGreaterThan(warms / 4);
});

it("sees a writer that does it the naive way fail", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  let corrupt = 0;
  let kills = 0;
  for (; kills < 60 && corrupt < 3; kills++) {
    await killed([join(FIXTURES, "naive-writer.mjs"), folder], [0, 60], true);
    for (const name of ["BTC-USDT_1hour.json", "cache_index.json"]) {
      const file = join(folder, name);
      try {
        if (existsSync(file)) JSON.parse(readFileSync(file, "utf8"));
      } catch {
        corrupt++;
      }
    }
  }
  console.info(`naive writer: ${corrupt} corrupt files in ${kills} kills`);
  expect(corrupt).toBeGreaterThanOrEqual(3);
});
