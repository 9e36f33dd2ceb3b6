import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateColumns, type CandleColumns, HOUR_MS } from "../market/index.ts";
import { type FundingRates, settlementsBetween } from "./funding-rates.ts";
import { createFundingSchedule } from "./funding-schedule.ts";

/** Settlements at the given hours; the rate tells the hour. */
function rates(...hours: readonly number[]): FundingRates {
  return {
    timeMs: Float64Array.from(hours, (hour) => hour * HOUR_MS),
    rate: Float64Array.from(hours, (hour) => hour / 1e4),
  };
}

/** Hourly mark candles that open at the given hours and close at 100 plus the hour they end. */
function marks(...hours: readonly number[]): CandleColumns {
  const columns = allocateColumns(hours.length);
  hours.forEach((hour, i) => {
    columns.time[i] = hour * HOUR_MS;
    columns.close[i] = 100 + hour + 1;
  });
  return columns;
}

const hoursOf = (settlements: readonly { readonly timeMs: number }[]) =>
  settlements.map(({ timeMs }) => timeMs / HOUR_MS);

describe("settlementsBetween", () => {
  it("leaves out the start and takes the end", () => {
    const funding = rates(0, 8, 16, 24);
    expect(settlementsBetween(funding, 0, 16 * HOUR_MS)).toEqual([
      { timeMs: 8 * HOUR_MS, rate: 8 / 1e4 },
      { timeMs: 16 * HOUR_MS, rate: 16 / 1e4 },
    ]);
    expect(settlementsBetween(funding, 24 * HOUR_MS, 99 * HOUR_MS)).toEqual([]);
    expect(hoursOf(settlementsBetween(funding, -1, 0))).toEqual([0]);
    expect(settlementsBetween(rates(), 0, 1e15)).toEqual([]);
  });
});

describe("createFundingSchedule", () => {
  it("values a settlement at the close of the mark candle that ends there", () => {
    const schedule = createFundingSchedule(rates(8, 16), marks(6, 7, 8, 15), HOUR_MS);
    expect(schedule.settlements).toEqual([
      { timeMs: 8 * HOUR_MS, rate: 8 / 1e4, markClose: 108, reason: undefined },
      { timeMs: 16 * HOUR_MS, rate: 16 / 1e4, markClose: 116, reason: undefined },
    ]);
  });

  it("says so where no mark candle ends", () => {
    const schedule = createFundingSchedule(rates(0, 8, 16, 24), marks(7, 14, 16), HOUR_MS);
    expect(schedule.settlements.map(({ markClose, reason }) => markClose ?? reason)).toEqual([
      "no_mark_candle",
      108,
      "no_mark_candle",
      "no_mark_candle",
    ]);
    expect(createFundingSchedule(rates(8), marks(), HOUR_MS).settlements[0]!.markClose).toBeUndefined();
  });

  it("takes mark candles of any length", () => {
    const columns = allocateColumns(1);
    columns.close[0] = 5;
    expect(createFundingSchedule(rates(8), columns, 8 * HOUR_MS).settlements[0]!.markClose).toBe(5);
  });

  it("gives what is due, always the same nothing", () => {
    const schedule = createFundingSchedule(rates(8, 16, 24), marks(), HOUR_MS);
    const due = (from: number, to: number) => schedule.due(from * HOUR_MS, to * HOUR_MS);
    expect(hoursOf(due(7, 8))).toEqual([8]);
    expect(due(8, 9)).toBe(due(9, 10));
    expect(due(9, 10)).toHaveLength(0);
    expect(hoursOf(due(10, 24))).toEqual([16, 24]);
    expect(due(24, 999)).toHaveLength(0);
    expect(hoursOf(due(0, 999))).toEqual([8, 16, 24]);
  });

  it("answers as settlementsBetween does, in whatever order it is asked", () => {
    const hour = fc.integer({ min: -2, max: 40 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(36), { maxLength: 12 }),
        fc.array(fc.tuple(hour, hour), { maxLength: 20 }),
        (hours, questions) => {
          const funding = rates(...hours.sort((a, b) => a - b));
          const schedule = createFundingSchedule(funding, marks(), HOUR_MS);
          for (const [from, to] of questions) {
            const expected = settlementsBetween(funding, from * HOUR_MS, to * HOUR_MS);
            expect(hoursOf(schedule.due(from * HOUR_MS, to * HOUR_MS))).toEqual(hoursOf(expected));
          }
        },
      ),
    );
  });
});
