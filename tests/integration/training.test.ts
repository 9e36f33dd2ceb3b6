import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CandleColumns, DAY_MS, HOUR_MS, sliceColumns, WEEK_MS } from "@powertrader/core/market";
import { currentModelFolder, loadModel, PATTERN_TIMEFRAMES } from "@powertrader/strategies/pattern-memory";
import { CoinTrainer, TrainingCandles, type TrainOptions, type TrainReport, trainCoin } from "@powertrader/trainer";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";

const MONDAY = Date.UTC(2023, 0, 2);
const WEEKS = 40;
const HOURS = walk(MONDAY, "1hour", WEEKS * 24 * 7);
const END = MONDAY + WEEKS * WEEK_MS;

const folder = newFolder();
const cacheDir = join(folder, "cache");
let outputs = 0;

beforeAll(() => {
  writeCache(cacheDir, "own", "BTC-USDT", "1hour", HOURS);
  writeCache(cacheDir, "own", "BTC-USDT", "1day", walk(MONDAY, "1day", WEEKS * 7, 5));
});

const newOutput = () => join(folder, `models-${++outputs}`);

type Options = Partial<TrainOptions> & Pick<TrainOptions, "modelsDir">;

function train(options: Options): Promise<TrainReport> {
  return trainCoin({ cacheDir, exchange: "own", coin: "BTC", quote: "USDT", cutoffMs: END, minCandles: 2, ...options });
}

/** Every file of a model by name. */
function bytesOf(modelFolder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(modelFolder)
      .sort()
      .map((name) => [name, readFileSync(join(modelFolder, name), "utf8")]),
  );
}

