import { allocateColumns, DAY_MS, HOUR_MS, type Timeframe, timeframeMs } from "@powertrader/core/market";
import { type Cursor, HistoryView, type SignalDraft } from "@powertrader/core/strategy";
import { describe, expect, it, vi } from "vitest";
import type { z } from "zod";
import { type HandmadeModel, modelOf } from "../fixtures/handmade-models.ts";
import { PATTERN_TIMEFRAMES } from "../pattern-memory/timeframe-model.ts";
import { powertraderParams } from "./params.ts";
import { createThinker } from "./thinker.ts";

/** Expects the two hours to come to stay within 1 % of the last two: bounds at −1.495 % and +1.505 %. */
const NARROW = modelOf({ "2hour": { high: 1, low: -1 } });

interface Said {
  readonly params?: z.input<typeof powertraderParams>;
  readonly timeframe?: Timeframe;
  readonly model?: (nowMs: number) => HandmadeModel | undefined;
}

/** What the thinker said at each row. */
function drafts(closes: readonly number[], { params = {}, timeframe = "1hour", model = () => NARROW }: Said = {}) {
  const columns = allocateColumns(closes.length);
  closes.forEach((close, row) => {
    columns.time[row] = row * timeframeMs(timeframe);
    for (const name of ["open", "high", "low", "close"] as const) columns[name][row] = close;
  });
  const cursor: Cursor = { row: -1 };
  const source = createThinker({
    params: powertraderParams.parse(params),
    timeframe,
    models: { modelAt: (_symbol, nowMs) => model(nowMs) },
  });
  const ask = source.watch(new HistoryView("BTC-USDT", timeframe, columns, cursor));
  const said = new Map<number, SignalDraft>();
  for (cursor.row = 0; cursor.row < closes.length; cursor.row++) {
    const draft = ask();
    if (draft !== undefined) said.set(cursor.row, draft);
  }
  return said;
}

const levels = (said: ReadonlyMap<number, SignalDraft>) =>
  [...said].map(([row, { direction, data }]) => `${row} ${direction} ${data!.long_level}/${data!.short_level}`);

