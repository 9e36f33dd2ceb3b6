import type { Series } from "@powertrader/core/engine";
import {
  allocateColumns,
  type CandleColumns,
  COLUMN_NAMES,
  HOUR_MS,
  sliceColumns,
  TimeframeAggregator,
} from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { type Cursor, type HigherTimeframes, HistoryView, type SignalDraft } from "@powertrader/core/strategy";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { changingModels } from "../fixtures/handmade-models.ts";
import { IndicatorHub } from "../indicators/indicator-hub.ts";
import { findStrategy, resolveParams, STRATEGIES } from "../registry.ts";
import type { StrategyDefinition } from "../strategy-definition.ts";

/** For strategies that are trained. */
const MODELS = changingModels(3);

function closing(closes: readonly number[]): CandleColumns {
  const columns = allocateColumns(closes.length);
  closes.forEach((close, i) => {
    columns.time[i] = i * HOUR_MS;
    columns.open[i] = close;
    columns.high[i] = close + 0.5;
    columns.low[i] = close - 0.5;
    columns.close[i] = close;
    columns.volume[i] = 1;
  });
  return columns;
}

function walk(seed: number, rows: number): CandleColumns {
  const random = createStream(seed, "walk");
  let price = 100;
  return closing(Array.from({ length: rows }, () => (price = Math.max(1, price * (1 + 0.02 * random.normal())))));
}

/** What the strategy said at each row it was asked about, by row. */
function decisionsOf(
  strategy: StrategyDefinition,
  given: Readonly<Record<string, unknown>>,
  columns: CandleColumns,
  higher: HigherTimeframes = {},
) {
  const series: Series = { symbol: "BTC-USDT", timeframe: "1hour", columns, warmUpRows: 0 };
  const source = strategy.create(resolveParams(strategy, given), {
    indicators: new IndicatorHub(),
    timeframe: series.timeframe,
    models: strategy.training === undefined ? undefined : MODELS,
  });
  const cursor: Cursor = { row: source.warmUpBars - 1 };
  const ask = source.watch(new HistoryView(series.symbol, series.timeframe, columns, cursor, higher));
  const decisions = new Map<number, SignalDraft>();
  for (cursor.row = source.warmUpBars; cursor.row < columns.length; cursor.row++) {
    const draft = ask();
    if (draft !== undefined) decisions.set(cursor.row, draft);
  }
  return decisions;
}

const directions = (decisions: ReadonlyMap<number, SignalDraft>) =>
  [...decisions].map(([row, { direction }]) => `${row} ${direction}`);
const FAST: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "sma-crossover": { fast: 3, slow: 9 },
  breakout: { lookback: 6 },
  "mtf-trend": { fast: 2, slow: 5, timeframe: "4h", trend: 3 },
};

/**
 * How many cuts change a decision that was made before them: none, unless the future is read.
 * @param over - the strategy for a series; an honest one is the same for all
 */
function changedByTheFuture(over: (columns: CandleColumns) => StrategyDefinition): number {
  const name = over(walk(7, 1)).name;
  // A week of warm-up cannot be made fast.
  const rows = name === "powertrader" ? 440 : 240;
  const columns = walk(7, rows);
  const given = FAST[name] ?? {};
  const whole = decisionsOf(over(columns), given, columns);
  expect(whole.size).toBeGreaterThan(0);
  let changed = 0;
  for (let cut = 1; cut < rows; cut++) {
    const expected = JSON.stringify([...whole].filter(([row]) => row < cut));
    const poisoned = walk(8, rows);
    for (const name of COLUMN_NAMES) poisoned[name].set(columns[name].subarray(0, cut));
    for (const other of [sliceColumns(columns, 0, cut), poisoned]) {
      const now = [...decisionsOf(over(other), given, other)].filter(([row]) => row < cut);
      if (JSON.stringify(now) !== expected) changed++;
    }
  }
  return changed;
}