describe("training", () => {
  it("writes a model that loads, points to it, and says that it has finished", async () => {
    const modelsDir = newOutput();
    const report = await train({ modelsDir, clock: { nowMs: () => 1_700_000_000_500 } });
    expect(report).toMatchObject({
      outcome: "written",
      continuedFrom: undefined,
      folder: join(modelsDir, "BTC/2023-10-09"),
      notes: [],
    });
    expect(readdirSync(join(modelsDir, "BTC")).sort()).toEqual(["2023-10-09", "current", "trainer_status.json"]);
    expect(Object.keys(bytesOf(report.folder))).toEqual(
      [...PATTERN_TIMEFRAMES.map((one) => `${one}.json`), "manifest.json"].sort(),
    );
    expect(currentModelFolder(modelsDir, "BTC")).toBe(report.folder);
    expect(JSON.parse(readFileSync(join(modelsDir, "BTC/trainer_status.json"), "utf8"))).toEqual({
      ...{ coin: "BTC", state: "FINISHED", train_until_ts: END / 1000 },
      ...{ started_at: 1_700_000_000, finished_at: 1_700_000_000, timestamp: 1_700_000_000 },
    });
    const { manifest, cutoffMs } = loadModel(report.folder);
    expect(cutoffMs).toBe(END);
    expect(manifest.timeframes.map((one) => [one.timeframe, one.candles, one.patterns, one.made_of])).toEqual([
      ["1hour", 6720, 6719, "venue"],
      ["2hour", 3360, 3359, "1hour"],
      ["4hour", 1680, 1679, "1hour"],
      ["8hour", 840, 839, "1hour"],
      ["12hour", 560, 559, "1hour"],
      ["1day", 280, 279, "venue"],
      ["1week", 40, 39, "1hour"],
    ]);
    for (const one of manifest.timeframes) expect(one.memories).toBeGreaterThan(5);
  });

  it("gives the same bytes when one trainer goes on from week to week", async () => {
    const candles = new TrainingCandles({ cacheDir, exchange: "own", symbol: "BTC-USDT" }, END);
    const trainer = new CoinTrainer({ exchange: "own", coin: "BTC", minCandles: 2, modelsDir: newOutput() }, candles);
    for (const weeks of [3, 2, 0]) {
      const cutoffMs = END - weeks * WEEK_MS;
      const report = await trainer.train(trainer.prepare(cutoffMs));
      const whole = await train({ modelsDir: newOutput(), cutoffMs, fromScratch: true });
      expect(bytesOf(report.folder)).toEqual(bytesOf(whole.folder));
      expect(report.lastClosedMs).toBe(cutoffMs);
      expect(report.continuedFrom === undefined).toBe(weeks === 3);
      const { timeframes } = loadModel(whole.folder);
      for (const timeframe of PATTERN_TIMEFRAMES) {
        const { threshold, memory } = report.model.timeframes[timeframe];
        expect([threshold, memory.length]).toEqual([
          timeframes[timeframe].threshold,
          timeframes[timeframe].memory.length,
        ]);
      }
    }
  });

  it("gives the same bytes when it goes on from earlier models", async () => {
    const scratch = new Map<number, Readonly<Record<string, string>>>();
    const expected = async (cutoffMs: number) => {
      if (!scratch.has(cutoffMs)) {
        const { folder: made } = await train({ modelsDir: newOutput(), cutoffMs, fromScratch: true });
        scratch.set(cutoffMs, bytesOf(made));
      }
      return scratch.get(cutoffMs)!;
    };
    const cutoffs = fc.uniqueArray(fc.integer({ min: 5 * 24 * 7, max: HOURS.length }), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(cutoffs, async (hours) => {
        const modelsDir = newOutput();
        const ascending = [...hours].sort((a, b) => a - b);
        for (const [n, hour] of ascending.entries()) {
          const cutoffMs = MONDAY + hour * HOUR_MS;
          const report = await train({ modelsDir, cutoffMs });
          expect(report.continuedFrom === undefined).toBe(n === 0);
          expect(bytesOf(report.folder)).toEqual(await expected(cutoffMs));
        }
      }),
      { numRuns: Number(process.env.PT_PROPERTY_RUNS ?? 8) },
    );
  });

  it("does not go on where candles, settings or the model itself are not what they were", async () => {
    const modelsDir = newOutput();
    const early = await train({ modelsDir, cutoffMs: END - 10 * WEEK_MS });
    expect((await train({ modelsDir, settings: { weights: "frozen" } })).continuedFrom).toBeUndefined();
    expect((await train({ modelsDir, force: true })).continuedFrom).toBe("2023-07-31");

    // The hours of the past were revised; days of the venue still are what they were.
    const revised = join(folder, "revised");
    cpSync(cacheDir, revised, { recursive: true });
    const other: CandleColumns = {
      ...HOURS,
      close: HOURS.close.map((price, i) => (i === 100 ? price * 1.0001 : price)),
    };
    other.high[100] = Math.max(other.high[100]!, other.close[100]!);
    writeCache(revised, "own", "BTC-USDT", "1hour", other, { fetched_at: Date.UTC(2024, 7) / 1000 });
    const again = await train({ modelsDir, cacheDir: revised, force: true });
    const fresh = await train({ modelsDir: newOutput(), cacheDir: revised, fromScratch: true });
    expect(bytesOf(again.folder)).toEqual(bytesOf(fresh.folder));

    writeFileSync(join(early.folder, "4hour.json"), "{}");
    expect((await train({ modelsDir, force: true })).continuedFrom).toBeUndefined();
  });

  it.each<[string, (late: CandleColumns) => CandleColumns]>([
    ["a thousand times as high", (late) => times(late, 1000)],
    ["removed", (late) => sliceColumns(late, 0, 30)],
  ])("is blind to candles from the cutoff on: %s", async (_how, change) => {
    const cutoffMs = END - 3 * WEEK_MS + 2.5 * DAY_MS;
    const { folder: plain } = await train({ modelsDir: newOutput(), cutoffMs });
    const at = HOURS.time.indexOf(cutoffMs);
    const other = join(folder, `after-${++outputs}`);
    const late = change(sliceColumns(HOURS, at, HOURS.length));
    writeCache(other, "own", "BTC-USDT", "1hour", sliceColumns(HOURS, 0, at));
    writeCache(other, "own", "BTC-USDT", "1hour", late);
    const days = walk(MONDAY, "1day", WEEKS * 7, 5);
    const openDay = days.time.findIndex((openMs) => openMs + DAY_MS > cutoffMs);
    writeCache(other, "own", "BTC-USDT", "1day", sliceColumns(days, 0, openDay));
    writeCache(other, "own", "BTC-USDT", "1day", times(sliceColumns(days, openDay, days.length), 1000));
    const report = await train({ modelsDir: newOutput(), cacheDir: other, cutoffMs });
    expect(bytesOf(report.folder)).toEqual(bytesOf(plain));
  });

  it("says that a model is there already, and replaces another one only when told to", async () => {
    const modelsDir = newOutput();
    const { folder: made } = await train({ modelsDir });
    await train({ modelsDir, cutoffMs: END - WEEK_MS });
    expect(await train({ modelsDir })).toMatchObject({ outcome: "unchanged" });
    expect(currentModelFolder(modelsDir, "BTC")).toBe(made);

    const before = bytesOf(made);
    const frozen = { modelsDir, settings: { weights: "frozen" } } as const;
    await expect(train(frozen)).rejects.toMatchObject({
      code: "E_OUT_EXISTS",
      hint: expect.stringContaining("--force"),
    });
    expect(bytesOf(made)).toEqual(before);
    expect(JSON.parse(readFileSync(join(modelsDir, "BTC/trainer_status.json"), "utf8"))).toMatchObject({
      state: "FAILED",
      error: "E_OUT_EXISTS",
    });
    await train({ ...frozen, force: true });
    expect(loadModel(made).settings.weights).toBe("frozen");
  });

  it("mends a damaged model, and leaves alone what is none", async () => {
    const modelsDir = newOutput();
    const { folder: made } = await train({ modelsDir });
    const before = bytesOf(made);
    writeFileSync(join(made, "1day.json"), "half");
    expect(await train({ modelsDir })).toMatchObject({ outcome: "written" });
    expect(bytesOf(made)).toEqual(before);

    rmSync(made, { recursive: true });
    mkdirSync(made);
    writeFileSync(join(made, "notes.txt"), "mine");
    await expect(train({ modelsDir })).rejects.toMatchObject({ code: "E_OUT_EXISTS" });
    expect(readFileSync(join(made, "notes.txt"), "utf8")).toBe("mine");
  });

  it("stops without a trace of the model when it is cancelled", async () => {
    const modelsDir = newOutput();
    const abort = new AbortController();
    const onProgress = (done: number) => done > 0.3 && abort.abort();
    await expect(train({ modelsDir, signal: abort.signal, onProgress })).rejects.toMatchObject({ code: "E_CANCELLED" });
    expect(readdirSync(join(modelsDir, "BTC"))).toEqual(["trainer_status.json"]);
    expect(JSON.parse(readFileSync(join(modelsDir, "BTC/trainer_status.json"), "utf8"))).toMatchObject({
      state: "CANCELLED",
    });
    expect(await train({ modelsDir })).toMatchObject({ outcome: "written" });
  });

  it("refuses too little data with all numbers, before anything is written", async () => {
    const modelsDir = newOutput();
    const few = train({ modelsDir, cutoffMs: MONDAY + 10 * DAY_MS, minCandles: 21 });
    await expect(few).rejects.toMatchObject({
      code: "E_TRAIN_DATA",
      message:
        "BTC-USDT: every timeframe needs 21 closed candles before 2023-01-12, there are 20 of 12h, 10 of 1d, 1 of 1w",
      details: {
        needed: 21,
        had: { "1hour": 240, "2hour": 120, "4hour": 60, "8hour": 30, "12hour": 20, "1day": 10, "1week": 1 },
      },
    });
    expect(existsSync(modelsDir)).toBe(false);
  });

  it("refuses a cutoff that the cache does not reach, and notes one that it almost reaches", async () => {
    const modelsDir = newOutput();
    await expect(train({ modelsDir, cutoffMs: END + 2 * DAY_MS })).rejects.toMatchObject({
      code: "E_CACHE_MISS",
      hint: expect.stringContaining(
        "pt-cache warm --exchange own --coins BTC --start-date 2023-10-09 --end-date 2023-10-11",
      ),
    });
    await expect(train({ modelsDir, cutoffMs: MONDAY })).rejects.toMatchObject({ code: "E_RANGE_NO_DATA" });
    await expect(train({ modelsDir, coin: "ETH" })).rejects.toMatchObject({ code: "E_CACHE_MISS" });
    expect(existsSync(modelsDir)).toBe(false);
    const { notes, timeframes } = await train({ modelsDir, cutoffMs: END + 3 * HOUR_MS });
    expect(notes).toEqual([
      "BTC-USDT 1hour: the cache ends at 2023-10-09T00:00:00Z; what came after it is not in the model",
    ]);
    expect(timeframes[0]).toMatchObject({ candles: 6720 });
  });
});

function times(columns: CandleColumns, factor: number): CandleColumns {
  const scaled = (column: Float64Array) => column.map((value) => value * factor);
  const { length, time, open, high, low, close, volume } = columns;
  return { length, time, open: scaled(open), high: scaled(high), low: scaled(low), close: scaled(close), volume };
}
