import { type ResolvedSettings, resolveSettings } from "@powertrader/core/config";
import { DAY_MS, HOUR_MS, resample, type Timeframe, WEEK_MS } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import type { SignalSource } from "@powertrader/core/strategy";
import { formatDate } from "@powertrader/core/time";
import { PATTERN_TIMEFRAMES } from "@powertrader/strategies/pattern-memory";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { PreparedRun } from "../../packages/replay/src/run/prepare-run.ts";
import { withStrategyDefaults } from "../../packages/replay/src/run/strategy-defaults.ts";
import { newFolder } from "../fixtures/bin.ts";
import { walk } from "../fixtures/candle-cache.ts";
import { readShared, type SeriesInMemory, sharedData } from "../fixtures/candles-in-memory.ts";
import { CHEATS, sourceOf } from "../fixtures/look-ahead-cheats.ts";
import { POISONS } from "../fixtures/poison.ts";
import { checkLookAhead, decisionMoments, PoisonedCache, type Subject } from "./look-ahead-check.ts";

/** How many moments of each replay are looked at: few, or as many as there are. */
const POINTS = process.env.PT_POINTS === undefined ? undefined : Number(process.env.PT_POINTS);
const SEED = Date.now() % 1e6;
const random = createStream(SEED, "look-ahead");
const cache = new PoisonedCache();

vi.mock("@powertrader/core/files", async (original) => ({
  ...(await original<object>()),
  openSeries: (...args: Parameters<PoisonedCache["openSeries"]>) => cache.openSeries(...args),
  writeFileAtomic: () => undefined,
}));

// A model is known by its hash: thousands of them need not lie on the disk.
vi.mock("../../packages/trainer/src/model-folder/write-model.ts", () => ({ writeModel: () => "written" }));

const folder = newFolder();

/** Settings of a replay with powertrader, from flags as they are on the command line. */
async function settingsOf(flags: Readonly<Record<string, string>>): Promise<ResolvedSettings> {
  const given = Object.entries({ exchange: "memory", ...flags }).map(([name, text]) => [name, [text]]);
  return withStrategyDefaults(await resolveSettings({ flags: Object.fromEntries(given), environment: {}, folder }));
}

/** So many of the moments, in their order; all of them where that many are wanted. */
function some(moments: readonly number[], count: number): readonly number[] {
  const left = [...moments];
  const chosen = Array.from({ length: Math.min(count, left.length) }, () => {
    return left.splice(random.integer(0, left.length - 1), 1)[0]!;
  });
  return chosen.sort((a, b) => a - b);
}

const series = (symbol: string, timeframe: Timeframe, columns: SeriesInMemory["columns"]): SeriesInMemory => {
  return { symbol, timeframe, columns };
};

/** A trader that starts, averages and sells many times in few days. */
const LIVELY =
  "trade_start_level=1,start_allocation_pct=5,dca_levels=-0.2/-0.4/-0.8,max_dca_buys_per_24h=9," +
  "pm_start_pct_no_dca=0.3,pm_start_pct_with_dca=0.2,trailing_gap_pct=0.1";

/** A day of minutes from 2021-10-10 on, with the minutes of the weeks before, and hours to learn from. */
async function dayOfMinutes(): Promise<Subject> {
  const startMs = Date.UTC(2021, 9, 10);
  const days = { "start-date": "2021-10-10", "end-date": "2021-10-11", coins: "BTC", timeframe: "1m" };
  const [minutes, hours] = ["binance_BTCUSDT_1m.csv.gz", "binance_BTCUSDT_2017-2024_1h.csv.gz"].map(sharedData);
  if (minutes !== undefined && hours !== undefined) {
    const endMs = startMs + 4 * DAY_MS;
    return {
      settings: await settingsOf({ ...days, param: LIVELY }),
      series: [
        series("BTC-USDT", "1min", readShared(minutes, startMs - 15 * DAY_MS, endMs)),
        series("BTC-USDT", "1hour", readShared(hours, startMs - 30 * WEEK_MS, endMs)),
      ],
    };
  }
  console.warn("no real candles beside the project: a synthetic day instead");
  return {
    settings: await settingsOf({ ...days, param: `min_candles=2,${LIVELY}` }),
    series: [series("BTC-USDT", "1min", walk(startMs - 25 * DAY_MS, "1min", 29 * 1440))],
  };
}