describe("no look-ahead", () => {
  it.each(STRATEGIES.map((strategy) => [strategy.name, strategy] as const))(
    "%s decides the same whether the future is there, cut off or another one",
    (_, strategy) => {
      expect(changedByTheFuture(() => strategy)).toBe(0);
    },
  );

  it("would be found: a strategy that peeks at the next close fails the same test", () => {
    const cheat = (columns: CandleColumns): StrategyDefinition => ({
      name: "cheat",
      summary: "buys before it rises",
      params: z.strictObject({}),
      create: () => ({
        name: "cheat",
        warmUpBars: 0,
        watch: (history) => () => ({ direction: columns.close[history.length]! > history.close() ? "long" : "close" }),
      }),
    });
    expect(changedByTheFuture(cheat)).toBeGreaterThan(100);
  });
});

describe("longer timeframes", () => {
  it.each(STRATEGIES.map((strategy) => [strategy.name, strategy] as const))(
    "%s looks at those it lists and at no other",
    (_, strategy) => {
      const columns = walk(9, 480);
      const given = FAST[strategy.name] ?? {};
      const aggregator = new TimeframeAggregator(columns, "1hour");
      const listed = strategy.higher?.(resolveParams(strategy, given)) ?? [];
      const stored = new Map(listed.map((timeframe) => [timeframe, aggregator.columns(timeframe)]));
      expect(decisionsOf(strategy, given, columns, { stored })).toEqual(decisionsOf(strategy, given, columns));
    },
  );
});

describe("sma-crossover", () => {
  const decide = (closes: readonly number[], given: object) =>
    directions(decisionsOf(findStrategy("sma-crossover"), { fast: 2, slow: 4, ...given }, closing(closes)));
  // fast:              9.5  8.5  7.5  7    8.5  10.5 12.5 12   9.5  7
  // slow:                        8.5  7.75 8    8.75 10.5 11.25 11 9.5
  const swing = [10, 9, 8, 7, 7, 10, 11, 14, 10, 9, 5];

  it("is long when the fast average crosses above the slow one and short when it crosses below", () => {
    expect(decide(swing, {})).toEqual(["5 long", "9 short"]);
  });

  it.each([
    ["long", ["5 long", "9 close"]],
    ["short", ["5 close", "9 short"]],
  ])("with direction=%s closes on the other side", (direction, expected) => {
    expect(decide(swing, { direction })).toEqual(expected);
  });

  it("says nothing while prices stand still or only one side leads", () => {
    expect(decide(new Array(20).fill(100), {})).toEqual([]);
    expect(decide([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], {})).toEqual([]);
  });

  it("wants as many bars before its first decision as the slow average has", () => {
    const params = resolveParams(findStrategy("sma-crossover"), { fast: 2, slow: 4 });
    expect(
      findStrategy("sma-crossover").create(params, {
        indicators: new IndicatorHub(),
        timeframe: "1hour",
        models: undefined,
      }).warmUpBars,
    ).toBe(4);
  });

  it("gives both averages as its reason", () => {
    const draft = decisionsOf(findStrategy("sma-crossover"), { fast: 2, slow: 4 }, closing(swing)).get(5);
    expect(draft).toEqual({
      direction: "long",
      reason: "fast average crossed above the slow one",
      data: { fast: 8.5, slow: 8 },
    });
  });
});

describe("breakout", () => {
  const decide = (closes: readonly number[], given: object) =>
    directions(decisionsOf(findStrategy("breakout"), { lookback: 3, ...given }, closing(closes)));
  // Highs are 0.5 above the closes, lows 0.5 below; the range is that of the three bars before.
  const swing = [10, 10, 10, 10.5, 10.6, 12, 13, 9, 8];

  it("follows a close beyond the range of the bars before, and says so once", () => {
    expect(decide(swing, {})).toEqual(["5 long", "7 short"]);
  });

  it.each([
    ["long", ["5 long", "7 close"]],
    ["short", ["5 close", "7 short"]],
  ])("with direction=%s closes on the other side", (direction, expected) => {
    expect(decide(swing, { direction })).toEqual(expected);
  });

  it("does not take a touch for a break", () => {
    expect(decide([10, 10, 10, 10.5, 10], {})).toEqual([]);
    expect(decide([10, 10, 10, 10.51], {})).toEqual(["3 long"]);
  });
});