describe("the thinker", () => {
  // Two hours end with every odd row:  100     98      98
  const closes = [100, 100, 98, 98, 100, 98];

  it("speaks at its first decision and whenever its levels change", () => {
    expect(levels(drafts(closes))).toEqual(["0 close 0/0", "2 long 1/0", "3 close 0/0", "4 short 0/1", "5 close 0/0"]);
  });

  it("holds prices against the bounds of the bar before when told to", () => {
    const lagging = drafts(closes, { params: { bounds_lag: 1 } });
    expect(levels(lagging)).toEqual(["0 close 0/0", "2 long 1/0", "4 short 0/1", "5 close 0/0"]);
    expect(lagging.get(4)!.data).toMatchObject({ low_bounds: [98 * 0.99 * 0.995, ...new Array(6).fill(null)] });
  });

  it("asks what a buyer would pay", () => {
    const rising = [100, 100, 101, 101];
    expect(levels(drafts(rising))).toEqual(["0 close 0/0"]);
    expect(levels(drafts(rising, { params: { half_spread_bps: 60 } }))).toEqual([
      "0 close 0/0",
      "2 short 0/1",
      "3 close 0/0",
    ]);
  });

  it("says which timeframes are where, with what and by which model", () => {
    const { data, ...draft } = drafts(closes, { model: () => ({ ...NARROW, cutoffMs: 5000 }) }).get(2)!;
    expect(draft).toEqual({ direction: "long", strength: 1 / 7, reason: "1 of 7 timeframes long, 0 short" });
    const inactive = Object.fromEntries(PATTERN_TIMEFRAMES.map((timeframe) => [timeframe, "inactive"]));
    expect(data).toEqual({
      ...{ long_level: 1, short_level: 0, price: 98, model_cutoff_ts: 5 },
      profit_margin: expect.closeTo(100 / 98, 10),
      low_bounds: [99 * 0.995, null, null, null, null, null, null],
      high_bounds: [101 * 1.005, null, null, null, null, null, null],
      timeframes: { ...inactive, "2hour": "long" },
    });
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  it("counts every timeframe, the strongest conviction being seven", () => {
    const all = modelOf(Object.fromEntries(PATTERN_TIMEFRAMES.map((timeframe) => [timeframe, { high: 21, low: 20 }])));
    const said = drafts(new Array(24 * 12).fill(100), { model: () => all });
    expect([...said.values()].at(-1)).toMatchObject({ direction: "long", strength: 1 });
    // 1970 began on a Thursday: its first whole week ends with the eleventh day.
    expect(levels(said).slice(-2)).toEqual([`${24 - 1} long 6/0`, `${24 * 11 - 1} long 7/0`]);
  });

  it("counts like none a model that is too old by the clock of the run", () => {
    const still = new Array(50).fill(100);
    const model = () => modelOf({ "1hour": { high: 3, low: 2 } });
    const said = drafts(still, { params: { freshness_days: 1 }, model });
    expect(levels(said)).toEqual(["0 long 1/0", "24 close 0/0"]);
    expect(said.get(24)).toMatchObject({
      reason: "the model is too old",
      strength: 0,
      data: { profit_margin: 0.25, low_bounds: new Array(7).fill(null), model_cutoff_ts: 0 },
    });
  });

  it("takes a newer model from the bar on at which it is there", () => {
    const newer = modelOf({ "2hour": { high: -3, low: -4 } }, 4 * HOUR_MS);
    const said = drafts(new Array(10).fill(100), { model: (nowMs) => (nowMs < 4 * HOUR_MS ? NARROW : newer) });
    expect(levels(said)).toEqual(["0 close 0/0", "3 short 0/1"]);
  });

  it("says nothing but that it has no model", () => {
    const said = drafts(closes, { model: () => undefined });
    expect(levels(said)).toEqual(["0 close 0/0"]);
    expect(said.get(0)).toMatchObject({ reason: "no model", data: { model_cutoff_ts: null, profit_margin: 0.25 } });
    const source = createThinker({ params: powertraderParams.parse({}), timeframe: "1hour", models: undefined });
    const ask = source.watch(new HistoryView("BTC-USDT", "1hour", allocateColumns(1), { row: 0 }));
    expect(ask()).toMatchObject({ direction: "close", reason: "no model" });
  });

  it("takes a line below zero for no line", () => {
    const deep = modelOf({ "1hour": { high: 1, low: -120 } });
    expect([...drafts([100, 1, 0.001], { model: () => deep }).values()]).toHaveLength(1);
  });

  it("predicts once per candle of a timeframe and model, not once per bar", () => {
    const models = [NARROW, modelOf({ "2hour": { high: 1, low: -1 } })];
    const spies = models.map((model) => vi.spyOn(model.timeframes["2hour"].memory, "matches"));
    const model = (nowMs: number) => models[nowMs < DAY_MS / 2 ? 0 : 1];
    drafts(new Array(60 * 24).fill(100), { timeframe: "1min", model });
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([5, 7]);
  });

  it("warms up until a week must have closed, and refuses bars that an hour is not made of", () => {
    const thinker = (timeframe: Timeframe) =>
      createThinker({ params: powertraderParams.parse({}), timeframe, models: undefined });
    expect(thinker("1hour").warmUpBars).toBe(2 * 168 - 2);
    expect(thinker("15min").warmUpBars).toBe(2 * 4 * 168 - 2);
    for (const timeframe of ["2hour", "1day"] as const) {
      expect(() => thinker(timeframe)).toThrow(
        expect.objectContaining({
          code: "E_STRATEGY_PARAM",
          message: expect.stringContaining("an hour is not made of"),
        }),
      );
    }
  });
});
