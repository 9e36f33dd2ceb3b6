import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { listSegments, readSeries } from "@powertrader/core/files";
import { DAY_MS, HOUR_MS, timeframeMs, WEEK_MS } from "@powertrader/core/market";
import { beforeEach, describe, expect, it } from "vitest";
import { hours, inHours, SERIES, T0, temporaryFolder } from "../fixtures/candles.ts";
import { type ScriptedSource, scriptedSource } from "../fixtures/scripted-source.ts";
import type { CandleRow, PageRequest } from "./candle-source.ts";
import { type WarmOptions, warmCache } from "./warm-cache.ts";
import type { WarmSeriesReport } from "./warm-series.ts";

const DAY = 24;
let cacheDir: string;
let opened: ScriptedSource[];

beforeEach(() => {
  cacheDir = temporaryFolder();
  opened = [];
});

/** The bars of a range of which `has` says that they exist; the one at its end is sent too. */
function barsOf({ fromMs, toMs, timeframe }: PageRequest, has: (openMs: number) => boolean): readonly CandleRow[] {
  const lengthMs = timeframeMs(timeframe);
  const count = Math.floor((toMs - fromMs) / lengthMs) + 1;
  const times = Array.from({ length: count }, (_, i) => fromMs + i * lengthMs);
  return times.filter(has).map((openMs) => [openMs, 5, 5, 5, 5, 1]);
}

/** A venue with a candle for every hour that `has` says. */
function venue(has: (hour: number) => boolean = () => true, more: Partial<Parameters<typeof scriptedSource>[0]> = {}) {
  const answer = (request: PageRequest) => barsOf(request, (openMs) => has((openMs - T0) / HOUR_MS));
  return () => scriptedSource({ answer, ...more });
}

function warm(more: Partial<WarmOptions> & { readonly make?: () => ScriptedSource } = {}) {
  const { make = venue(), ...options } = more;
  return warmCache({
    cacheDir,
    exchange: "own",
    coins: ["BTC"],
    quote: "USDT",
    timeframes: ["1hour"],
    fromMs: T0,
    toMs: T0 + 2 * DAY_MS,
    clock: { nowMs: () => T0 + 100 * DAY_MS },
    openSource: async () => {
      const source = make();
      opened.push(source);
      return source;
    },
    ...options,
  });
}

function read(symbol: string = SERIES.symbol) {
  return readSeries(cacheDir, "own", symbol, "1hour");
}