describe("mtf-trend", () => {
  const decide = (closes: readonly number[], given: object) =>
    directions(
      decisionsOf(
        findStrategy("mtf-trend"),
        { fast: 1, slow: 2, timeframe: "4h", trend: 2, ...given },
        closing(closes),
      ),
    );
  // The closes of every fourth bar: 13, 17, 21, 18, 14, 15.
  const hill = [10, 11, 12, 13, 14, 15, 16, 17, 18, 16, 20, 21, 22, 20, 21, 18, 17, 18, 16, 14, 13, 12, 14, 15];

  it("goes with the crossings of the trend and closes on those against it", () => {
    // At 13 the last of them is 21 above an average of 19, so the fall is against the trend; at 15 it is 18 below 19.5.
    expect(decide(hill, {})).toEqual([
      "10 long",
      "13 close",
      "14 long",
      "15 short",
      "17 close",
      "18 short",
      "22 close",
    ]);
  });

  it.each([
    ["long", ["10 long", "13 close", "14 long", "15 close", "17 close", "18 close", "22 close"]],
    ["short", ["10 close", "13 close", "14 close", "15 short", "17 close", "18 short", "22 close"]],
  ])("with direction=%s closes on the other side", (direction, expected) => {
    expect(decide(hill, { direction })).toEqual(expected);
  });

  it("knows the trend at its first decision, wherever in a longer bar the series begins", () => {
    const params = resolveParams(findStrategy("mtf-trend"), { fast: 1, slow: 2, timeframe: "4h", trend: 3 });
    for (let skip = 0; skip < 4; skip++) {
      const whole = walk(3, 400);
      const columns = sliceColumns(whole, skip, whole.length);
      const said = [...decisionsOf(findStrategy("mtf-trend"), params, columns).values()];
      expect(said.length).toBeGreaterThan(10);
      for (const { data } of said) expect(data!.trend).toBeGreaterThan(0);
    }
  });

  it("refuses a trend that is not made of whole bars of the run", () => {
    const params = resolveParams(findStrategy("mtf-trend"), {});
    expect(() =>
      findStrategy("mtf-trend").create(params, {
        indicators: new IndicatorHub(),
        timeframe: "1day",
        models: undefined,
      }),
    ).toThrow(
      expect.objectContaining({
        code: "E_STRATEGY_PARAM",
        message: "mtf-trend: timeframe = 4h: must be a multiple of the run's 1d",
      }),
    );
  });
});

describe("buy-and-hold", () => {
  it("buys at its first bar and never speaks again", () => {
    expect(directions(decisionsOf(findStrategy("buy-and-hold"), {}, walk(1, 50)))).toEqual(["0 long"]);
  });
});

describe("a strategy of two coins", () => {
  it("keeps them apart: each is told what it would be told alone", () => {
    for (const strategy of STRATEGIES) {
      const params = resolveParams(strategy, FAST[strategy.name] ?? {});
      const series = [walk(1, 200), walk(2, 200)].map(
        (columns, i): Series => ({ symbol: `C${i}-USDT`, timeframe: "1hour", columns, warmUpRows: 0 }),
      );
      const source = strategy.create(params, { indicators: new IndicatorHub(), timeframe: "1hour", models: undefined });
      const cursor: Cursor = { row: source.warmUpBars - 1 };
      const ask = series.map((one) => source.watch(new HistoryView(one.symbol, one.timeframe, one.columns, cursor)));
      const said: (string | undefined)[][] = [[], []];
      for (cursor.row = source.warmUpBars; cursor.row < 200; cursor.row++) {
        ask.forEach((watcher, i) => void said[i]!.push(watcher()?.direction));
      }
      series.forEach(({ columns }, i) => {
        const alone = decisionsOf(strategy, FAST[strategy.name] ?? {}, columns);
        expect(said[i]).toEqual(
          Array.from({ length: 200 - source.warmUpBars }, (_, n) => alone.get(n + source.warmUpBars)?.direction),
        );
      });
    }
  });
});