/** Six months of hours of three coins, half a year of hours before them, and a week after them. */
async function halfAYearOfHours(): Promise<Subject> {
  const coins = ["BTC", "ETH", "DOGE"];
  const [fromMs, toMs] = [Date.UTC(2023, 6, 1), Date.UTC(2024, 6, 8)];
  const files = coins.map((coin) => sharedData(`binance_${coin}USDT_1h.csv.gz`));
  if (files.includes(undefined)) console.warn("no real candles beside the project: six synthetic months instead");
  return {
    settings: await settingsOf({ "start-date": "2024-01-01", "end-date": "2024-07-01", coins: coins.join(",") }),
    series: coins.map((coin, i) => {
      const columns = files.includes(undefined)
        ? walk(fromMs, "1hour", (toMs - fromMs) / HOUR_MS, i)
        : readShared(files[i]!, fromMs, toMs);
      return series(`${coin}-USDT`, "1hour", columns);
    }),
  };
}

/** Ten days of hours in which nothing is traded in every third one, with all longer timeframes as the venue has them. */
async function tenDaysAsStored(): Promise<Subject> {
  const startMs = Date.UTC(2024, 0, 1);
  const hours = walk(startMs - 5 * WEEK_MS, "1hour", 8 * 7 * 24);
  hours.volume.forEach((_, row) => {
    if (row % 3 === 0) hours.volume[row] = 0;
  });
  const range = { "start-date": formatDate(startMs), "end-date": formatDate(startMs + 10 * DAY_MS), coins: "BTC" };
  return {
    settings: await settingsOf({ ...range, "higher-timeframes": "stored", param: `min_candles=2,${LIVELY}` }),
    series: PATTERN_TIMEFRAMES.map((timeframe) => {
      return series("BTC-USDT", timeframe, timeframe === "1hour" ? hours : resample(hours, "1hour", timeframe));
    }),
  };
}

describe("a replay with powertrader decides and learns the same, whatever comes after", () => {
  it.each([
    ["a day of minutes", dayOfMinutes, 12, 1440],
    ["six months of hours", halfAYearOfHours, 3, 500],
    ["ten days with longer candles as stored", tenDaysAsStored, 9, 240],
  ])("%s", { timeout: 5 * HOUR_MS }, async (what, subjectOf, few, most) => {
    const subject = await subjectOf();
    const moments = some(decisionMoments(cache, subject), Math.min(POINTS ?? few, most));
    const { compared, signals, orders, models, ...found } = await checkLookAhead(cache, subject, moments);
    console.log(
      `look-ahead, ${what}, seed ${SEED}: ${moments.length} moments, ${compared} poisoned runs, ` +
        `${found.changed.length} changed; ${signals} signals, ${orders} orders, ${models} models by the last of them`,
    );
    expect(found).toEqual({ verdict: "clean", changed: [], undecidedMs: [] });
    expect(Math.min(signals, orders, models)).toBeGreaterThan(0);
  });
});

describe("the same check", () => {
  let honest: Subject;
  let moments: readonly number[];
  beforeAll(async () => {
    honest = await tenDaysAsStored();
    // Three in a row, one of them without trade, where no longer bar closes, and as many soon after a training.
    const all = decisionMoments(cache, honest);
    moments = [...all.slice(100, 103), ...all.slice(172, 175)];
  });
  const check = (plant: Subject["plant"]) => checkLookAhead(cache, { ...honest, ...(plant && { plant }) }, moments);

  it.each(Object.entries(CHEATS))("finds a run that %s", async (_cheat, plant) => {
    expect(await check(plant)).toMatchObject({ verdict: "biased", compared: 24 });
  });

  it("finds the next close with each of the poisons", async () => {
    const { changed } = await check(CHEATS["uses the next close"]);
    expect(new Set(changed.map(({ poison }) => poison))).toEqual(new Set(POISONS));
  });

  it("finds nothing where all that was planted is an honest source", async () => {
    const plant = (prepared: PreparedRun) => ({
      ...prepared,
      source: sourceOf((history) => () => history.close() < history.close(5)),
    });
    expect(await check(plant)).toMatchObject({ verdict: "clean", compared: 24, models: 2 });
  });

  it("says that it is insufficient where nothing had been decided by one of the moments", async () => {
    const speaksFrom = (fromMs: number) => (prepared: PreparedRun) => {
      const { watch, ...source } = sourceOf(() => () => true);
      const late: SignalSource["watch"] = (history) => {
        const speak = watch(history);
        return () => (history.time() + HOUR_MS < fromMs ? undefined : speak());
      };
      return { ...prepared, source: { ...source, watch: late } };
    };
    expect(await check(speaksFrom(moments[0]!))).toMatchObject({ verdict: "clean" });
    const undecidedMs = moments.slice(0, 2);
    expect(await check(speaksFrom(moments[2]!))).toMatchObject({ verdict: "insufficient", undecidedMs });
  });
});
