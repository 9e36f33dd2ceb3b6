import {
  allocateColumns,
  type CandleColumns,
  DAY_MS,
  HOUR_MS,
  TimeframeAggregator,
  timeframeMs,
  WEEK_MS,
} from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { modelSettingsSchema, PATTERN_TIMEFRAMES, type PatternTimeframe } from "@powertrader/strategies/pattern-memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitModel } from "../fit/fit-model.ts";
import { modelTexts } from "../model-folder/model-texts.ts";
import { type GivenSeries, selectSeries, type TrainingSeries } from "./training-series.ts";

const MONDAY = Date.UTC(2024, 0, 1);

function candles(timeframe: PatternTimeframe, startMs: number, rows: number, seed = 1): CandleColumns {
  const random = createStream(seed, timeframe);
  const columns = allocateColumns(rows);
  let price = 100;
  for (let i = 0; i < rows; i++) {
    columns.time[i] = startMs + i * timeframeMs(timeframe);
    columns.open[i] = price;
    price *= 1 + 0.01 * random.normal();
    columns.close[i] = price;
    columns.high[i] = Math.max(columns.open[i]!, price) * 1.002;
    columns.low[i] = Math.min(columns.open[i]!, price) * 0.998;
    columns.volume[i] = 1;
  }
  return columns;
}

/** A series that the cache knows up to its last candle. */
function given(timeframe: PatternTimeframe, columns: CandleColumns): GivenSeries {
  return { timeframe, columns, coveredToMs: columns.time[columns.length - 1]! + timeframeMs(timeframe) };
}

const hours = (rows: number) => given("1hour", candles("1hour", MONDAY, rows));
const weeks = (rows: number, startMs = MONDAY) => given("1week", candles("1week", startMs, rows));
const chosen = (series: readonly GivenSeries[], cutoffMs: number, timeframe: PatternTimeframe) =>
  selectSeries(series, cutoffMs).find((one) => one.timeframe === timeframe)!;

describe("selectSeries", () => {
  it("takes candles that have closed by the cutoff, to the millisecond", () => {
    for (const [cutoffMs, rows] of [
      [MONDAY, 0],
      [MONDAY + HOUR_MS - 1, 0],
      [MONDAY + HOUR_MS, 1],
      [MONDAY + 5 * HOUR_MS + 1, 5],
      [MONDAY + 999 * HOUR_MS, 400],
    ] as const) {
      expect(chosen([hours(400)], cutoffMs, "1hour").columns.length).toBe(rows);
    }
    // A week that has opened on the Monday before is not known on Sunday at 23:59:59.999.
    const own = [hours(900), weeks(5)];
    expect(chosen(own, MONDAY + 2 * WEEK_MS - 1, "1week").columns.length).toBe(1);
    expect(chosen(own, MONDAY + 2 * WEEK_MS, "1week").columns.length).toBe(2);
  });

  it("makes missing timeframes of hours, as the market's aggregation does", () => {
    const series = hours(24 * 30);
    const cutoffMs = MONDAY + 20 * DAY_MS + 5 * HOUR_MS;
    const known = { ...series.columns, length: 20 * 24 + 5 };
    const aggregator = new TimeframeAggregator(known, "1hour");
    for (const timeframe of PATTERN_TIMEFRAMES.slice(1)) {
      const { columns, madeOf } = chosen([series], cutoffMs, timeframe);
      expect(madeOf).toBe("1hour");
      expect([...columns.close]).toEqual([...aggregator.columns(timeframe).close]);
    }
    expect(chosen([series], cutoffMs, "1day").columns.length).toBe(20);
    expect(chosen([series], cutoffMs, "1week").columns.length).toBe(2);
  });

  it("prefers the venue's own candles, weeks from another day included", () => {
    const own = weeks(10, MONDAY - 4 * DAY_MS);
    const { columns, madeOf } = chosen([hours(24 * 60), own], MONDAY + 50 * DAY_MS, "1week");
    expect(madeOf).toBe("venue");
    expect([...columns.time]).toEqual([...own.columns.time.subarray(0, 7)]);
  });

  it("makes them of hours where the venue's end too early or are fewer", () => {
    const base = hours(24 * 60);
    const cutoffMs = MONDAY + 50 * DAY_MS;
    expect(chosen([base, weeks(6)], cutoffMs, "1week").madeOf).toBe("1hour");
    expect(chosen([base, weeks(7)], cutoffMs, "1week").madeOf).toBe("venue");
    expect(chosen([base, weeks(7, MONDAY + WEEK_MS)], cutoffMs, "1week").madeOf).toBe("1hour");
  });

  it("takes a gap that the cache knows of for no early end", () => {
    const short = { ...weeks(6), coveredToMs: MONDAY + 7 * WEEK_MS };
    const early = given("1week", candles("1week", MONDAY - 2 * WEEK_MS, 8));
    expect(
      chosen([hours(24 * 60), { ...early, coveredToMs: short.coveredToMs }], MONDAY + 50 * DAY_MS, "1week").madeOf,
    ).toBe("venue");
  });
});