describe("warmCache", () => {
  it("fetches what is missing, and nothing the second time", async () => {
    expect((await warm()).series).toEqual([{ ...SERIES, requests: 5, added: 48, revised: 0, setAside: [] }]);
    expect(read()).toMatchObject({
      columns: { length: 48 },
      coverage: [hours(0, 2 * DAY)],
      sources: ["ccxt:scripted"],
    });
    expect((await warm()).series).toEqual([{ ...SERIES, requests: 0, added: 0, revised: 0, setAside: [] }]);
    expect(opened).toHaveLength(1);
    expect(opened[0]!.closed).toBe(true);
    expect(existsSync(join(cacheDir, "own", ".lock.json"))).toBe(false);
  });

  it("asks only for the stretches around what is there", async () => {
    await warm({ fromMs: T0 + DAY_MS, toMs: T0 + 2 * DAY_MS });
    const { series } = await warm({ toMs: T0 + 3 * DAY_MS });
    expect(series[0]).toMatchObject({ added: 2 * DAY, requests: 6 });
    expect(read()).toMatchObject({ columns: { length: 3 * DAY }, coverage: [hours(0, 3 * DAY)] });
    expect(listSegments(cacheDir, "own")).toHaveLength(2);
  });

  it("takes now for the end and leaves the bar that is open", async () => {
    await warm({ toMs: undefined, clock: { nowMs: () => T0 + 5.5 * HOUR_MS } });
    expect(read()).toMatchObject({ columns: { length: 5 }, coverage: [hours(0, 5)] });
    const { series } = await warm({ toMs: undefined, clock: { nowMs: () => T0 + 6 * HOUR_MS } });
    expect(series[0]).toMatchObject({ added: 1 });
  });

  it("asks for nothing where no bar has closed yet", async () => {
    const { series } = await warm({ toMs: T0 + HOUR_MS, clock: { nowMs: () => T0 + HOUR_MS / 2 } });
    expect(series[0]).toMatchObject({ requests: 0 });
    expect(opened).toEqual([]);
    expect(existsSync(join(cacheDir, "own"))).toBe(false);
  });

  it("remembers emptiness before the listing and holes as answered", async () => {
    const make = venue((hour) => hour >= 15 && hour !== 20);
    await warm({ make });
    expect(read()).toMatchObject({ columns: { length: 48 - 15 - 1 }, coverage: [hours(0, 48)] });
    expect(listSegments(cacheDir, "own")[0]!.meta.asked_empty).toHaveLength(2);
    expect((await warm({ make })).series[0]).toMatchObject({ requests: 0 });
  });

  it("remembers a range that is empty altogether", async () => {
    const make = venue(() => false);
    expect((await warm({ make })).series[0]).toMatchObject({ requests: 5, added: 0 });
    expect((await warm({ make })).series[0]).toMatchObject({ requests: 0 });
  });

  it("warms coins and timeframes one after the other and tells about each", async () => {
    const seen: string[] = [];
    const done: WarmSeriesReport[] = [];
    await warm({
      coins: ["BTC", "ETH"],
      timeframes: ["1hour", "1day"],
      onProgress: ({ symbol, timeframe }, share, candles) => seen.push(`${symbol} ${timeframe} ${share} ${candles}`),
      onSeriesDone: (report) => done.push(report),
    });
    expect(seen.slice(3, 7)).toEqual([
      `BTC-USDT 1hour ${40 / 48} 40`,
      "BTC-USDT 1hour 1 48",
      `ETH-USDT 1hour ${10 / 48} 10`,
      `ETH-USDT 1hour ${20 / 48} 20`,
    ]);
    expect(done.map(({ symbol, timeframe, added }) => [symbol, timeframe, added])).toEqual([
      ["BTC-USDT", "1hour", 48],
      ["ETH-USDT", "1hour", 48],
      ["BTC-USDT", "1day", 2],
      ["ETH-USDT", "1day", 2],
    ]);
    expect(opened).toHaveLength(1);
  });

  it("keeps the pages before a failure and goes on from there", async () => {
    let requests = 0;
    const answer = (request: PageRequest) => {
      if (++requests === 4) throw new PtError("E_UPSTREAM", "gone");
      return barsOf(request, () => true);
    };
    await expect(warm({ make: venue(undefined, { answer }) })).rejects.toMatchObject({ code: "E_UPSTREAM" });
    expect(read()).toMatchObject({ columns: { length: 30 }, coverage: [hours(0, 30)] });
    expect(opened[0]!.closed).toBe(true);
    expect((await warm()).series[0]).toMatchObject({ added: 18, requests: 2 });
  });

  it("keeps the pages before it is stopped", async () => {
    const abort = new AbortController();
    const stopping = warm({ signal: abort.signal, onProgress: (_series, share) => share > 0.5 && abort.abort() });
    await expect(stopping).rejects.toMatchObject({ code: "E_CANCELLED" });
    expect(read()!.coverage).toEqual([hours(0, 30)]);
  });

  it("refuses an unknown market before it touches the cache", async () => {
    const make = venue(undefined, {
      check: (symbol) => {
        if (symbol === "NOPE-USDT") throw new PtError("E_MARKET", "no NOPE");
      },
    });
    await expect(warm({ make, coins: ["BTC", "NOPE"] })).rejects.toMatchObject({ code: "E_MARKET" });
    expect(existsSync(join(cacheDir, "own"))).toBe(false);
    expect(opened[0]!.closed).toBe(true);
  });

  it("fetches what was damaged again", async () => {
    await warm();
    const [segment] = listSegments(cacheDir, "own");
    const path = join(cacheDir, "own", segment!.file);
    writeFileSync(path, readFileSync(path, "utf8").slice(0, -20));
    expect((await warm()).series[0]).toMatchObject({ added: 48, setAside: [expect.stringContaining(".corrupt-")] });
    expect(read()!.columns.length).toBe(48);
  });

  it.each([
    [{ fromMs: T0 + 101 * DAY_MS, toMs: T0 + 102 * DAY_MS }],
    [{ fromMs: T0 + DAY_MS, toMs: T0 + DAY_MS }],
    [{ fromMs: T0 + DAY_MS, toMs: T0 }],
  ])("refuses the range %o", async (range) => {
    await expect(warm(range)).rejects.toMatchObject({ code: "E_RANGE" });
  });

  it("refuses to mix simulated markets", async () => {
    const make = venue(undefined, { name: "synthetic:pt-sim-exchange seed=42" });
    await warm({ make, exchange: "sim" });
    await expect(warm({ make, exchange: "sim", seed: 7 })).rejects.toMatchObject({
      code: "E_DATA_CHANGED",
      details: { seed: 7 },
    });
    expect((await warm({ make, exchange: "sim", seed: 42 })).series[0]).toMatchObject({ requests: 0 });
  });

  it("finds out on which day the weeks of a venue begin", async () => {
    const thursday = T0 + 3 * DAY_MS;
    const make = () =>
      scriptedSource({
        pageBars: 3,
        answer: ({ fromMs, toMs }) => {
          const weeks = Array.from({ length: 10 }, (_, i) => thursday + i * WEEK_MS);
          return weeks.filter((openMs) => openMs >= fromMs && openMs <= toMs).map((openMs) => [openMs, 1, 1, 1, 1, 1]);
        },
      });
    const weeks = (nowMs: number) => {
      const fromMs = T0 - 3 * WEEK_MS;
      return warm({ make, timeframes: ["1week"], fromMs, toMs: undefined, clock: { nowMs: () => nowMs } });
    };
    expect((await weeks(thursday + 4.5 * WEEK_MS)).series[0]).toMatchObject({ added: 4 });
    expect((await weeks(thursday + 4.9 * WEEK_MS)).series[0]).toMatchObject({ requests: 0 });
    expect((await weeks(thursday + 5 * WEEK_MS)).series[0]).toMatchObject({ added: 1, requests: 1 });
    const { columns, coverage } = readSeries(cacheDir, "own", "BTC-USDT", "1week")!;
    expect(columns.length).toBe(5);
    expect(coverage).toEqual([{ fromMs: T0 - 3 * WEEK_MS, toMs: thursday + 5 * WEEK_MS }]);
    expect(inHours([{ fromMs: columns.time[0]!, toMs: thursday }])).toEqual([[72, 72]]);
  });

  it("gives way to another writer", async () => {
    const { withCacheLock } = await import("../store/cache-lock.ts");
    await withCacheLock({ cacheDir, exchange: "own" }, {}, async () => {
      await expect(warm()).rejects.toMatchObject({ code: "E_LOCKED" });
    });
  });
});
