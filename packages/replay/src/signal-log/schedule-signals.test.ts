import type { Series } from "@powertrader/core/engine";
import { allocateColumns, HOUR_MS } from "@powertrader/core/market";
import type { Signal } from "@powertrader/core/strategy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scheduleSignals } from "./schedule-signals.ts";

const START = Date.UTC(2024, 0, 1);

/** Hourly bars that open at these hours after the start; negative ones are warm-up. */
function seriesOf(hours: readonly number[]): Series {
  const columns = allocateColumns(hours.length);
  for (const [i, hour] of hours.entries()) columns.time[i] = START + hour * HOUR_MS;
  const warmUpRows = hours.filter((hour) => hour < 0).length;
  return { symbol: "BTC-USDT", timeframe: "1hour", columns, warmUpRows };
}

const signalAt = (hour: number): Signal => ({
  signalId: `at ${hour}`,
  tsMs: START + hour * HOUR_MS,
  strategy: "",
  symbol: "BTC-USDT",
  direction: "long",
  strength: 1,
  size: undefined,
  stopLoss: undefined,
  takeProfit: undefined,
  tag: undefined,
  reason: undefined,
  data: undefined,
});

function schedule(bars: readonly number[], signals: readonly number[]) {
  const range = { fromMs: START, toMs: START + 100 * HOUR_MS };
  const { due, notes } = scheduleSignals(signals.map(signalAt), [seriesOf(bars)], range);
  const { rows, signals: taken } = due.get("BTC-USDT")!;
  const hours = rows.map((row, i) => [taken[i]!.signalId, bars[row]! + 1]);
  return { hours, notes };
}

describe("signals are taken up", () => {
  it("at their own close, else at the next one", () => {
    expect(schedule([0, 1, 2], [1, 1.5, 2.001]).hours).toEqual([
      ["at 1", 1],
      ["at 1.5", 2],
      ["at 2.001", 3],
    ]);
  });

  it("after a hole in the candles at the first close behind it", () => {
    expect(schedule([0, 1, 7], [4]).hours).toEqual([["at 4", 8]]);
  });

  it("never in the warm-up; what lies outside is counted", () => {
    const { hours, notes } = schedule([-2, -1, 0, 1], [-2, -1, 0, 2, 2.5, 3]);
    expect(hours).toEqual([
      ["at 0", 1],
      ["at 2", 2],
    ]);
    expect(notes).toEqual([
      "2 signals before 2024-01-01 left out",
      "2 signals after the last bar left out",
      "1 signal at the very start taken up a bar later; a run that starts one bar earlier acts on time",
    ]);
  });

  it("once a close: the last one counts", () => {
    const { hours, notes } = schedule([0, 1], [0.1, 0.2, 0.9, 1.5]);
    expect(hours).toEqual([
      ["at 0.9", 1],
      ["at 1.5", 2],
    ]);
    expect(notes).toEqual(["2 signals overtaken by a later one of the same coin before a bar closed"]);
  });

  it("from a log that is not empty; of one that is, it is said", () => {
    expect(schedule([0, 1], []).notes).toEqual(["no signals in it, nothing is traded"]);
    expect(schedule([0, 1], [1]).notes).toEqual([]);
  });

  it("never before their time, never later than the first close that may", () => {
    const hours = fc
      .uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1 })
      .map((list) => list.sort((a, b) => a - b));
    const moments = fc
      .uniqueArray(fc.integer({ min: 0, max: 450 }), { minLength: 1 })
      .map((list) => list.sort((a, b) => a - b).map((tenth) => tenth / 10));
    fc.assert(
      fc.property(hours, moments, (bars, signals) => {
        for (const [id, closed] of schedule(bars, signals).hours) {
          const at = Number(String(id).slice(3));
          expect(closed).toBe(bars.map((hour) => hour + 1).find((close) => close >= at));
        }
      }),
    );
  });
});