describe("a model", () => {
  const settings = modelSettingsSchema.parse({});
  const head = {
    schema_version: 1,
    kind: "pattern-memory",
    coin: "BTC",
    symbol: "BTC-USDT",
    exchange: "own",
    seed: null,
  } as const;

  async function bytesOf(series: readonly GivenSeries[], cutoffMs: number): Promise<string> {
    return bytesOfSelected(selectSeries(series, cutoffMs), cutoffMs);
  }

  async function bytesOfSelected(selected: readonly TrainingSeries[], cutoffMs: number): Promise<string> {
    const learnt = await fitModel(selected, { settings });
    const { manifest, files } = modelTexts(
      { ...head, cutoff: "x", cutoff_ts: cutoffMs / 1000, settings },
      selected,
      learnt,
    );
    return [manifest, ...files.values()].join("\n");
  }

  const ROWS = 24 * 7 * 8;
  type Poison = "times a thousand" | "not a number" | "removed";

  /** What an all-knowing cache could have of the time after the cutoff, the candles that are open at it included. */
  function poisoned({ timeframe, columns, coveredToMs }: GivenSeries, cutoffMs: number, how: Poison): GivenSeries {
    const closed = columns.time.findLastIndex((openMs) => openMs + timeframeMs(timeframe) <= cutoffMs) + 1;
    if (how === "removed") return given(timeframe, cut(columns, closed));
    const other = cut(columns, columns.length);
    for (const name of ["open", "high", "low", "close", "volume"] as const) {
      for (let i = closed; i < other.length; i++)
        other[name][i] = how === "not a number" ? Number.NaN : other[name][i]! * 1000;
    }
    return { timeframe, columns: other, coveredToMs };
  }

  function cut(columns: CandleColumns, length: number): CandleColumns {
    const copy = allocateColumns(length);
    for (const name of ["time", "open", "high", "low", "close", "volume"] as const)
      copy[name].set(columns[name].subarray(0, length));
    return copy;
  }

  const poisons: readonly Poison[] = ["times a thousand", "not a number", "removed"];
  const cases = fc.record({
    cutoffMs: fc.oneof(
      fc.integer({ min: 7 * 24, max: ROWS }).map((hour) => MONDAY + hour * HOUR_MS),
      fc.integer({ min: 7 * DAY_MS, max: ROWS * HOUR_MS }).map((ms) => MONDAY + ms),
    ),
    owned: fc.subarray([...PATTERN_TIMEFRAMES.slice(1)]),
    seed: fc.nat(1e6),
    how: fc.constantFrom(...poisons),
  });

  it("is the same whatever came after its cutoff", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ cutoffMs, owned, seed, how }) => {
        const series = (["1hour", ...owned] as const).map((timeframe) =>
          given(timeframe, candles(timeframe, MONDAY, Math.ceil((ROWS * HOUR_MS) / timeframeMs(timeframe)), seed)),
        );
        const changed = series.map((one) => poisoned(one, cutoffMs, how));
        expect(await bytesOf(changed, cutoffMs)).toBe(await bytesOf(series, cutoffMs));
      }),
      { numRuns: Number(process.env.PT_PROPERTY_RUNS ?? 40) },
    );
  });

  it("would not be the same, had it seen a candle that was open at its cutoff", async () => {
    const cutoffMs = MONDAY + 5 * WEEK_MS + 30.5 * HOUR_MS;
    const series = PATTERN_TIMEFRAMES.map((timeframe) =>
      given(timeframe, candles(timeframe, MONDAY, (8 * WEEK_MS) / timeframeMs(timeframe))),
    );
    for (const cheat of PATTERN_TIMEFRAMES) {
      // Judges candles by their open, which leaks up to one of them.
      const cheating = (all: readonly GivenSeries[]) =>
        selectSeries(all, cutoffMs).map((one) => {
          const { columns } = all.find(({ timeframe }) => timeframe === one.timeframe)!;
          const opened = columns.time.findLastIndex((openMs) => openMs < cutoffMs) + 1;
          return one.timeframe === cheat ? { ...one, columns: cut(columns, opened) } : one;
        });
      const changed = series.map((one) => poisoned(one, cutoffMs, "times a thousand"));
      expect(await bytesOfSelected(cheating(changed), cutoffMs), cheat).not.toBe(
        await bytesOfSelected(cheating(series), cutoffMs),
      );
    }
  });

  it("does change with the last candle that had closed", async () => {
    const cutoffMs = MONDAY + 700 * HOUR_MS;
    const series = hours(ROWS);
    const other = { ...series, columns: cut(series.columns, series.columns.length) };
    other.columns.high[699] = other.columns.high[699]! * 1.5;
    expect(await bytesOf([other], cutoffMs)).not.toBe(await bytesOf([series], cutoffMs));
    other.columns.high[699] = series.columns.high[699]!;
    expect(await bytesOf([other], cutoffMs)).toBe(await bytesOf([series], cutoffMs));
  });
});
